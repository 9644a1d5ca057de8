"""Writes events. Nothing here may fail because of what a provider answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone

from eventlog.events import Category, EventData
from eventlog.models import Event, EventPayload, StorableEncoder
from eventlog.redaction import Redactor
from tenants.request_ids import current_request_id
from tenants.scoping import ScopeError, current_tenant_id
from tenants.together import Together

_BY_NAME_AND_SHAPE = Redactor()
_PAYLOAD = ("request", "response")
_COLUMNS = tuple(item.name for item in fields(EventData) if item.name not in _PAYLOAD)
_GET_COLUMNS = attrgetter(*_COLUMNS)
_TEXTS = {
    column: field.max_length
    for column in _COLUMNS
    if isinstance(field := Event._meta.get_field(column), models.CharField | models.TextField)
}
_NEXT_IDS = "SELECT nextval(pg_get_serial_sequence('eventlog_event', 'id')) FROM generate_series(1, %s)"
_EVENTS = f"COPY eventlog_event (id, {', '.join(_COLUMNS)}) FROM STDIN"
_PAYLOADS = f"COPY eventlog_eventpayload (event_id, tenant_id, {', '.join(_PAYLOAD)}) FROM STDIN"
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
        numbered = list(zip(_insert(events), events, strict=True))
        for listener in listening:
            listener.take(numbered)


def _listening(tenants: Collection[int]) -> list[Listener]:
    return [listener for listener in _listeners if listener.listens(tenants)]


def _add(event: EventData, together: Together) -> None:
    """An event that has no payload."""
    together.insert(Event, [_values(event)])


def _insert(events: Sequence[EventData]) -> list[int]:
    """The events' ids."""
    if len(events) == 1 and not any(_payload(events[0]).values()):
        together = Together()
        _add(events[0], together)
        return [number for ((number,),) in together.run()]
    if connection.vendor == "postgresql":
        return _copy_in(events)
    rows = Event._base_manager.bulk_create([Event(**_values(event)) for event in events])
    payloads = list(_payloads(zip(rows, events, strict=True)))
    if payloads:
        EventPayload._base_manager.bulk_create(payloads)
    return [row.pk for row in rows]


def _values(event: EventData) -> dict[str, Any]:
    values = dict(zip(_COLUMNS, _GET_COLUMNS(event), strict=True))
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


def _copy_in(events: Sequence[EventData]) -> list[int]:
    """Events and payloads by COPY, which takes PostgreSQL half the time of an INSERT. The ids are drawn before."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_IDS, [len(events)])
        ids = [number for (number,) in cursor.fetchall()]
        numbered = list(zip(ids, events, strict=True))
        _copy(cursor, _EVENTS, ([number, *_row(event)] for number, event in numbered))
        payloads = [(number, event) for number, event in numbered if any(_payload(event).values())]
        if payloads:
            _copy(cursor, _PAYLOADS, ([pk, event.tenant_id, *_documents(event)] for pk, event in payloads))
    return ids


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _row(event: EventData) -> list[Any]:
    values = _values(event)
    values["details"] = _json(event.details)
    values["category"], values["outcome"] = str(event.category), str(event.outcome)
    return list(values.values())


def _documents(event: EventData) -> list[str | None]:
    return [_json(document) for document in _payload(event).values()]


def _json(document: Any) -> str | None:
    return None if document is None else StorableEncoder().encode(document)


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
