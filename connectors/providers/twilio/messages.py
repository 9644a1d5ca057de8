"""A message as Twilio takes it, and what is wrong with it before it costs anything."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from connectors.contracts.notification import Message
from connectors.contracts.phones import international
from connectors.errors import Misconfigured, Rejected
from connectors.providers.twilio.settings import sender_field

LONGEST = 1600
#: The query parameter of our own in which a status callback brings the reference back.
REFERENCE = "reference"


def fields(message: Message, values: Any, *, address: str, is_test: bool) -> dict[str, str]:
    """The form. `address` is the connector's webhook address, "" where it has none. Raises Rejected and Misconfigured."""
    sender = message.sender or values.sender
    return {
        "To": _recipient(message, values, is_test=is_test),
        _field(sender): sender,
        "Body": _text(message),
        **({"StatusCallback": callback(address, message.reference)} if address else {}),
    }


def callback(address: str, reference: str) -> str:
    return f"{address}?{urlencode({REFERENCE: reference})}"


def _field(sender: str) -> str:
    try:
        return sender_field(sender)
    except ValueError as error:
        raise Misconfigured(f"The sender {sender!r} {error}") from None


def _recipient(message: Message, values: Any, *, is_test: bool) -> str:
    if not is_test:
        return international(message.to, values.calling_code)
    if not values.test_number:
        raise Misconfigured("Is Test is on and there is no TestNumber; enter one, or switch Is Test off")
    return str(values.test_number)


def _text(message: Message) -> str:
    text = message.text.strip()
    if not text:
        raise Rejected("The message has no text; write one in its template")
    if len(text) > LONGEST:
        raise Rejected(f"The text has {len(text)} characters, Twilio takes {LONGEST}; shorten the template")
    return text
