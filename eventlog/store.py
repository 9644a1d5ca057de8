"""Writes events. Nothing here may fail because of what a provider answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone

from eventlog.events import Category, EventData
from eventlog.models import Event, EventPayload
from eventlog.redaction import Redactor
from tenants.bulk import record_set, value_of
from tenants.request_ids import current_request_id
from tenants.scoping import ScopeError, current_tenant_id
from tenants.together import Together

_BY_NAME_AND_SHAPE = Redactor()
_PAYLOAD = ("request", "response")
_COLUMNS = tuple(item.name for item in fields(EventData) if item.name not in _PAYLOAD)
_ALL = [*((Event, name) for name in _COLUMNS), *((EventPayload, name) for name in _PAYLOAD)]
_TEXTS = {
    column: field.max_length
    for column in _COLUMNS
    if isinstance(field := Event._meta.get_field(column), models.CharField | models.TextField)
}
_INSERT = (
    "WITH v AS MATERIALIZED ("  # noqa: S608 - nothing but names of columns
    "SELECT nextval((SELECT pg_get_serial_sequence('eventlog_event', 'id'))::regclass) AS id, v.* FROM {source}"
    f"), kept AS (INSERT INTO eventlog_event (id, {', '.join(_COLUMNS)})"
    f" SELECT v.id, {', '.join(value_of(Event, column) for column in _COLUMNS)} FROM v)"
    " {payloads}"
)
_PAYLOADS = (
    "INSERT INTO eventlog_eventpayload (event_id, tenant_id, request, response)"
    " SELECT v.id, v.tenant_id, CAST(v.request AS jsonb), CAST(v.response AS jsonb) FROM v"
    " WHERE v.request IS NOT NULL OR v.response IS NOT NULL"
)
#: The same, and the ids in the order of the events.
_PAYLOADS_AND_IDS = f", payloads AS ({_PAYLOADS}) SELECT v.id FROM v ORDER BY v.id"  # noqa: S608
_LARGEST = {"duration_ms": 2**31 - 1, "status_code": 2**15 - 1}


class Listener(NamedTuple):
    """`listens(tenant_ids)` is asked for every group of events and has to cost next to nothing; `take` gets the events
    with their ids, in their transaction."""

    listens: Callable[[Collection[int]], bool]
    take: Callable[[Sequence[tuple[int, EventData]]], None]


_listeners: list[Listener] = []


def register_listener(
    listens: Callable[[Collection[int]], bool], take: Callable[[Sequence[tuple[int, EventData]]], None]
) -> None:
    """Let an app above hear of events as they are recorded; what it writes commits with them."""
    listener = Listener(listens, take)
    if listener not in _listeners:
        _listeners.append(listener)


def record(
    category: Category | str,
    message: str,
    *,
    tenant_id: int | None = None,
    together: Together | None = None,
    **values: Any,
) -> None:
    """Record one event; `values` are fields of EventData. With `together` it may wait for those statements to be run.
    Raises ScopeError without a tenant."""
    tenant_id = tenant_id or current_tenant_id()
    if tenant_id is None:
        raise ScopeError("an event belongs to a tenant; enter tenant_scope(tenant) or give tenant_id")
    event = EventData(category=Category(category), message=message, tenant_id=tenant_id, **values)
    event.request_id = event.request_id or current_request_id()
    _redact(event)
    if together is not None and not any(_payload(event).values()) and not _listening({tenant_id}):
        _add(event, together)
        return
    record_many([event])


def record_many(events: Sequence[EventData]) -> None:
    """Record events, possibly of several tenants, in one statement. Requests and responses come redacted."""
    if not events:
        return
    listening = _listening({event.tenant_id for event in events})
    if not listening:
        _insert(events)
        return
    with transaction.atomic(savepoint=False):
        numbered = list(zip(_insert(events, numbers=True), events, strict=True))
        for listener in listening:
            listener.take(numbered)


def _listening(tenants: Collection[int]) -> list[Listener]:
    return [listener for listener in _listeners if listener.listens(tenants)]


def _add(event: EventData, together: Together) -> None:
    """An event that has no payload."""
    together.insert(Event, [_values(event)])


def _insert(events: Sequence[EventData], *, numbers: bool = False) -> list[int]:
    """The events' ids, where `numbers` asks for them."""
    if len(events) == 1 and not any(_payload(events[0]).values()):
        together = Together()
        _add(events[0], together)
        return [number for ((number,),) in together.run()]
    if connection.vendor == "postgresql":
        return _insert_together([_values(event) | _payload(event) for event in events], numbers)
    rows = Event._base_manager.bulk_create([Event(**_values(event)) for event in events])
    payloads = list(_payloads(zip(rows, events, strict=True)))
    if payloads:
        EventPayload._base_manager.bulk_create(payloads)
    return [row.pk for row in rows]


def _values(event: EventData) -> dict[str, Any]:
    values = {column: getattr(event, column) for column in _COLUMNS}
    for column, limit in _TEXTS.items():
        if values[column] != "":
            values[column] = _storable(values[column], limit)
    for column, largest in _LARGEST.items():
        if values[column] is not None:
            values[column] = min(max(0, values[column]), largest)
    values["at"] = event.at or timezone.now()
    return values


def _payload(event: EventData) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _PAYLOAD}


def _insert_together(rows: Sequence[dict[str, Any]], numbers: bool) -> list[int]:
    """Events and payloads at once: the event's id is drawn before either is inserted."""
    source, values = record_set(_ALL, rows)
    payloads = _PAYLOADS_AND_IDS if numbers else _PAYLOADS
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(source=source, payloads=payloads), values)
        return [number for (number,) in cursor.fetchall()] if numbers else []


def _payloads(pairs: Iterable[tuple[Event, EventData]]) -> Iterator[EventPayload]:
    for row, event in pairs:
        if event.request is not None or event.response is not None:
            yield EventPayload(
                event=row, tenant_id=event.tenant_id, request=event.request, response=event.response
            )


def _storable(text: str, limit: int | None) -> str:
    """PostgreSQL refuses NUL, half surrogate pairs and text that is too long for its column."""
    text = str(text)
    if text.isascii() and "\x00" not in text:
        return text[:limit]
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return clean[:limit]


def _redact(event: EventData) -> None:
    event.message = _BY_NAME_AND_SHAPE.text(event.message)
    event.url = _BY_NAME_AND_SHAPE.url(event.url)
    for name in (*_PAYLOAD, "details"):
        document = getattr(event, name)
        if document is not None:
            setattr(event, name, _BY_NAME_AND_SHAPE.document(document))
