"""How long a text message is: its alphabet, and into how many parts networks split it (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: These take the place of two characters.
_EXTENDED = frozenset("^{}\\[~]|€\f")

#: Characters of a message in one part, and of each part of a longer one.
_ROOM = {"GSM": (160, 153), "Unicode": (70, 67)}

_BEYOND = "\uffff"


@dataclass(frozen=True, slots=True)
class SmsLength:
    """`alphabet` is GSM or Unicode; `characters` counts as the alphabet does; `left` fit in before another part begins."""

    alphabet: str
    characters: int
    parts: int
    left: int


def sms_length(text: str, *, unicode: bool = False) -> SmsLength:
    """One character outside of the GSM alphabet makes the whole message Unicode, as `unicode` does."""
    gsm = not unicode and all(letter in _BASIC or letter in _EXTENDED for letter in text)
    alphabet = "GSM" if gsm else "Unicode"
    size = _gsm_size(text) if gsm else len(text.encode("utf-16-be")) // 2
    single, each = _ROOM[alphabet]
    if size <= single:
        return SmsLength(alphabet, size, 1, single - size)
    parts = -(-size // each)
    return SmsLength(alphabet, size, parts, parts * each - size)


def outside_gsm(text: str) -> str:
    """The characters, each once, that make a message Unicode."""
    return "".join(dict.fromkeys(letter for letter in text if letter not in _BASIC | _EXTENDED))


def without_astral(text: str) -> str:
    """Without characters beyond the basic plane, such as most emoji, which some networks do not carry."""
    return "".join(letter for letter in text if letter <= _BEYOND)


def _gsm_size(text: str) -> int:
    return sum(2 if letter in _EXTENDED else 1 for letter in text)
