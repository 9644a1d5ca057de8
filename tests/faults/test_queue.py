"""Workers that are killed while they read orders off a queue: every order once, and no message deleted too early."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.faults.processes import wait_for, worker_environment
from tests.providers.test_azure_servicebus import connector, importing, order, put, queue
from tests.shop import Shop, shop
from workflows.models import ImportedObject, Order, ScheduledRun
from workflows.schedules.ticker import run_now

__all__ = ["shop"]
pytestmark = [pytest.mark.pg, pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ORDERS = 60


def test_kills_lose_and_double_no_order_of_a_queue(shop: Shop, tmp_path: Path) -> None:
    """Killed in the middle of what is read, stored, and deleted; locks end after a second."""
    config = connector(shop, BatchSize="3")
    shop.vendors.control("POST", "azure-servicebus/queues/orders", {"lock_s": 1, "max_deliveries": 100})
    put(shop, *(order(number) for number in range(ORDERS)))
    run = run_now(importing(config))
    shop.vendors.latency(15, "azure-servicebus")
    for goal in (5, 14, 23, 32, 41, 50):
        worker = _started(shop, tmp_path / f"{goal}.log")
        wait_for(lambda goal=goal: Order.objects.count() >= goal, f"{goal} orders")  # type: ignore[misc]
        worker.kill()
        worker.wait()
        _nothing_is_lost(shop)
    worker = _started(shop, tmp_path / "last.log")
    wait_for(lambda: _done(shop), "an empty queue")
    worker.kill()
    worker.wait()
    assert Order.objects.count() == ImportedObject.objects.count() == ORDERS
    assert run.task.runs.filter(state=ScheduledRun.State.FAILED).count() == 0


def _nothing_is_lost(shop: Shop) -> None:
    """What was deleted from the queue is an order here; all else is still in it."""
    state = queue(shop)
    known = set(Order.objects.values_list("number", flat=True))
    deleted = {f"Q{message_id.removeprefix('m-')}" for message_id in state["completed"]}
    left = {f"Q{message['MessageId'].removeprefix('m-')}" for message in [*state["active"], *state["locked"]]}
    assert deleted <= known
    assert deleted | left == {f"Q{number}" for number in range(ORDERS)}
    assert state["dead"] == []


def _done(shop: Shop) -> bool:
    """The run that was begun may end before locks of the dead do; then the next one takes the rest."""
    state: dict[str, Any] = queue(shop)
    if ScheduledRun.objects.filter(state__in=ScheduledRun.OPEN).exists():
        return False
    if state["active"] or state["locked"]:
        run_now(ScheduledRun.objects.latest("pk").task)
        return False
    return True


def _started(shop: Shop, log: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.workflows.schedules.worker"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **worker_environment(shop.vendors), "CROSSDOCK_WORKER_DEAD_AFTER": "1"},
        stdout=log.open("ab"),
        stderr=subprocess.STDOUT,
    )
