"""Nothing stays stuck: a rotated key, a step that is poison, a database that goes away, a cluster that hangs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django_q.models import OrmQ

from connectors.sandbox import Sandbox
from tenants.scoping import tenant_scope
from tests import oracle
from tests.faults.processes import Worker, database_url, is_there, wait_for
from tests.faults.proxy import Proxy
from tests.shop import PAID, Shop
from workflows.models import Order, OrderError, RunState, StepState, WorkflowRun

pytestmark = [pytest.mark.pg, pytest.mark.faults, pytest.mark.django_db(transaction=True)]

Start = Callable[..., Worker]


@pytest.fixture
def live_shop(transactional_db: None, vendors: Sandbox) -> Iterator[Shop]:
    shop = Shop(vendors)
    with tenant_scope(shop.tenant):
        shop.chart(PAID)
        yield shop


@pytest.fixture
def start(vendors: Sandbox, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker with these variables in its environment."""
    workers: list[Worker] = []

    def start(**environment: str) -> Worker:
        worker = Worker(vendors, tmp_path / f"worker-{len(workers)}.log", **environment)
        workers.append(worker)
        worker.start()
        return worker

    yield start
    for place, worker in enumerate(workers):
        worker.end()
        print((tmp_path / f"worker-{place}.log").read_text())


def all_ended(orders: list[Order]) -> bool:
    ended = {RunState.COMPLETED, RunState.STOPPED}
    return not WorkflowRun.objects.filter(order__in=orders).exclude(state__in=ended).exists()


def test_a_rotated_secret_key_loses_no_queued_work(live_shop: Shop, start: Start, vendors: Sandbox) -> None:
    """Wake-ups that were signed with the old key are thrown away; two workers share what they were for."""
    orders = [live_shop.order(f"R-{number}") for number in range(12)]
    assert OrmQ.objects.exists()
    for _ in range(2):
        start(TEST_SECRET_KEY="another-secret-key-of-more-than-fifty-characters-0123456789")
    wait_for(lambda: all_ended(orders), "all orders to be authorised")
    assert len(live_shop.effects("authorize")) == len(orders)
    oracle.check(vendors)


def test_a_step_that_kills_its_worker_is_parked_and_its_neighbours_go_on(
    live_shop: Shop, start: Start, vendors: Sandbox
) -> None:
    live_shop.chart({"New": ["AuthorizePayment!"], "Poison": ["Notification@mail!"]})
    sick = live_shop.order("P-1")
    live_shop.pump()
    poisoned = live_shop.move(sick, "Poison")
    neighbours = [live_shop.order(f"N-{number}") for number in range(5)]
    start(CROSSDOCK_KILL_POINT="K3:Notification")
    wait_for(lambda: all_ended([sick, *neighbours]), "the poison to be parked")
    step = poisoned.steps.get()
    assert (step.state, step.deaths) == (StepState.ERROR, 3)
    assert "Parked" in OrderError.objects.get(order=sick).message
    assert len(live_shop.effects("authorize")) == 1 + len(neighbours)
    oracle.check(vendors)


def test_a_database_that_goes_away_under_load_is_survived(
    live_shop: Shop, start: Start, vendors: Sandbox
) -> None:
    """Calls under way end while the database is gone; their answers are kept and stored once it is back."""
    place = urlsplit(database_url())
    proxy = Proxy((place.hostname or "127.0.0.1", place.port or 5432))
    through = f"postgres://{place.username}@127.0.0.1:{proxy.port}{place.path}"
    worker = start(DATABASE_URL=through)
    vendors.latency(150, vendor="stripe")
    first = len(vendors.calls())
    orders = [live_shop.order(f"D-{number}") for number in range(30)]
    wait_for(lambda: len(vendors.calls()) > first, "the first calls")
    proxy.cut()
    time.sleep(3)
    proxy.mend()
    wait_for(lambda: all_ended(orders), "all orders to be authorised after the database came back")
    assert worker.alive
    assert len(live_shop.effects("authorize")) == len(orders)
    oracle.check(vendors)


def test_a_cluster_that_hangs_is_replaced(live_shop: Shop, start: Start) -> None:
    worker = start(CROSSDOCK_WORKER_HUNG_AFTER="3")
    before = live_shop.order("H-1")
    wait_for(lambda: all_ended([before]), "the worker to be up")
    assert min(worker.niceness()) >= 5, "callers of the API come first"
    worker.freeze_cluster()
    after = live_shop.order("H-2")
    wait_for(lambda: all_ended([after]), "another cluster to take over")
    assert worker.alive


def test_a_cluster_whose_main_process_dies_leaves_nobody_behind(live_shop: Shop, start: Start) -> None:
    worker = start()
    first = live_shop.order("O-1")
    wait_for(lambda: all_ended([first]), "the worker to be up")
    group = worker.kill_main_process()
    second = live_shop.order("O-2")
    wait_for(lambda: all_ended([second]), "another cluster to take over")
    wait_for(lambda: not is_there(group), "the old cluster's other processes to be gone")
