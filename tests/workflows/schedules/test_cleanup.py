"""The scheduled clean-up deletes what is old, of its own tenant only."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from eventlog.models import Event
from tenants.scoping import platform_scope
from tests.factories.events import record_event
from tests.factories.tenants import TenantFactory
from tests.workflows.shopstall import Market
from workflows.models import ScheduledRun


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
