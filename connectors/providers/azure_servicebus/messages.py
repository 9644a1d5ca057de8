"""What Service Bus says in headers: the properties of a message, the place of its lock, and errors in XML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.contracts.base import Answer
from connectors.errors import Rejected

PROPERTIES = "BrokerProperties"
_DETAIL = re.compile(r"<Detail>(.*?)</Detail>", re.DOTALL)
_CODE = re.compile(r"SubCode=(\d+)")


@dataclass(frozen=True, slots=True)
class Lock:
    """Where a locked message is completed or unlocked: its number in the queue and the token of its lock."""

    sequence: int
    token: str


@dataclass(frozen=True, slots=True)
class Message:
    lock: Lock
    message_id: str
    deliveries: int
    enqueued_at: datetime | None
    body: bytes

    @classmethod
    def read(cls, answer: Answer) -> Message:
        """Raises ValueError for an answer without the place of a lock."""
        told: Mapping[str, Any] = json.loads(answer.headers.get(PROPERTIES, "{}"))
        return cls(
            lock=Lock(int(told["SequenceNumber"]), str(told["LockToken"])),
            message_id=str(told.get("MessageId", "")),
            deliveries=int(told.get("DeliveryCount", 1)),
            enqueued_at=_time(told.get("EnqueuedTimeUtc")),
            body=answer.body,
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is to be done with messages whose page was stored: `done` are to be completed, `held` could not be read and are
    given back at the end of the run."""

    done: tuple[Lock, ...] = ()
    held: tuple[Lock, ...] = ()

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        if not text:
            return cls()
        try:
            told = json.loads(text)
            return cls(
                *(
                    tuple(Lock(int(one), str(two)) for one, two in told.get(name, []))
                    for name in ("done", "held")
                )
            )
        except (ValueError, TypeError, AttributeError):
            raise Rejected("The cursor is none of this queue's; empty it and run the task again") from None

    def text(self) -> str:
        locks = {"done": self.done, "held": self.held}
        return json.dumps(
            {name: [[lock.sequence, lock.token] for lock in items] for name, items in locks.items() if items}
        )


def error_of(answer: Answer) -> tuple[str, str]:
    """The sub-code and the text of an error; errors of front servers have neither."""
    found = _DETAIL.search(answer.body.decode("utf-8", "replace"))
    detail = " ".join(found[1].split()) if found else ""
    code = _CODE.search(detail)
    return (code[1] if code else ""), detail[:500]


def _time(text: Any) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
