"""Azure Service Bus: orders to a queue, and from it. Over its REST API (learn.microsoft.com/rest/api/servicebus, read on
2026-11-26): send, peek-lock, delete, unlock.

A message is read under a lock and deleted only once its order is stored: the next call of the import, whose cursor was
stored together with the orders, deletes it. When that comes too late, the message comes again and is known by then. What
cannot be read is given back at the end of the run; the queue itself moves it to its dead-letter queue after so many
deliveries as it allows, since REST has no call for that.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from connectors.contracts.base import Answer, Category, Idempotency, Request
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import ImportedOrder, OrderSource, Page
from connectors.contracts.erp import OrderExport, OrderExporter
from connectors.contracts.plain import plain
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.order_json import OrderReader, at, mapping_problems
from connectors.providers.azure_servicebus.connection import Connection, SharedAccess
from connectors.providers.azure_servicebus.guide import GUIDE
from connectors.providers.azure_servicebus.messages import PROPERTIES, Cursor, Lock, Message, error_of
from connectors.providers.azure_servicebus.settings import QueueSettings
from connectors.strict_json import BadAnswer, parse


class AzureServiceBus(OrderExporter, OrderSource):
    slug, label, category = "azure-servicebus", "Azure Service Bus", Category.OTHER
    names = ("AzureServiceBus",)
    settings = QueueSettings
    auth = SharedAccess()
    check = ("PUT", "/{queue}/messages/0/{lock}")
    idempotency = Idempotency(
        f"json-header:{PROPERTIES}.MessageId",
        length=128,
        window_hours=1 / 6,
        body_bound=False,
        errors_kept=False,
    )
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return values.host or Connection.read(values.connection_string.reveal()).host

    @classmethod
    def idempotency_of(cls, values: Any) -> Idempotency | None:
        """The queue's own: one that detects no duplicates promises nothing."""
        if values is None or not values.window_minutes:
            return None
        return Idempotency(
            cls.idempotency.carrier,
            length=128,
            window_hours=values.window_minutes / 60,
            body_bound=False,
            errors_kept=False,
        )

    @classmethod
    def mapping_problems(cls, rows: Any) -> Any:
        return mapping_problems(rows)

    def export_order(self, export: OrderExport) -> Exported:
        order = plain(export.order)
        del order["id"]
        value = {"type": "order.export", "reference": export.reference, "Value": order}
        key = self.door.next_key() or str(uuid4())
        properties = {"MessageId": key, "Label": "order.export", "CorrelationId": export.order.number}
        request = Request(
            method="POST",
            path=f"{self.values.queue}/messages",
            body=json.dumps(value, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8", PROPERTIES: json.dumps(properties)},
            write=True,
            key=key if self.idempotency_of(self.values) else None,
        )
        answer = self.door.send(request, lambda answer: self.classify(answer, writes=True))
        if answer.status != 201:
            raise Unknown(
                f"Service Bus takes a message with 201 and answered {answer.status}; look at the Host",
                status=answer.status,
            )
        return Exported(external_id=key, message=f"queue {self.values.queue}")

    def import_orders(self, cursor: str) -> Page:
        """The cursor came back, so that what it names is stored. A page ends early where the queue is empty."""
        stored = Cursor.read(cursor)
        for lock in stored.done:
            self._end(lock, "DELETE")
        orders: list[ImportedOrder] = []
        done: list[Lock] = []
        held, unread = list(stored.held), list[str]()
        reader = OrderReader(self.config.field_mapping, self.config.store)
        while len(done) + len(unread) < self.values.batch and (message := self._next()) is not None:
            try:
                orders.append(_order(reader, message))
                done.append(message.lock)
            except Rejected as error:
                held.append(message.lock)
                unread.append(_told(message, error))
        if done or unread:
            left = Cursor(tuple(done), tuple(held))
        else:
            for lock in held:
                self._end(lock, "PUT")
            left = Cursor()
        return Page(
            items=tuple(sorted(orders, key=lambda order: order.modified_at)),
            cursor=left.text(),
            more=bool(done or unread),
            unread=tuple(unread),
        )

    def test_connection(self) -> Any:
        """Unlock a message that there is none of: only who may listen gets as far as hearing that."""
        self._end(Lock(0, str(uuid4())), "PUT")

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        """403 with a code tells that the queue is full or the message too large; 404 and 410 that there is no such queue."""
        if answer.status == 403 and code:
            return Rejected
        return Misconfigured if answer.status in {404, 410} else super().kind_of(code, answer, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        code, detail = error_of(answer)
        if answer.status == 410:
            return code, f"There is no queue {self.values.queue}; mend OrderQueueName"
        if answer.status == 401:
            return code, f"The policy is not accepted, or lacks Send or Listen: {detail or 'no reason given'}"
        return code, f"Service Bus: {detail}" if detail else ""

    def _next(self) -> Message | None:
        """The next message under a lock; None when there is none now."""
        request = Request(method="POST", path=f"{self.values.queue}/messages/head", query={"timeout": 1})
        answer = self.door.send(request, lambda answer: self.classify(answer, writes=False))
        if answer.status == 204:
            return None
        try:
            return Message.read(answer)
        except (ValueError, KeyError, TypeError):
            raise RetryLater(
                "Service Bus gave a message without the place of its lock", status=answer.status
            ) from None

    def _end(self, lock: Lock, method: str) -> None:
        """Complete (DELETE) or give back (PUT). 404 tells that the lock is over: then the message comes again, and is
        known."""
        path = f"{self.values.queue}/messages/{lock.sequence}/{lock.token}"
        request = Request(method=method, path=path)
        self.door.send(
            request, lambda answer: None if answer.status == 404 else self.classify(answer, writes=False)
        )


def _order(reader: OrderReader, message: Message) -> ImportedOrder:
    """Raises Rejected."""
    try:
        document = parse(message.body)
    except BadAnswer as error:
        raise Rejected(f"it is no JSON: {error}") from None
    inner = at(document, "Value") if isinstance(document, dict) else None
    return reader.read(inner if isinstance(inner, dict) else document, message.enqueued_at)


def _told(message: Message, error: Rejected) -> str:
    return (
        f"Message {message.message_id or message.lock.sequence} cannot be read ({error.message}); it stays in the queue, "
        f"delivered {message.deliveries} times, until the queue moves it to its dead-letter queue"
    )
