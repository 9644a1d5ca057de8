"""The notification contract: mail, text messages and anything else that tells a person about an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contracts.base import Provider, operation
from connectors.errors import NotSupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one recipient. `reference` is ours and the same on every repetition; `to` is an address or number."""

    reference: str
    to: str
    subject: str
    text: str
    html: str = ""
    order_number: str = ""
    template: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The vendor took the message over; delivery is reported later where the vendor does so."""

    message_id: str = ""


class Notifier(Provider):
    @operation
    def send_message(self, message: Message) -> Sent:
        """Hand one message to the vendor."""
        raise NotSupported(f"{self.label} sends no messages")
