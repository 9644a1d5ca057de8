"""The scheduled clean-up deletes what is old, of its own tenant only."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from eventlog.models import Event
from tenants.scoping import platform_scope
from tests.factories.events import record_event
from tests.factories.tenants import TenantFactory
from tests.workflows.shopstall import Market
from workflows.models import ScheduledRun, StepRun, WorkflowRun
from workflows.orders import create_order


def test_old_events_and_runs_go_and_those_of_others_stay(market: Market) -> None:
    long_ago, other = timezone.now() - timedelta(days=40), TenantFactory()
    for tenant, at in (
        (market.shop.tenant, long_ago),
        (market.shop.tenant, timezone.now()),
        (other, long_ago),
    ):
        record_event(tenant, at=at)
    task = market.task("CleanUp", properties={"EventDays": 30, "RunDays": 30})
    market.run(task)
    ScheduledRun.objects.update(created_at=long_ago)
    run = market.run(task)
    assert run.state == ScheduledRun.State.SUCCEEDED
    assert run.counts["runs deleted"] == 1
    assert ScheduledRun.objects.get() == run
    with platform_scope("test"):
        assert Event.objects.filter(at__lt=timezone.now() - timedelta(days=30)).get().tenant == other


def test_old_workflow_results_go_once_nothing_of_them_is_tried_again(market: Market) -> None:
    old = timezone.now() - timedelta(days=40)
    kept, gone, waiting = (create_order(market.shop.order_data(number=f"C-{number}")) for number in range(3))
    for order, at in ((kept, timezone.now()), (gone, old), (waiting, old)):
        run = WorkflowRun.objects.create(
            order=order,
            order_type="Online",
            status="New",
            generation=1,
            state="completed",
            finished_at=at,
            actor="of old",
        )
        run.steps.create(order=order, position=1, name="Notification", state="error")
    StepRun.objects.filter(order=waiting).update(due_at=timezone.now())
    run = market.run(market.task("CleanUp", properties={"WorkflowResultDays": 30}))
    assert run.counts["results deleted"] == 1
    assert not WorkflowRun.objects.filter(order=gone, status="New", finished_at=old).exists()
    assert WorkflowRun.objects.filter(order__in=[kept, waiting], actor="of old").count() == 2
