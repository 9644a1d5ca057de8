"""The contract of vendors that hand on mail: what customers answer comes in at an address of the connector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.contracts.base import Inbound, Provider, operation
from connectors.errors import NotSupported


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """What was attached; `size` in bytes."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """One mail as it came in. `message_id` is the same on every repetition.

    `reference` is that of the message of ours that it surely answers, because the address that it came to says so and
    cannot be made up. `verified` tells whether the sender's domain vouches for it; None where nobody looked.
    `automatic` are out-of-office notes and the like.
    """

    message_id: str
    sender: str
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    sent_at: datetime | None = None
    reference: str = ""
    verified: bool | None = None
    automatic: bool = False
    files: tuple[MailFile, ...] = ()


class MailReceiver(Provider):
    """Its mail comes to the connector's webhook address followed by mail/."""

    @classmethod
    def takes_mail(cls, values: Any) -> bool:
        """Whether a connector with these settings expects any."""
        return False

    @operation
    def read_mail(self, inbound: Inbound) -> InboundMail:
        """Raises Rejected for what is no mail."""
        raise NotSupported(f"{self.label} hands on no mail")
