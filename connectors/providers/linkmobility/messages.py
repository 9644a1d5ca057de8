"""A message as LINK takes it, and what is wrong with it before it costs anything."""

from __future__ import annotations

import re
from typing import Any

from connectors.contracts.notification import Message
from connectors.contracts.sms import outside_gsm, sms_length, without_astral
from connectors.errors import Misconfigured, Rejected
from connectors.providers.linkmobility.settings import ENCODINGS, kind_of_sender

_PUNCTUATION = re.compile(r"[\s().\-/]")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{5,14}")
_MINUTE_MS = 60_000


def single(message: Message, values: Any, *, is_test: bool) -> dict[str, Any]:
    return {**common(values), **part(message, values, is_test=is_test)}


def common(values: Any) -> dict[str, Any]:
    """What all messages of a request share. Without `ignoreResponse` LINK may keep the message's id to itself."""
    gates = [values.gate_id] if values.gate_id else []
    return {
        "platformId": values.platform_id,
        "platformPartnerId": values.partner_id,
        "useDeliveryReport": bool(gates),
        **({"deliveryReportGates": gates} if gates else {}),
        "relativeValidityTime": values.validity * _MINUTE_MS,
        "ignoreResponse": False,
    }


def part(message: Message, values: Any, *, is_test: bool) -> dict[str, Any]:
    """Raises Rejected and Misconfigured for what LINK could not send."""
    sender = message.sender or values.sender
    return {
        "source": sender,
        "sourceTON": _kind(sender),
        "destination": _recipient(message, values, is_test=is_test),
        "destinationTON": "MSISDN",
        "dcs": ENCODINGS[values.encoding],
        "userData": _text(message, values),
        "refId": message.reference,
    }


def international(number: str, calling_code: str | None) -> str:
    """The number in E.164. Raises Rejected where its country is not known."""
    plain = _PUNCTUATION.sub("", number)
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    elif calling_code and not plain.startswith("+"):
        plain = f"+{calling_code}{plain.removeprefix('0')}"
    if not _INTERNATIONAL.fullmatch(plain):
        raise Rejected(
            f"…{number[-2:]} is no phone number that SMS can be sent to; correct the customer's phone, or set CallingCode"
            " for numbers without +"
        )
    return plain


def _recipient(message: Message, values: Any, *, is_test: bool) -> str:
    if not is_test:
        return international(message.to, values.calling_code)
    if not values.test_number:
        raise Misconfigured("Is Test is on and there is no TestNumber; enter one, or switch Is Test off")
    return str(values.test_number)


def _kind(sender: str) -> str:
    try:
        return kind_of_sender(sender)
    except ValueError as error:
        raise Misconfigured(f"The sender {sender!r} {error}") from None


def _text(message: Message, values: Any) -> str:
    text = without_astral(message.text).strip()
    if not text:
        raise Rejected("The message has no text; write one in its template")
    if values.encoding == "GSM" and outside_gsm(text):
        raise Misconfigured(
            f"{outside_gsm(text)[:20]} is not in the GSM alphabet; change the text, or set Encoding to Auto"
        )
    length = sms_length(text, unicode=values.encoding == "Unicode")
    if length.parts > values.max_parts:
        raise Rejected(
            f"The text has {length.characters} characters and would be sent in {length.parts} parts; MaxParts allows"
            f" {values.max_parts}. Shorten the template, or raise MaxParts"
        )
    return text
