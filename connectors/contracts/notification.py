"""The notification contract: mail, text messages and anything else that tells a person about an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from connectors.contracts.base import Inbound, Provider, operation
from connectors.contracts.common import WebhookEvent
from connectors.errors import NotSupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one recipient. `reference` is ours and the same on every repetition; `to` is an address or number,
    of the kind that `channel` (email, sms or webhook) needs.

    `template` is the id of a template at the vendor, which fills it from `data`, or only the order's status, by which a
    connector may choose one; without either, `subject`, `text` and `html` are sent. `sender` and `reply_to` take the place
    of the connector's own; empty leaves those.
    """

    reference: str
    to: str
    subject: str
    text: str
    channel: str = "email"
    html: str = ""
    sender: str = ""
    reply_to: str = ""
    order_number: str = ""
    template: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The vendor took the message over; delivery is reported later where the vendor does so."""

    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The vendor surely does not send this one of a batch."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBatch:
    """Messages that are handed over in one request; every one has a reference of its own."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSent:
    """What became of each message of a batch, by its reference."""

    results: Mapping[str, Sent | Refused]


class DeliveryState(StrEnum):
    """What became of a message, in the order in which it may only move forward; UNKNOWN changes nothing."""

    SENT = "sent"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    FAILED = "failed"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"


class Notifier(Provider):
    """`channels` are the kinds of message it sends: email, sms, webhook. `largest_batch` is how many messages one request
    of `send_messages` may hold."""

    channels: ClassVar[tuple[str, ...]] = ("email",)
    largest_batch: ClassVar[int] = 1

    @operation
    def send_message(self, message: Message) -> Sent:
        """Hand one message to the vendor."""
        raise NotSupported(f"{self.label} sends no messages")

    @operation
    def send_messages(self, batch: MessageBatch) -> BatchSent:
        """Hand several messages to the vendor in one request, at most `largest_batch`; one refused is no failure of all."""
        raise NotSupported(f"{self.label} takes no batches of messages")

    @operation
    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Read what became of messages from a verified webhook.

        `type` is the vendor's word, `reference` that of the message, `provider_id` its `message_id`; `data` holds a
        DeliveryState as "state", and "recipient" and "reason" as text where they are told; "foreign" is True where the
        message is surely another sender's, so that nobody waits for it to become known.
        """
        raise NotSupported(f"{self.label} sends no webhooks")
