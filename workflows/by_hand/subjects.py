"""The orders that are acted on, with all that the acts look at: any number of them in as many statements as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, Max, OuterRef

from connectors.contracts.common import OrderDocument
from connectors.runtime import TenantRuntime, runtime
from workflows.by_hand.doubts import Doubt, doubts
from workflows.chart import Chart, Status, StepConfig, UnknownOrderType, chart_of
from workflows.documents import order_documents
from workflows.models import Order, RunKind, RunState, StepRun, StepState, WorkflowRun

_TROUBLED = (StepState.ERROR, StepState.WAITING)
_NOT_UNDER_WAY = (RunState.STOPPED, RunState.COMPLETED, RunState.WAITING)


@dataclass(slots=True, kw_only=True)
class Subject:
    """One order. `chart` is None where its type is not published any more; `failed` is its latest run that failed and
    that nobody has taken up yet, with the rows of its `steps`; `doubts` are calls of which a person has to tell what became
    of them."""

    order: Order
    document: OrderDocument
    live: TenantRuntime
    chart: Chart | None = None
    failed: WorkflowRun | None = None
    steps: list[StepRun] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def chart_steps(self) -> Iterator[tuple[Status, StepConfig]]:
        """The active steps of the order's type, each with its status."""
        for status in self.chart.statuses.values() if self.chart else ():
            for step in status.steps:
                if step.active:
                    yield status, step


def subjects(orders: Sequence[Order]) -> list[Subject]:
    """Of one tenant, which is in scope."""
    if not orders:
        return []
    live = runtime(orders[0].tenant_id)
    documents = order_documents([order.pk for order in orders])
    failed, steps = _failed([order.pk for order in orders])
    in_doubt = doubts([order.pk for order in orders])
    return [
        Subject(
            order=order,
            document=documents[order.pk],
            live=live,
            chart=_chart(live, order),
            failed=failed.get(order.pk),
            steps=steps.get(order.pk, []),
            doubts=in_doubt.get(order.pk, []),
        )
        for order in orders
    ]


def _chart(live: TenantRuntime, order: Order) -> Chart | None:
    try:
        return chart_of(live, order.order_type)
    except UnknownOrderType:
        return None


def _failed(order_ids: Sequence[int]) -> tuple[dict[int, WorkflowRun], dict[int, list[StepRun]]]:
    troubled = StepRun.objects.filter(run=OuterRef("pk"), state__in=_TROUBLED)
    resumed = WorkflowRun.objects.filter(continues=OuterRef("pk"), kind=RunKind.RESUME)
    rows = WorkflowRun.objects.filter(
        Exists(troubled), ~Exists(resumed), order_id__in=order_ids, state__in=_NOT_UNDER_WAY
    )
    latest = rows.order_by().values("order_id").annotate(latest=Max("pk")).values_list("latest", flat=True)
    runs = {run.order_id: run for run in WorkflowRun.objects.filter(pk__in=list(latest))}
    steps: dict[int, list[StepRun]] = defaultdict(list)
    found = StepRun.objects.filter(run__in=[run.pk for run in runs.values()]) if runs else []
    for step in sorted(found, key=lambda row: row.position):
        steps[step.order_id].append(step)
    return runs, steps
