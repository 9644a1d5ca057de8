"""Locking one order, and telling who waited too long for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.models import F

from tenants.kept import Kept
from tenants.together import Together
from workflows.engine.start import touch_along
from workflows.models import Order
from workflows.problems import NotFound, OrderBusy, VersionConflict, is_busy


def lock_order(order: Order | int) -> Order:
    """A fresh copy of the order, its row locked until the transaction ends. Raises NotFound, OrderBusy."""
    pk = order.pk if isinstance(order, Order) else order
    with told_when_busy():
        found = Order.objects.select_for_update().filter(pk=pk).first()
    return _there(found, pk)


def lock_to_move(order: int | str) -> tuple[Any, bool]:
    """As `lock_order`, with what a move needs and the tenant's `generation`; what else is asked of it is read then. And
    whether the order has a lane, which is due now."""
    together = Together()
    # The worker locks lanes before orders; the other way round here would deadlock with it.
    lane = touch_along(together, order)
    rows_of = _to_move.along(together, order, by="number" if isinstance(order, str) else "pk")
    answers = together.run()
    found = next(iter(rows_of(answers)), None)
    return _there(found, order), bool(answers[lane])


_to_move = Kept(
    lambda order, by: (
        Order.objects.only("tenant_id", "number", "order_type", "status", "version", "modified_at")
        .annotate(generation=F("tenant__generation"))
        .select_for_update(of=("self",))
        .filter(**{by: order})
        .order_by()
    )
)


def _there(found: Any, order: int | str) -> Any:
    if found is None:
        raise NotFound(f"there is no order {order}" if isinstance(order, str) else "there is no such order")
    return found


@contextmanager
def told_when_busy() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if is_busy(error):
            raise OrderBusy("somebody else is changing this order; try again in a moment") from error
        raise


def check_version(order: Order, expected: int | None) -> None:
    """Of a locked order. Raises VersionConflict when it is another than the caller has read; None checks nothing."""
    if expected is not None and expected != order.version:
        raise VersionConflict(expected, order.version, order.status)
