"""Finds what looks like a secret whoever it belongs to: card numbers, IBANs, JWTs, well-known key prefixes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from itertools import accumulate

MARK = "[redacted]"

_DIGITS = re.compile(r"(?<![0-9.])[0-9](?:(?:[ \-+]|%20)?[0-9]){12,}(?![0-9])")
_MANY_DIGITS = re.compile(r"[0-9][0-9 \-+%]{12}")
_GROUP = re.compile(r"[0-9]+")
_MASKED = r"\d{6}\*{6}\d{4}"
_BESIDE = re.compile(rf"({_MASKED}[\s,;|/]+(?:\d\d ?/ ?\d\d(?:\d\d)?[\s,;|/]+)?)\d{{3,4}}(?![\d*])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_IBAN_LIKE = re.compile(r"[A-Z][A-Z][0-9][0-9][ A-Z0-9]{11}")
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){2,4}")
_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9])(?:[sr]k_(?:live|test)_[A-Za-z0-9]{6,}|whsec_[A-Za-z0-9+/=_-]{6,}"
    r"|cdk_(?:live|test)_[A-Za-z0-9_]{6,}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[A-Z0-9]{16})"
)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S)

# For bytes.translate: the value of each ASCII digit, and the digit sum of its double.
_VALUES = bytes((byte - 48) % 256 for byte in range(256))
_DOUBLED = bytes(sum(divmod(2 * (byte - 48), 10)) % 256 for byte in range(256))
SHORTEST_CARD, LONGEST_CARD = 13, 19

# A text without such a run holds neither many digits nor an IBAN, and a look for one byte is far quicker than an expression.
_IN_NUMBERS = bytes(48 if byte in b"0123456789 -+%" else 0 for byte in range(256))
_IN_IBANS = bytes(65 if byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 " else 0 for byte in range(256))
_LIKE_NUMBERS, _LIKE_IBAN = b"0" * 13, b"A" * 15

Rule = Callable[[str], str]


def rules_for(text: str, words: Collection[str]) -> list[Rule]:
    """The rules worth applying to this text or to parts of it, empty for most texts. `words` are those of WORDS that are in
    it."""
    rules: list[Rule] = []
    raw = text.encode(errors="replace")
    if _LIKE_NUMBERS in raw.translate(_IN_NUMBERS) and _MANY_DIGITS.search(text):
        rules.append(_without_cards)
    if _LIKE_IBAN in raw.translate(_IN_IBANS) and _IBAN_LIKE.search(text):
        rules.append(_without_ibans)
    if words:
        rules += dict.fromkeys(rule for word, rule in WORDS.items() if word in words)
    return rules


def is_card_number(digits: str) -> bool:
    """13 to 19 digits that a card network could have issued and that pass Luhn."""
    return _could_be_issued(digits) and _passes_luhn(digits)


def _without_cards(text: str) -> str:
    if len(text) < SHORTEST_CARD:
        return text
    masked = _DIGITS.sub(_mask_cards, text)
    return text if masked == text else _BESIDE.sub(rf"\1{MARK}", masked)


def _mask_cards(match: re.Match[str]) -> str:
    """Other numbers may stand beside the card number, so every run of whole groups is tried, longest first."""
    text = match[0]
    if text.isdecimal():
        return _mask(text) if is_card_number(text) else text
    groups = list(_GROUP.finditer(text.replace("%20", "   ")))
    digits = "".join([group[0] for group in groups])
    ends = list(accumulate((len(group[0]) for group in groups), initial=0))
    out, position, index = [], 0, 0
    while index < len(groups):
        last = _card_end(digits, ends, index)
        if last is not None:
            out += [text[position : groups[index].start()], _mask(digits[ends[index] : ends[last + 1]])]
            position, index = groups[last].end(), last
        index += 1
    return "".join([*out, text[position:]])


def _mask(digits: str) -> str:
    return f"{digits[:6]}******{digits[-4:]}"


def _card_end(digits: str, ends: list[int], first: int) -> int | None:
    """The last of the groups, `ends` being how many digits have passed with each, that make a card number with `first`."""
    begin = ends[first]
    for last in range(min(first + LONGEST_CARD, len(ends) - 1) - 1, first - 1, -1):
        length = ends[last + 1] - begin
        if length < SHORTEST_CARD:
            return None
        if length <= LONGEST_CARD and is_card_number(digits[begin : begin + length]):
            return last
    return None


def _could_be_issued(digits: str) -> bool:
    """Leaves out what orders are full of: time stamps, EANs and dates in front of running numbers."""
    if not SHORTEST_CARD <= len(digits) <= LONGEST_CARD:
        return False
    first = digits[0]
    if first == "2":
        return 2200 <= int(digits[:4]) <= 2720 or digits[:4] in ("2014", "2131", "2149")
    if len(digits) == 13:
        return first == "4"
    if len(digits) == 14:
        return first == "3"
    return first in "345689" or digits[:4] == "1800"


def _passes_luhn(digits: str) -> bool:
    raw = digits.encode()
    return (sum(raw[-1::-2].translate(_VALUES)) + sum(raw[-2::-2].translate(_DOUBLED))) % 10 == 0


def _without_ibans(text: str) -> str:
    return _IBAN.sub(lambda match: MARK if _is_iban(match[0]) else match[0], text)


def _is_iban(text: str) -> bool:
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _without_jwts(text: str) -> str:
    return _JWT.sub(MARK, text)


def _without_prefixed(text: str) -> str:
    return _PREFIXED.sub(MARK, text)


def _without_private_keys(text: str) -> str:
    return _PEM.sub(MARK, text)


_PREFIXES = (
    *("k_live_", "k_test_", "whsec_", "shpat_", "shpca_", "shppa_", "shpss_", "akia"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"),
)
#: A rule can find something only where one of its words is, in lower case.
WORDS: Mapping[str, Rule] = {
    "eyj": _without_jwts,
    **dict.fromkeys(_PREFIXES, _without_prefixed),
    "private key-----": _without_private_keys,
}
