"""A queue: messages, who has them locked until when, and what became of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from typing import Any
from uuid import uuid4


@dataclass
class Message:
    """`locked_until` on the monotonic clock, in seconds; 0 when it is free."""

    sequence: int
    message_id: str
    body: bytes
    content_type: str
    properties: dict[str, Any]
    enqueued_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    deliveries: int = 0
    lock_token: str = ""
    locked_until: float = 0

    def shown(self) -> dict[str, Any]:
        return {
            **self.properties,
            "MessageId": self.message_id,
            "SequenceNumber": self.sequence,
            "LockToken": self.lock_token,
            "DeliveryCount": self.deliveries,
            "EnqueuedTimeUtc": format_datetime(self.enqueued_at, usegmt=True),
            "State": "Active",
        }


@dataclass
class Queue:
    """`lock_s` and `window_s` are in seconds; a queue without window detects no duplicates."""

    name: str
    lock_s: float = 60
    max_deliveries: int = 10
    window_s: float = 600
    messages: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def send(
        self, message_id: str, body: bytes, content_type: str, properties: dict[str, Any]
    ) -> Message | None:
        """None for a duplicate, which is taken and dropped."""
        now = time.monotonic()
        key = message_id or uuid4().hex
        if self.window_s and key in self.seen and now - self.seen[key] < self.window_s:
            return None
        self.seen[key] = now
        message = Message(next(self.numbers), key, body, content_type, properties)
        self.messages.append(message)
        return message

    def lock(self) -> Message | None:
        """The first message that is free; those that were delivered too often are moved aside."""
        now = time.monotonic()
        for message in list(self.messages):
            if message.locked_until > now:
                continue
            if message.deliveries >= self.max_deliveries:
                self.messages.remove(message)
                self.dead.append(message)
                continue
            message.deliveries += 1
            message.lock_token, message.locked_until = str(uuid4()), now + self.lock_s
            return message
        return None

    def held(self, key: str, token: str) -> Message | None:
        """The message of that number or id, if this lock on it is still good."""
        now = time.monotonic()
        for message in self.messages:
            if key in {str(message.sequence), message.message_id} and message.lock_token == token:
                return message if message.locked_until > now else None
        return None

    def complete(self, message: Message) -> None:
        self.messages.remove(message)
        self.completed.append(message.message_id)

    def expire(self) -> None:
        """All locks are over, as after their time."""
        for message in self.messages:
            message.locked_until = 0

    def shown(self) -> dict[str, Any]:
        now = time.monotonic()
        return {
            "name": self.name,
            "active": [message.shown() for message in self.messages if message.locked_until <= now],
            "locked": [message.shown() for message in self.messages if message.locked_until > now],
            "dead": [message.shown() for message in self.dead],
            "completed": self.completed,
        }
