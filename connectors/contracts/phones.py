"""Phone numbers in E.164, and the settings that hold one or a part of one."""

from __future__ import annotations

import re
from typing import Any

from connectors.errors import Rejected
from connectors.schema import Text

PHONE = re.compile(r"\+[1-9][0-9]{5,14}")
_PUNCTUATION = re.compile(r"[\s().\-/]")


class CallingCode(Text):
    def convert(self, raw: Any) -> str:
        code = super().convert(raw).removeprefix("+")
        if not re.fullmatch(r"[1-9][0-9]{0,2}", code):
            raise ValueError("must be a country's calling code such as 47")
        return code


class Phone(Text):
    def convert(self, raw: Any) -> str:
        number = "".join(super().convert(raw).split())
        if not PHONE.fullmatch(number):
            raise ValueError("must be a phone number with + and the calling code, such as +4790000001")
        return number


def international(number: str, calling_code: str | None) -> str:
    """The number in E.164. Raises Rejected where its country is not known."""
    plain = _PUNCTUATION.sub("", number)
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    elif calling_code and not plain.startswith("+"):
        plain = f"+{calling_code}{plain.removeprefix('0')}"
    if not PHONE.fullmatch(plain):
        raise Rejected(
            f"…{number[-2:]} is no phone number that SMS can be sent to; correct the customer's phone, or set CallingCode"
            " for numbers without +"
        )
    return plain
