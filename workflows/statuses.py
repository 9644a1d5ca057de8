"""Moving an order from status to status."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from connectors.runtime import TenantRuntime, runtime
from eventlog import store as eventlog
from eventlog.events import Category
from tenants.together import Together
from workflows.chart import Chart, UnknownOrderType, UnknownStatus, chart_of
from workflows.engine.start import LaneBegun, call_off_open, start_run
from workflows.models import Order, RunState, Trigger, WorkflowRun
from workflows.order_errors import add_error
from workflows.order_locks import check_version, lock_order, lock_to_move, told_when_busy
from workflows.problems import InvalidData, StatusNotAllowed

#: After so many moves without anybody's doing an order stays where it is; published charts have no way round.
AUTOMATIC_MOVES = 10
#: Key of the order error that tells why an order did not go on.
NEXT_STATUS = "next-status"


def change_status(order: Order | int, status: str, **options: Any) -> WorkflowRun | None:
    """As `move_order`, for callers that have the order; one that is handed in shows the change.

    None when no workflow runs.
    """
    moved, run = move_order(order.pk if isinstance(order, Order) else order, status, **options)
    if isinstance(order, Order):
        order.status, order.version, order.modified_at = moved.status, moved.version, moved.modified_at
    return run


def move_order(
    order: int | str,
    status: str,
    *,
    actor: str = "",
    reason: str = "",
    run_workflow: bool = True,
    expected_version: int | None = None,
    trigger: str = Trigger.API,
) -> tuple[Order, WorkflowRun | None]:
    """Move an order and start the run of its new status; without a run when no workflow runs. A cancellation ends what is
    still open of earlier ones all the same.

    Takes the order's primary key or its number in the tenant in scope; the status in any case. What is not asked of the
    order that is returned is read when it is. Raises InvalidData for a status that the type does not have,
    StatusNotAllowed, VersionConflict, OrderBusy and NotFound.
    """
    asked = (order, status, actor, reason, run_workflow, expected_version, trigger)
    try:
        return _move(*asked)
    except LaneBegun:
        return _move(*asked)


def _move(
    order: int | str,
    status: str,
    actor: str,
    reason: str,
    run_workflow: bool,
    expected_version: int | None,
    trigger: str,
) -> tuple[Order, WorkflowRun | None]:
    with told_when_busy(), transaction.atomic():
        locked, touched = lock_to_move(order)
        check_version(locked, expected_version)
        live = runtime(locked.tenant_id, locked.generation)
        chart = _chart(locked, live)
        together = Together()
        _go(locked, _allowed(chart, locked, status), chart, reason, actor, together)
        run = None
        if run_workflow and not chart.disable_workflow:
            run = start_run(
                locked,
                locked.status,
                trigger=trigger,
                actor=actor,
                reason=reason,
                touched=touched,
                first=not touched,
                live=live,
                together=together,
            )
        together.run()
        if run is None and chart.status(locked.status).is_canceled:
            call_off_open(locked, live, trigger=trigger, actor=actor, reason=reason, touched=touched)
    return locked, run


def keep_status(
    order_id: int, status: str, *, error_status: str = "", depth: int = 0, only_there: bool = False
) -> bool:
    """After a stopped run: the order is in the status whose steps ran, or takes the step's ErrorStatus.

    The caller holds the order's lane; `depth` counts the automatic transitions up to this one. `only_there` leaves an
    order alone that has gone on to another status. What keeps the order from moving, such as an ErrorStatus that the
    newest chart lacks, becomes an error of the order. Returns whether a run of the ErrorStatus was started.
    """
    order = lock_order(order_id)
    if only_there and order.status != status:
        return False
    try:
        chart = chart_of(runtime(order.tenant_id), order.order_type)
        target = chart.status(error_status).name if error_status else status
    except (UnknownOrderType, UnknownStatus) as error:
        add_error(order.pk, NEXT_STATUS, f"The order cannot go to {error_status or status}: {error}")
        return False
    if order.status == target:
        return False
    _go(order, target, chart, "its workflow stopped")
    if not error_status:
        return False
    return _run_by_itself(order, chart, f"ErrorStatus of {status}", depth)


def move_on(order_id: int, status: str, target: str, *, depth: int) -> bool:
    """After a completed run of `status`: the order goes on to `target` by itself, unless somebody has moved it since.

    The caller holds the order's lane; `depth` counts the automatic transitions up to this one. What keeps the order
    from moving becomes an error of the order. Returns whether a run of the new status was started.
    """
    order = lock_order(order_id)
    if order.status != status:
        return False
    try:
        chart = chart_of(runtime(order.tenant_id), order.order_type)
        name = chart.status(target).name
    except (UnknownOrderType, UnknownStatus) as error:
        add_error(order.pk, NEXT_STATUS, f"The order cannot go on to {target}: {error}")
        return False
    if name == status:
        return False
    if depth > AUTOMATIC_MOVES:
        add_error(order.pk, NEXT_STATUS, _too_far(name))
        return False
    _go(order, name, chart, f"next status of {status}")
    return _run_by_itself(order, chart, f"Next status of {status}", depth)


def _go(
    order: Order, status: str, chart: Chart, reason: str, actor: str = "", together: Together | None = None
) -> None:
    """Move a locked order; with `together` that may wait until those statements are run."""
    previous, order.status = order.status, status
    order.version += 1
    order.modified_at = timezone.now()
    changes = {name: getattr(order, name) for name in ("status", "version", "modified_at")}
    statements = Together() if together is None else together
    statements.update(Order, order.pk, changes)
    _record(order, previous, chart, actor, reason, statements)
    if together is None:
        statements.run()


def _run_by_itself(order: Order, chart: Chart, reason: str, depth: int) -> bool:
    if chart.disable_workflow:
        return False
    if depth > AUTOMATIC_MOVES:
        add_error(order.pk, NEXT_STATUS, _too_far(order.status))
        return False
    run = start_run(order, order.status, trigger=Trigger.WORKFLOW, reason=reason, depth=depth)
    return run.state == RunState.QUEUED


def _too_far(status: str) -> str:
    return (
        f"The order has gone from status to status {AUTOMATIC_MOVES} times by itself, so {status} does not begin by"
        " itself any more; look for a way round in its order type, then change the status by hand"
    )


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


def _record(order: Order, previous: str, chart: Chart, actor: str, reason: str, together: Together) -> None:
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
        together=together,
    )
