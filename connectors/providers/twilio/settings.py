"""What a merchant enters for Twilio, refused where it is not what Twilio takes."""

from __future__ import annotations

import re
from typing import Any

from connectors.contracts.phones import PHONE, CallingCode, Phone
from connectors.schema import Secret, Settings, Text

_ACCOUNT, _SERVICE = re.compile(r"AC[0-9a-fA-F]{32}"), re.compile(r"MG[0-9a-fA-F]{32}")
_NAME, _SHORT = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}"), re.compile(r"[0-9]{3,8}")


def sender_field(sender: str) -> str:
    """The form field that a sender goes into. Raises ValueError with the rules as its text."""
    if _SERVICE.fullmatch(sender):
        return "MessagingServiceSid"
    if any(pattern.fullmatch(sender) for pattern in (PHONE, _SHORT, _NAME)):
        return "From"
    raise ValueError(
        "must be a phone number with +, a short code, a name of at most 11 letters, digits and spaces, or the SID of a"
        " Messaging Service (MG…)"
    )


class AccountSid(Text):
    def convert(self, raw: Any) -> str:
        sid = super().convert(raw)
        if not _ACCOUNT.fullmatch(sid):
            raise ValueError("must be AC and 32 letters and digits, as the Twilio Console shows it")
        return sid


class Sender(Text):
    def convert(self, raw: Any) -> str:
        sender = super().convert(raw)
        sender_field(sender)
        return sender


class TwilioSettings(Settings):
    account_sid = AccountSid("Account SID", column="username", help="AC…, from the Twilio Console.")
    auth_token = Secret(
        "Auth Token", column="password", help="The primary one: Twilio signs its status callbacks with it."
    )
    sender = Sender(
        "Sender",
        key="Sender",
        help="A number of yours with +, a short code, a name, or the SID of a Messaging Service (MG…).",
    )
    calling_code = CallingCode(
        "Calling Code", key="CallingCode", required=False, help="For numbers without +, such as 47."
    )
    test_number = Phone(
        "Test Number", key="TestNumber", required=False, help="With Is Test, messages go there instead."
    )
