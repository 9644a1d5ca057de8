"""What merchants' systems may change of an order that is placed: never its lines or amounts.

Objects are merged as in RFC 7396: what is not sent stays, and null takes a name away. Tags are replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import transaction

from eventlog import store as eventlog
from eventlog.events import Category
from workflows.documents import lines_stay
from workflows.intake import read_address, read_customer, refuse
from workflows.models import Order
from workflows.order_locks import check_version, lock_order
from workflows.problems import FieldErrors, InvalidData
from workflows.reading import Reader

_MOST_TAGS = 1_000
_COLUMNS = {"customer": "customer_data"}
_READERS: dict[str, Callable[[Reader], Any]] = {
    "tags": lambda reader: reader.texts("tags", 100),
    "properties": lambda reader: reader.properties("properties"),
    "external_ids": lambda reader: reader.named_texts("external_ids", 200),
    "billing": lambda reader: read_address(reader, "billing"),
    "shipping": lambda reader: read_address(reader, "shipping"),
    "customer": read_customer,
}


def patch_order(
    order: Order, changes: Mapping[str, Any], *, actor: str = "", expected_version: int | None = None
) -> Order:
    """The order as it is now. Raises InvalidData, VersionConflict, OrderBusy and NotFound; nothing is saved then."""
    with transaction.atomic():
        locked = lock_order(order)
        check_version(locked, expected_version)
        errors = FieldErrors()
        new = {name: _merged(locked, name, value, errors) for name, value in changes.items()}
        refuse(errors)
        _save(locked, new, actor)
    return locked


def change_tags(
    order: Order, *, add: Collection[str] = (), remove: Collection[str] = (), actor: str = ""
) -> Order:
    """Add and take off tags, whatever others do with the order meanwhile. Raises as `patch_order`."""
    with transaction.atomic():
        locked = lock_order(order)
        tags = list(dict.fromkeys(tag for tag in (*locked.tags, *add) if tag not in remove))
        if len(tags) > _MOST_TAGS:
            raise InvalidData({"add": [f"The order would have {len(tags)} tags; keep at most {_MOST_TAGS}"]})
        _save(locked, {"tags": tags}, actor)
    return locked


def _merged(order: Order, name: str, value: Any, errors: FieldErrors) -> Any:
    current = getattr(order, _COLUMNS.get(name, name))
    if isinstance(current, Mapping) and isinstance(value, Mapping):
        value = {key: item for key, item in {**current, **value}.items() if item is not None}
    return _READERS[name](Reader({name: value}, errors))


def _save(order: Order, new: Mapping[str, Any], actor: str) -> None:
    changed = [name for name, value in new.items() if value != getattr(order, _COLUMNS.get(name, name))]
    if not changed:
        return
    before = (order.version, order.modified_at)
    for name in changed:
        setattr(order, _COLUMNS.get(name, name), new[name])
    order.version += 1
    order.save(update_fields=[*(_COLUMNS.get(name, name) for name in changed), "version", "modified_at"])
    lines_stay(order.pk, before, (order.version, order.modified_at))
    eventlog.record(
        Category.UPDATED,
        f"Order {order.number} changed: {', '.join(name.replace('_', ' ') for name in changed)}",
        tenant_id=order.tenant_id,
        order_id=order.pk,
        order_number=order.number,
        actor=actor,
        details={"changed": changed},
    )
