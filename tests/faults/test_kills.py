"""Workers killed with a call on the wire, on PostgreSQL: nothing happens twice and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django_q.models import OrmQ

from connectors.sandbox import Sandbox
from tenants.scoping import tenant_scope
from tests import oracle
from tests.faults.processes import Worker, wait_for
from tests.shop import PAID, Shop
from workflows.models import RunState, WorkflowRun

pytestmark = [pytest.mark.pg, pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def live_shop(transactional_db: None, vendors: Sandbox) -> Iterator[Shop]:
    shop = Shop(vendors)
    with tenant_scope(shop.tenant):
        shop.chart(PAID)
        yield shop


@pytest.fixture
def worker(vendors: Sandbox, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(vendors, tmp_path / "worker.log")
    yield worker
    worker.end()
    print((tmp_path / "worker.log").read_text())


def ended(run: WorkflowRun) -> bool:
    run.refresh_from_db()
    return run.state in {RunState.COMPLETED, RunState.STOPPED}


def authorized(shop: Shop, worker: Worker, number: str) -> WorkflowRun:
    """An order whose payment is authorised and whose capture is about to run."""
    order = shop.order(number)
    wait_for(lambda: ended(order.runs.get()), f"{number} to be authorised")
    return shop.move(order, "Ship")


KILLS = [
    ("kill_everything", "hang_after"),
    ("kill_cluster", "hang_after"),
    ("kill_everything", "hang_before"),
    ("kill_cluster", "hang_before"),
    ("kill_everything", "hang_after"),
]


def test_five_kills_with_a_capture_on_the_wire(live_shop: Shop, worker: Worker, vendors: Sandbox) -> None:
    worker.start()
    for number, (kill, hang) in enumerate(KILLS):
        before = len(vendors.calls())
        vendors.faults(vendor="stripe", path="/capture$", **{hang: True})
        run = authorized(live_shop, worker, f"K-{number}")
        wait_for(lambda before=before: _captures_seen(vendors, before), "a capture on the wire")
        getattr(worker, kill)()
        if not worker.alive:
            worker.start()
        wait_for(lambda run=run: ended(run), f"{kill} with {hang} to be survived")
        assert run.state == RunState.COMPLETED, run.message
    assert len(live_shop.effects("capture")) == len(KILLS)
    oracle.check(vendors)


def test_an_emptied_queue_table_loses_nothing(live_shop: Shop, worker: Worker) -> None:
    placed = [live_shop.order(f"Q-{number}") for number in range(20)]
    OrmQ.objects.all().delete()
    worker.start()
    for order in placed:
        wait_for(lambda order=order: ended(order.runs.get()), f"{order.number} to be found by the sweeper")
    assert len(live_shop.effects("authorize")) == len(placed)


def test_sigterm_ends_the_worker_after_the_call_under_way(
    live_shop: Shop, worker: Worker, vendors: Sandbox
) -> None:
    worker.start()
    vendors.faults(vendor="stripe", path="/capture$", latency_ms=1500)
    before = len(vendors.calls())
    run = authorized(live_shop, worker, "T-1")
    wait_for(lambda: _captures_seen(vendors, before), "a capture on the wire")
    assert worker.stop() == 0
    assert ended(run)
    assert len(live_shop.effects("capture")) == 1


def _captures_seen(vendors: Sandbox, before: int) -> bool:
    return any(call["path"].endswith("/capture") for call in vendors.calls()[before:])
