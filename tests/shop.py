"""A shop whose orders really run: published configuration, the engine in this process, vendors on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.demo.play import order_body
from config.demo.scenario import Story
from connectors import sandbox
from connectors.publishing import publish
from tenants.models import Tenant
from tenants.scoping import platform_scope, tenant_scope
from tests.ageing import calls_age
from tests.stand import seed
from workflows import orders
from workflows.engine.callers import Callers
from workflows.engine.pump import Pump
from workflows.models import Lane, Order, OrderStatus, OrderType, StepRun, WorkflowRun, WorkflowStep

CALLERS = Callers(32)

PAID = {"New": ["AuthorizePayment!"], "Ship": ["CapturePayments!"]}


class Shop:
    """One tenant. A chart is written as {"New": ["AuthorizePayment!", "ExportOrder@erp"]}; "!" is StopOnError."""

    def __init__(self, vendors: sandbox.Sandbox) -> None:
        self.vendors = vendors
        seed.seed()
        self.tenant = Tenant.objects.get()

    def chart(self, statuses: dict[str, list[str | dict[str, Any]]], **nexts: str) -> None:
        """`nexts` are the statuses that orders go on to by themselves, by the status that they come from."""
        order_type = OrderType.objects.get(name="Online")
        order_type.statuses.all().delete()
        for place, (name, steps) in enumerate(statuses.items(), start=1):
            canceled = name == "OrderCanceled"
            status = OrderStatus.objects.create(
                order_type=order_type,
                name=name,
                position=place,
                is_canceled=canceled,
                next_status=nexts.get(name, ""),
            )
            for position, step in enumerate(steps, start=1):
                WorkflowStep.objects.create(status=status, position=position, **_step(step))
        publish(order_type)

    def order(self, number: str = "A-1", amount: str = "100.00", market: str = "NOR", **rest: Any) -> Order:
        story = Story(number=number, title="", market=market, amount=amount, **rest)
        return orders.create_order(order_body(story))

    def move(self, order: Order, status: str) -> WorkflowRun:
        run = orders.change_status(order.pk, status)
        assert run is not None
        return run

    def pump(self, seconds: float = 10.0) -> None:
        """One slice, until nothing is due any more."""
        with platform_scope("a slice serves all tenants"):
            Pump(CALLERS).run(seconds, linger=0.0)

    def later(self, **span: float) -> None:
        """Let time pass: what would be due by then is due now."""
        back = timedelta(**span)
        calls_age(back)
        for model in (StepRun, Lane):
            for row in model.objects.filter(due_at__isnull=False):
                row.due_at -= back
                if isinstance(row, StepRun) and row.retry_until:
                    row.retry_until -= back
                row.save()

    def steps(self, run: WorkflowRun) -> dict[str, str]:
        return {step.name: step.state for step in run.steps.order_by("position")}

    def due(self, order: Order) -> datetime | None:
        return Lane.objects.get(pk=order.pk).due_at

    def active_errors(self, order: Order) -> list[str]:
        return [error.message for error in order.errors.filter(status="Active")]

    def effects(self, operation: str) -> list[dict[str, Any]]:
        return self.vendors.ledger(operation=operation)


def _step(step: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(step, dict):
        return step
    name, stop = step.rstrip("!"), step.endswith("!")
    name, _, connector_id = name.partition("@")
    return {
        "name": name,
        "stop_on_error": stop,
        "connector": "Webhook" if connector_id else "",
        "connector_id": connector_id,
    }


@pytest.fixture(scope="session")
def running_vendors() -> Iterator[sandbox.Sandbox]:
    with sandbox.start() as running:
        yield running


@pytest.fixture
def vendors(running_vendors: sandbox.Sandbox, settings: Any) -> sandbox.Sandbox:
    running_vendors.reset()
    settings.CROSSDOCK_SANDBOX_URL = running_vendors.url
    settings.CROSSDOCK_EGRESS_ALLOW = ["127.0.0.1/32:" + running_vendors.url.rsplit(":", 1)[1]]
    return running_vendors


@pytest.fixture
def shop(db: None, vendors: sandbox.Sandbox) -> Iterator[Shop]:
    shop = Shop(vendors)
    with tenant_scope(shop.tenant):
        yield shop
