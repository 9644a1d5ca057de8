"""Every kill point of the step runner x every kind of step, on PostgreSQL: each effect once, and the run goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F

from config.demo import systems
from config.demo.ground import PRODUCTS
from connectors.drafts import create_connector
from connectors.killpoint import POINTS
from connectors.publishing import publish
from connectors.sandbox import Sandbox
from shipping.models import ShipmentOption, ShippingProvider
from tenants.models import Store
from tenants.scoping import tenant_scope
from tests import oracle
from tests.ageing import calls_age
from tests.faults.processes import wait_for, worker_environment
from tests.shop import Shop
from workflows.models import RunState, StepState, Worker, WorkflowRun

pytestmark = [pytest.mark.pg, pytest.mark.faults, pytest.mark.django_db(transaction=True)]

STEPS = ["CapturePayments", "CompleteShipment", "ExportOrder", "Notification", "WebhookWorkflowStep"]
CHART: dict[str, list[str | dict[str, Any]]] = {
    "New": ["AuthorizePayment!"],
    "Ship": [
        "CapturePayments!",
        "CompleteShipment!",
        {"name": "ExportOrder", "stop_on_error": True, "connector": "Dynamics365", "connector_id": "d365-norway"},
        "Notification@mail!",
        "WebhookWorkflowStep@erp!",
    ],
}  # fmt: skip


class Lives:
    """Workers that live until their kill point."""

    def __init__(self, vendors: Sandbox, log: Path) -> None:
        self._vendors, self._others = vendors, vendors.connections
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.lives"],
            cwd=settings.BASE_DIR,
            env={**worker_environment(vendors), "CROSSDOCK_RETRY_SCHEDULE": "0.1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("wb"),
            text=True,
        )

    def live(self, point: str = "", step: str = "") -> bool:
        """Whether that life ended at its kill point. What it had on the wire has reached the vendors' end by then: time
        that passes by decree would not make them quicker."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"point": point, "step": step}) + "\n")
        self._process.stdin.flush()
        killed: bool = json.loads(self._process.stdout.readline())["killed"]
        wait_for(lambda: self._vendors.connections <= self._others, "the vendors to end what they were at")
        return killed

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@pytest.fixture
def lives(vendors: Sandbox, tmp_path: Path) -> Iterator[Lives]:
    lives = Lives(vendors, tmp_path / "lives.log")
    yield lives
    lives.end()
    print((tmp_path / "lives.log").read_text())


@pytest.fixture
def house(transactional_db: None, vendors: Sandbox) -> Iterator[Shop]:
    """A shop with a carrier that knows no keys and an ERP that knows none either."""
    shop = Shop(vendors)
    items = [{"number": sku, "inventory": 100} for sku in PRODUCTS]
    vendors.control("POST", "dynamics365/items", {"tenant": "d365-norway", "items": items})
    with tenant_scope(shop.tenant):
        [erp] = systems.create(shop.tenant, "d365-norway").values()
        bring = create_connector(
            shop.tenant,
            type="bring",
            host=f"{vendors.url}/bring",
            merchant_id="post@nordic-outdoor.example",
            bearer_token=systems.BRING_KEY,
            properties={"CustomerNumber": "5"},
        )
        carrier = ShippingProvider.objects.create(name="Bring", connector=bring)
        ShipmentOption.objects.create(
            provider=carrier, name="Parcel", product="5800", is_default=True, store=Store.objects.get(),
            weight=1800, length=450, width=300, height=180,
        )  # fmt: skip
        for draft in (erp, bring, carrier):
            publish(draft)
        shop.chart(CHART)
        yield shop


def told(run: WorkflowRun) -> str:
    return "; ".join(f"{step.name} {step.state} {step.message}" for step in run.steps.order_by("position"))


def an_hour_passes() -> None:
    """Nobody has to wait for the dead worker to count as dead, nor for a carrier's look-up to prove something."""
    hour = timedelta(hours=1)
    Worker.objects.update(heartbeat_at=F("heartbeat_at") - hour)
    calls_age(hour)


def test_every_point_of_every_kind_of_step(house: Shop, lives: Lives, vendors: Sandbox) -> None:
    orders = {point: house.order(f"{point}-1") for point in POINTS}
    assert not lives.live()
    for point, order in orders.items():
        run = house.move(order, "Ship")
        for step in STEPS:
            assert lives.live(point, step), f"{point} of {step} was not reached: {told(run)}"
            an_hour_passes()
        assert not lives.live()
        run.refresh_from_db()
        assert run.state == RunState.COMPLETED, f"{point}: {told(run)}"
        assert set(house.steps(run).values()) == {StepState.SUCCESS}
    done = Counter(entry["operation"] for entry in vendors.ledger())
    once = ("authorize", "capture", "book", "notify", "create_customer")
    assert done == {"export": 2 * len(POINTS), **dict.fromkeys(once, len(POINTS))}
    oracle.check(vendors)
