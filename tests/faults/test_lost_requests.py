"""A vendor that is still at work on a request when it is asked about it: what it then executes, it executes alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.models import Connector, Effect
from connectors.publishing import publish
from connectors.sandbox import Sandbox
from tests import oracle
from tests.faults.processes import wait_for
from tests.providers.test_rest import CHART, EXPORT, FIND, published
from tests.shop import Shop, shop
from workflows import acts
from workflows.models import Order, WorkflowRun
from workflows.order_changes import apply_changes

__all__ = ["shop"]
pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

PAYMENTS = {"New": ["AuthorizePayment!"], "OrderCanceled": ["CancelPayments!"]}


def goes_on(shop: Shop, vendor: str, path: str, look_up: str) -> None:
    """The first request is lost and worked on until `look_up` has been answered; those after it never reach the vendor."""
    shop.vendors.faults(vendor=vendor, method="POST", path=path, works_on=look_up)
    shop.vendors.faults(vendor=vendor, method="POST", path=path, nth=2, times=None, status=503)


def asked_too_early(shop: Shop, vendor: str, path: str) -> None:
    """The next try comes while the first request is under way; a new one is slower than that."""
    shop.vendors.clear_faults()
    shop.vendors.faults(vendor=vendor, method="POST", path=path, latency_ms=300)
    shop.later(seconds=40)
    shop.pump()


def ends_well(shop: Shop, run: WorkflowRun) -> None:
    for _ in range(3):
        shop.later(minutes=5)
        shop.pump()
    assert set(shop.steps(run).values()) == {"success"}


def test_a_cancellation_is_closed_with_the_key_that_executed_it(shop: Shop, vendors: Sandbox) -> None:
    """The vendor refuses a second one, so the first key is the only one with which it can be known."""
    shop.chart(PAYMENTS)
    order = shop.order()
    shop.pump()
    goes_on(shop, "stripe", "/cancel$", "GET /v1/payment_intents/")
    run = shop.move(order, "OrderCanceled")
    shop.pump()
    assert shop.effects("cancel") == []
    asked_too_early(shop, "stripe", "/cancel$")
    ends_well(shop, run)
    _once_with_its_key(shop, "cancel")
    oracle.check(vendors)


def test_a_reservation_that_the_vendor_would_make_twice_is_made_once(shop: Shop, vendors: Sandbox) -> None:
    """Nothing but the key keeps the vendor from reserving the amount a second time."""
    shop.chart(PAYMENTS)
    goes_on(shop, "stripe", "payment_intents$", "GET /v1/checkout/sessions")
    order = shop.order()
    shop.pump()
    assert shop.effects("authorize") == []
    asked_too_early(shop, "stripe", "payment_intents$")
    ends_well(shop, order.runs.get())
    _once_with_its_key(shop, "authorize")
    oracle.check(vendors)


def test_an_export_to_a_receiver_without_keys_is_made_once(shop: Shop, vendors: Sandbox) -> None:
    published(shop, ExportOrder={**EXPORT, "find": FIND})
    shop.chart(CHART)
    goes_on(shop, "rest", "/orders$", "GET /erp/orders")
    order = shop.order()
    shop.pump()
    assert shop.effects("export") == []
    asked_too_early(shop, "rest", "/orders$")
    wait_for(lambda: shop.effects("export"), "the receiver to end its work")
    ends_well(shop, order.runs.get())
    assert len(shop.effects("export")) == 1
    assert vendors.doubles() == []


def test_a_receiver_that_took_in_what_it_answers_with_an_error_gets_the_same_key_again(
    shop: Shop, vendors: Sandbox
) -> None:
    """Also when the order has changed before the next try, which its receiver tells apart by the key only."""
    shop.chart({"New": ["ExportOrder@erp"]})
    vendors.faults(vendor="webhook", method="POST", status_after_effect=500)
    vendors.faults(vendor="webhook", method="POST", nth=2, times=None, status=503)
    order = shop.order()
    shop.pump()
    apply_changes(order.pk, {"tags": ["late"]})
    vendors.clear_faults()
    ends_well(shop, order.runs.get())
    (told,) = shop.effects("export")
    effect = Effect.objects.get()
    assert (told["key"], effect.state) == (effect.key, Effect.State.SUCCEEDED)
    oracle.check(vendors)


def lost_without_key(shop: Shop) -> tuple[Order, WorkflowRun]:
    """An export that its receiver has carried out and nobody can tell, so that a person has to look."""
    shop.vendors.faults(vendor="rest", method="POST", path="/orders$", drop_after=True)
    order = shop.order()
    shop.pump()
    shop.later(minutes=5)
    shop.pump()
    assert Effect.objects.get().needs_person
    return order, order.runs.get()


def published_again(**properties: Any) -> None:
    connector = Connector.objects.get(type="rest")
    for key, value in properties.items():
        connector.properties.update_or_create(key=key, defaults={"value": value})
    publish(connector)


def test_a_header_entered_after_a_lost_answer_does_not_make_its_repetition_safe(
    shop: Shop, vendors: Sandbox
) -> None:
    """The receiver has carried out a request without the key, so it would take one with it for another."""
    published(shop)
    shop.chart(CHART)
    _, stopped = lost_without_key(shop)
    published_again(IdempotencyHeader="Idempotency-Key")
    acts.resume(stopped, acts.Asked(actor="kari"), newest=True)
    shop.pump()
    assert len(shop.effects("export")) == 1
    assert vendors.doubles() == []
    assert Effect.objects.get().needs_person


def test_a_look_up_entered_with_the_header_finds_what_was_executed(shop: Shop, vendors: Sandbox) -> None:
    published(shop)
    shop.chart(CHART)
    order, stopped = lost_without_key(shop)
    published_again(IdempotencyHeader="Idempotency-Key", ExportOrder=json.dumps({**EXPORT, "find": FIND}))
    act = acts.resume(stopped, acts.Asked(actor="kari"), newest=True)
    shop.pump()
    ends_well(shop, act.run)
    order.refresh_from_db()
    assert (len(shop.effects("export")), order.external_ids["Rest"]) == (1, "1")
    assert vendors.doubles() == []


def _once_with_its_key(shop: Shop, operation: str) -> None:
    wait_for(lambda: shop.effects(operation), "the vendor to end its work")
    effect = Effect.objects.get(operation=operation)
    assert [entry["key"] for entry in shop.effects(operation)] == [effect.key]
    assert (effect.state, effect.epoch) == (Effect.State.SUCCEEDED, 1)
