"""Errors on orders: raised by steps and API callers, solved by a late success or by staff with a comment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from eventlog import store as eventlog
from eventlog.events import Category
from tenants.scoping import current_tenant_id
from workflows.models import ErrorSeverity, ErrorStatus, Order, OrderError
from workflows.problems import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class NewError:
    """An error to raise. `key` names the cause, such as the step; it is active once on an order."""

    order_id: int
    key: str
    message: str
    details: str = ""
    reference: str = ""
    severity: str = ErrorSeverity.ERROR
    step_run_id: int | None = None


def add_error(order_id: int, key: str, message: str, **rest: object) -> None:
    """Raise an error, or bring the active one of this key up to date; `rest` are fields of NewError."""
    add_errors([NewError(order_id=order_id, key=key, message=message, **rest)])  # type: ignore[arg-type]


def report_error(order: Order, key: str, message: str, *, actor: str, **rest: object) -> OrderError:
    """As `add_error`, for a caller from outside: it is told in the event log. The active error."""
    with transaction.atomic():
        add_error(order.pk, key, message, **rest)
        _record(order, Category.ERROR, f"{key}: {message}", actor)
        return OrderError.objects.get(order=order, key=key, status=ErrorStatus.ACTIVE)


def add_errors(found: Sequence[NewError]) -> None:
    """Raise errors of many orders in few statements; in a platform scope they may be of several tenants."""
    latest = {(error.order_id, error.key): error for error in found}
    if not latest:
        return
    with transaction.atomic():
        active = _active(latest)
        renewed = [_renewed(active[pair], error) for pair, error in latest.items() if pair in active]
        fresh = [error for pair, error in latest.items() if pair not in active]
        if renewed:
            OrderError.objects.bulk_update(renewed, _RENEWED)
        if fresh:
            # Somebody else may be raising the same error right now; then theirs stands.
            OrderError.objects.bulk_create(_rows(fresh), ignore_conflicts=True)


_COPIED = ("message", "details", "reference", "severity", "step_run_id")
_RENEWED = [*_COPIED, "occurred_at"]


def _active(pairs: Collection[tuple[int, str]]) -> dict[tuple[int, str], OrderError]:
    rows = OrderError.objects.filter(
        order_id__in={order_id for order_id, _ in pairs},
        key__in={key for _, key in pairs},
        status=ErrorStatus.ACTIVE,
    )
    return {(row.order_id, row.key): row for row in rows}


def _renewed(row: OrderError, error: NewError) -> OrderError:
    for name in _COPIED:
        setattr(row, name, getattr(error, name))
    row.occurred_at = timezone.now()
    return row


def _rows(errors: Iterable[NewError]) -> list[OrderError]:
    errors = list(errors)
    tenants = _tenants({error.order_id for error in errors})
    return [
        OrderError(
            tenant_id=tenants[error.order_id],
            order_id=error.order_id,
            key=error.key,
            **{name: getattr(error, name) for name in _COPIED},
        )
        for error in errors
    ]


def _tenants(order_ids: set[int]) -> Mapping[int, int]:
    in_scope = current_tenant_id()
    if in_scope is not None:
        return dict.fromkeys(order_ids, in_scope)
    return dict(Order.objects.filter(pk__in=order_ids).values_list("pk", "tenant_id"))


def solve_errors(order_id: int, keys: Collection[str], *, comment: str = "", actor: str = "") -> int:
    """Solve the active errors of these keys, such as after a late success; tells how many. One statement."""
    return solve_errors_of({order_id: keys}, comment=comment, actor=actor)


def solve_errors_of(keys: Mapping[int, Collection[str]], *, comment: str = "", actor: str = "") -> int:
    """As `solve_errors`, for several orders: order id to keys. One statement."""
    chosen = Q(pk__in=[])
    for order_id, names in keys.items():
        chosen |= Q(order_id=order_id, key__in=list(names))
    return OrderError.objects.filter(chosen, status=ErrorStatus.ACTIVE).update(
        status=ErrorStatus.SOLVED, solved_at=timezone.now(), solved_by=actor, comment=comment
    )


def solve_error(error_id: int, *, actor: str, comment: str = "", order_id: int | None = None) -> OrderError:
    """Mark one error (of the given order) Solved; solving it again changes nothing. Raises NotFound."""
    with transaction.atomic():
        rows = OrderError.objects.select_for_update(of=("self",)).select_related("order")
        error = rows.filter(pk=error_id, **({"order_id": order_id} if order_id else {})).first()
        if error is None:
            raise NotFound("there is no such error on this order")
        if error.status == ErrorStatus.ACTIVE:
            _solve(error, actor, comment)
    return error


def _solve(error: OrderError, actor: str, comment: str) -> None:
    error.status, error.solved_at = ErrorStatus.SOLVED, timezone.now()
    error.solved_by, error.comment = actor, comment
    error.save(update_fields=["status", "solved_at", "solved_by", "comment"])
    told = f"Order error {error.key} solved" + (f": {comment}" if comment else "")
    _record(error.order, Category.UPDATED, told, actor)


def _record(order: Order, category: Category, message: str, actor: str) -> None:
    eventlog.record(
        category,
        message,
        tenant_id=order.tenant_id,
        order_id=order.pk,
        order_number=order.number,
        actor=actor,
    )
