"""What a merchant enters for LINK Mobility, refused where it is not what LINK takes."""

from __future__ import annotations

import re
from typing import Any

from connectors.schema import Choice, Integer, Secret, Settings, Text

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ]{0,9}[A-Za-z0-9])?")
_SHORT = re.compile(r"[0-9]{1,14}")
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")

#: How LINK calls the encodings, by the words of our setting.
ENCODINGS = {"Auto": "TEXT", "GSM": "GSM", "Unicode": "UCS2"}


def kind_of_sender(sender: str) -> str:
    """LINK's sourceTON. Raises ValueError with the rules as its text."""
    for kind, pattern in (("MSISDN", _PHONE), ("SHORTNUMBER", _SHORT), ("ALPHANUMERIC", _NAME)):
        if pattern.fullmatch(sender):
            return kind
    raise ValueError(
        "must be a name of at most 11 letters and digits (A-Z, a-z, 0-9), a short number, or a phone number with +"
    )


class Sender(Text):
    """A name, a short number or a phone number."""

    def convert(self, raw: Any) -> str:
        sender = super().convert(raw)
        kind_of_sender(sender)
        return sender


class CallingCode(Text):
    def convert(self, raw: Any) -> str:
        code = super().convert(raw).removeprefix("+")
        if not re.fullmatch(r"[1-9][0-9]{0,2}", code):
            raise ValueError("must be a country's calling code such as 47")
        return code


class Phone(Text):
    def convert(self, raw: Any) -> str:
        number = "".join(super().convert(raw).split())
        if not _PHONE.fullmatch(number):
            raise ValueError("must be a phone number with + and the calling code, such as +4790000001")
        return number


class Between(Integer):
    """A whole number with bounds."""

    def __init__(self, label: str, *, least: int, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.least, self.most = least, most

    def convert(self, raw: Any) -> int:
        number = super().convert(raw)
        if not self.least <= number <= self.most:
            raise ValueError(f"must be a number from {self.least} to {self.most}")
        return number


class LinkmobilitySettings(Settings):
    username = Text("Username", column="username", help="From LINK Support.")
    password = Secret("Password", column="password")
    platform_id = Text("Platform ID", key="PlatformId", help="From LINK Support.")
    partner_id = Text("Platform Partner ID", key="PlatformPartnerId", help="From LINK Support.")
    sender = Sender(
        "Sender",
        key="Sender",
        help="Name of at most 11 letters and digits, a short number, or a phone number with +.",
    )
    gate_id = Text(
        "Gate ID",
        key="GateId",
        required=False,
        help="Of the delivery reports, from LINK Support; without it none are asked for.",
    )
    calling_code = CallingCode(
        "Calling Code", key="CallingCode", required=False, help="For numbers without +, such as 47."
    )
    encoding = Choice(
        "Encoding", key="Encoding", choices=tuple(ENCODINGS), default="Auto", help="Auto leaves it to LINK."
    )
    max_parts = Between(
        "Max Parts",
        least=1,
        most=254,
        key="MaxParts",
        required=False,
        default=6,
        help="Longer messages are refused before they are sent: each part is paid for.",
    )
    validity = Between(
        "Validity",
        least=15,
        most=2880,
        key="ValidityMinutes",
        required=False,
        default=2880,
        help="Minutes for which LINK tries to reach the phone.",
    )
    test_number = Phone(
        "Test Number", key="TestNumber", required=False, help="With Is Test, messages go there instead."
    )
