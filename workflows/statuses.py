"""Moving an order from status to status."""

from __future__ import annotations

from django.db import OperationalError, transaction

from connectors.runtime import TenantRuntime, runtime
from eventlog import store as eventlog
from eventlog.events import Category
from workflows.chart import Chart, UnknownOrderType, UnknownStatus, chart_of
from workflows.engine.start import start_run, touch_lane
from workflows.models import Order, Trigger, WorkflowRun
from workflows.problems import InvalidData, NotFound, OrderBusy, StatusNotAllowed, VersionConflict

_LOCK_NOT_AVAILABLE = "55P03"


def change_status(
    order: Order | int,
    status: str,
    *,
    actor: str = "",
    reason: str = "",
    run_workflow: bool = True,
    expected_version: int | None = None,
    trigger: str = Trigger.API,
) -> WorkflowRun | None:
    """Move an order and start the run of its new status; None when no workflow runs.

    Takes the order or its primary key; the status in any case. An order that is handed in shows the change.
    Raises InvalidData for a status that the type does not have, StatusNotAllowed, VersionConflict, OrderBusy and
    NotFound.
    """
    with transaction.atomic():
        # The worker locks lanes before orders; the other way round here would deadlock with it.
        touched = touch_lane(order.pk if isinstance(order, Order) else order) if run_workflow else False
        locked = lock_order(order)
        _check_version(locked, expected_version)
        live = runtime(locked.tenant_id)
        chart = _chart(locked, live)
        previous = locked.status
        locked.status = _allowed(chart, locked, status)
        locked.version += 1
        locked.save(update_fields=["status", "version", "modified_at"])
        _record(locked, previous, chart, actor, reason)
        run = None
        if run_workflow and not chart.disable_workflow:
            run = start_run(
                locked, locked.status, trigger=trigger, actor=actor, reason=reason, touched=touched, live=live
            )
    if isinstance(order, Order):
        order.status, order.version, order.modified_at = locked.status, locked.version, locked.modified_at
    return run


def keep_status(order_id: int, status: str, *, error_status: str = "", run_workflow: bool = True) -> bool:
    """After a stopped run: the order is in the status whose steps ran, or takes the step's ErrorStatus.

    The caller holds the order's lane. Returns whether a run of the ErrorStatus was started.
    """
    order = lock_order(order_id)
    chart = _chart(order, runtime(order.tenant_id))
    target = chart.status(error_status).name if error_status else status
    if order.status == target:
        return False
    previous, order.status = order.status, target
    order.version += 1
    order.save(update_fields=["status", "version", "modified_at"])
    _record(order, previous, chart, "", "its workflow stopped")
    if not error_status or not run_workflow or chart.disable_workflow:
        return False
    start_run(order, target, trigger=Trigger.WORKFLOW, reason=f"ErrorStatus of {status}")
    return True


def lock_order(order: Order | int) -> Order:
    """A fresh copy of the order, its row locked until the transaction ends. Raises NotFound, OrderBusy."""
    pk = order.pk if isinstance(order, Order) else order
    try:
        return Order.objects.select_for_update().get(pk=pk)
    except Order.DoesNotExist:
        raise NotFound("there is no such order") from None
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise OrderBusy("somebody else is changing this order; try again in a moment") from error
        raise


def _check_version(order: Order, expected: int | None) -> None:
    if expected is not None and expected != order.version:
        raise VersionConflict(expected, order.version, order.status)


def _chart(order: Order, live: TenantRuntime) -> Chart:
    try:
        return chart_of(live, order.order_type)
    except UnknownOrderType as error:
        raise InvalidData({"order_type": [str(error)]}) from None


def _allowed(chart: Chart, order: Order, requested: str) -> str:
    try:
        name = chart.status(requested).name
    except UnknownStatus as error:
        raise InvalidData({"status": [str(error)]}) from None
    if not chart.may_go(order.status, name):
        raise StatusNotAllowed(name, order.status, chart.followers(order.status))
    return name


def _record(order: Order, previous: str, chart: Chart, actor: str, reason: str) -> None:
    entered = chart.statuses.get(order.status)
    canceled = entered is not None and entered.is_canceled
    eventlog.record(
        Category.CANCELED if canceled else Category.UPDATED,
        f"Order {order.number} went from {previous} to {order.status}" + (f": {reason}" if reason else ""),
        tenant_id=order.tenant_id,
        order_id=order.pk,
        order_number=order.number,
        actor=actor,
        details={"status": order.status, "previous_status": previous, "reason": reason},
    )
