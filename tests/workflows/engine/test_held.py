"""Steps whose vendor is out of order or whose quota is used up: they wait, and no try is used up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.traffic import Gate
from connectors.traffic.breaker import Standing
from connectors.traffic.sharing import shared
from tests.shop import PAID, Shop
from workflows.models import RunState, StepState


def gate_of(shop: Shop, label: str) -> Gate:
    return next(
        gate for _, gate in shared().gates.all() if gate.label == label and gate.tenant_id == shop.tenant.pk
    )


@pytest.fixture(autouse=True)
def own_gates() -> Iterator[None]:
    shared.cache_clear()
    yield
    shared.cache_clear()


def opened(gate: Gate) -> None:
    now = gate._clock()
    gate.adopt(Standing(gate.breaker.generation + 1, 1, now, now + 60))


def closed(gate: Gate) -> None:
    gate.adopt(Standing(gate.breaker.generation + 1))


def test_a_step_of_a_vendor_out_of_order_waits_without_using_up_a_try(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    shop.pump()
    run, before = shop.move(order, "Ship"), len(shop.vendors.calls())
    opened(gate_of(shop, "Stripe"))
    for _ in range(3):
        shop.pump()
        step = run.steps.get()
        assert (step.state, step.attempts) == (StepState.WAITING, 0)
        assert "has been failing since" in step.message
        shop.later(minutes=2)
    assert len(shop.vendors.calls()) == before
    closed(gate_of(shop, "Stripe"))
    shop.pump()
    run.refresh_from_db()
    assert (run.state, run.steps.get().attempts) == (RunState.COMPLETED, 1)
    assert len(shop.effects("capture")) == 1


def test_a_step_of_a_vendor_out_of_order_is_given_up_when_the_order_is_moved_on(shop: Shop) -> None:
    shop.chart({**PAID, "Returned": []})
    order = shop.order()
    shop.pump()
    run = shop.move(order, "Ship")
    opened(gate_of(shop, "Stripe"))
    shop.pump()
    shop.move(order, "Returned")
    shop.pump()
    closed(gate_of(shop, "Stripe"))
    shop.later(hours=1)
    shop.pump()
    assert (run.steps.get().state, shop.effects("capture")) == (StepState.SKIPPED, [])


def test_a_step_without_stop_on_error_lets_the_next_go_on_and_solves_its_error_later(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp"], "Next": ["ExportOrder@erp", "Notification@mail"]})
    order = shop.order()
    shop.pump()
    opened(gate_of(shop, "ERP"))
    run = shop.move(order, "Next")
    shop.pump()
    assert shop.steps(run) == {"ExportOrder": StepState.ERROR, "Notification": StepState.SUCCESS}
    assert len(shop.active_errors(order)) == 1
    closed(gate_of(shop, "ERP"))
    shop.later(minutes=2)
    shop.pump()
    assert shop.steps(run)["ExportOrder"] == StepState.SUCCESS
    assert shop.active_errors(order) == []


def test_a_vendor_that_fails_for_everybody_is_left_alone(shop: Shop) -> None:
    """Thirty orders meet a dead vendor: it sees a few calls, and gets them all once it is back."""
    shop.chart(PAID)
    orders = [shop.order(f"A-{number}") for number in range(30)]
    shop.vendors.faults(vendor="stripe", status=503)
    shop.pump()
    seen = len(shop.vendors.calls("stripe"))
    assert seen <= 45
    shop.vendors.clear_faults()
    closed(gate_of(shop, "Stripe"))
    shop.later(minutes=10)
    shop.pump()
    assert len(shop.effects("authorize")) == len(orders)
