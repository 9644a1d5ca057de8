"""What may be done to orders: of the tenant in scope, in one transaction, with one row lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from eventlog import store as eventlog
from eventlog.events import Category
from workflows.engine.start import start_run
from workflows.intake import OrderDraft, read_order, refuse
from workflows.models import Customer, Order, OrderLine, RunKind, Trigger, WorkflowRun
from workflows.numbers import next_number
from workflows.order_changes import apply_changes
from workflows.order_errors import (
    NewError,
    add_error,
    add_errors,
    report_error,
    solve_error,
    solve_errors,
    solve_errors_of,
)
from workflows.order_locks import lock_order
from workflows.order_patching import change_tags, patch_order
from workflows.parts import all_parts, register_part
from workflows.problems import DuplicateNumber, FieldErrors
from workflows.statuses import change_status, keep_status, move_on, move_order

__all__ = [
    "NewError",
    "Placed",
    "add_error",
    "add_errors",
    "apply_changes",
    "change_status",
    "change_tags",
    "check_order",
    "create_order",
    "keep_status",
    "lock_order",
    "move_on",
    "move_order",
    "patch_order",
    "place_order",
    "placed_as",
    "read_new_order",
    "register_part",
    "report_error",
    "solve_error",
    "solve_errors",
    "solve_errors_of",
]

_TRIES = 5


class Placed(NamedTuple):
    """A saved order with its lines, and the run of its first status; no run when none was asked for."""

    order: Order
    run: WorkflowRun | None
    lines: list[OrderLine]


def create_order(data: Mapping[str, Any], **options: Any) -> Order:
    """As `place_order`, for callers that need no run."""
    return place_order(data, **options).order


def place_order(
    data: Mapping[str, Any],
    *,
    actor: str = "",
    trigger: str = Trigger.API,
    run_workflow: bool = True,
    draw: Callable[[int], str] = next_number,
) -> Placed:
    """Check and save a new order and start the run of its first status.

    `data` has the shape of the API's body: amounts as Decimal or decimal text. An order without a number gets what
    `draw(tenant_id)` gives. Raises InvalidData with all that is wrong with it, DuplicateNumber; nothing is saved then.
    """
    draft, parts = _judged(data)
    for _ in range(_TRIES):
        number = draft.number or draw(draft.tenant_id)
        try:
            with transaction.atomic():
                return _save(draft, number, parts, actor, trigger, run_workflow)
        except IntegrityError:
            if not Order.objects.filter(number=number).exists():
                raise
            if draft.number:
                break
    raise DuplicateNumber(f"there already is an order {number}; use another number or leave it out")


def placed_as(number: str) -> Placed | None:
    """The order of this number as it was placed, for who asks again."""
    order = Order.objects.filter(number=number).first()
    if order is None:
        return None
    run = WorkflowRun.objects.filter(order=order, kind=RunKind.STATUS).order_by("pk").first()
    return Placed(order, run, list(order.lines.order_by("number")))


def check_order(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """All that is wrong with the document of a new order, by path; empty when it could be placed."""
    errors = FieldErrors()
    _read(data, errors)
    return errors.found


def read_new_order(data: Mapping[str, Any]) -> tuple[OrderDraft | None, FieldErrors]:
    """What the document would become, its parts judged too; nothing is saved. None where too little can be read."""
    errors = FieldErrors()
    draft, _ = _read(data, errors)
    return draft, errors


def _judged(data: Mapping[str, Any]) -> tuple[OrderDraft, dict[str, Any]]:
    errors = FieldErrors()
    draft, parts = _read(data, errors)
    refuse(errors)
    assert draft is not None
    return draft, parts


def _read(data: Mapping[str, Any], errors: FieldErrors) -> tuple[OrderDraft | None, dict[str, Any]]:
    draft = read_order(data, errors)
    if draft is None:
        return None, {}
    given = {name: part for name, part in all_parts().items() if data.get(name) is not None}
    parts = {name: part.validate(data[name], draft, errors.under(name)) for name, part in given.items()}
    return draft, parts


def _save(
    draft: OrderDraft, number: str, parts: Mapping[str, Any], actor: str, trigger: str, run_workflow: bool
) -> Placed:
    order = _order(draft, number)
    order.save(force_insert=True)
    lines = OrderLine.objects.bulk_create(_lines(draft, order))
    for name, value in parts.items():
        all_parts()[name].save(order, value)
    eventlog.record(
        Category.CREATED,
        f"Order {number} created with status {order.status}",
        tenant_id=order.tenant_id,
        order_id=order.pk,
        order_number=number,
        market=draft.market.code,
        store=draft.store.code if draft.store else "",
        actor=actor,
    )
    if not run_workflow or draft.chart.disable_workflow:
        return Placed(order, None, lines)
    run = start_run(order, order.status, trigger=trigger, actor=actor, live=draft.runtime)
    return Placed(order, run, lines)


def _order(draft: OrderDraft, number: str) -> Order:
    totals = draft.totals
    return Order(
        tenant_id=draft.tenant_id,
        number=number,
        order_type=draft.chart.name,
        status=draft.status.name,
        market=draft.market,
        store=draft.store,
        customer=draft.customer or _new_customer(draft),
        customer_data=draft.customer_data,
        billing=draft.billing,
        shipping=draft.shipping,
        currency=draft.currency,
        shipping_total=totals.shipping_total,
        shipping_tax_rate=totals.shipping_tax_rate,
        discount_total=totals.discount_total,
        tax_total=totals.tax_total,
        total=totals.total,
        tags=draft.tags,
        properties=draft.properties,
        external_ids=draft.external_ids,
        placed_at=draft.placed_at,
    )


def _new_customer(draft: OrderDraft) -> Customer | None:
    """A customer that we do not know yet; the same one may be arriving with another order right now."""
    if not draft.customer_data.get("number"):
        return None
    customer = Customer(tenant_id=draft.tenant_id, **draft.customer_data)
    return Customer.objects.bulk_create(
        [customer], update_conflicts=True, unique_fields=["tenant", "number"], update_fields=["modified_at"]
    )[0]


def _lines(draft: OrderDraft, order: Order) -> list[OrderLine]:
    return [
        OrderLine(
            tenant_id=order.tenant_id,
            order=order,
            number=line.number,
            product=line.product,
            sku=line.product.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            tax_rate=line.tax_rate,
            tax=line.tax,
            total=line.total,
            properties=line.properties,
        )
        for line in draft.lines
    ]
