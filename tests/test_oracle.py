"""The oracle is silent when hub and vendors agree, and tells each way in which they can disagree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from connectors.models import Effect
from connectors.sandbox import Sandbox
from payments.models import Payment
from tests import oracle
from tests.sandbox.callers import StripeCaller, WebhookCaller, order
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import Lane, RunState, WorkflowRun

__all__ = ["running_vendors", "shop", "vendors"]

pytestmark = pytest.mark.thorough

CHART = {
    "New": ["AuthorizePayment!"],
    "Ship": ["ExportOrder@erp", "CapturePayments!"],
    "Returned": ["RefundPayments!"],
    "OrderCanceled": ["CancelPayments"],
}


def shipped(shop: Shop, number: str = "A-1") -> Payment:
    """An authorised, exported and captured order's payment."""
    placed = shop.order(number)
    shop.pump()
    shop.move(placed, "Ship")
    shop.pump()
    return placed.payments.get()


@pytest.fixture
def payment(shop: Shop) -> Payment:
    shop.chart(CHART)
    payment = shipped(shop)
    oracle.check(shop.vendors)
    return payment


def test_it_is_silent_over_whole_lives_of_orders(shop: Shop) -> None:
    shop.chart(CHART)
    for number, path in enumerate((["Ship", "Returned"], ["OrderCanceled"], [])):
        placed = shop.order(f"A-{number}")
        shop.pump()
        for status in path:
            shop.move(placed, status)
            shop.pump()
    assert {entry["operation"] for entry in shop.vendors.ledger()} == {
        "authorize",
        "capture",
        "refund",
        "cancel",
        "export",
    }
    oracle.check(shop.vendors)


def test_it_judges_a_sandbox_in_another_process(payment: Payment, vendors: Sandbox) -> None:
    oracle.check(vendors.url)
    Payment.objects.update(refunded_minor=1)
    assert len(oracle.problems(vendors.url)) == 1


def test_it_is_silent_over_lost_answers(shop: Shop) -> None:
    shop.chart(CHART)
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True)
    shop.vendors.faults(vendor="webhook", status=503)
    shipped(shop)
    oracle.check(shop.vendors)


def test_an_open_effect_may_lag_behind(shop: Shop) -> None:
    shop.chart(CHART)
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True, times=None)
    shop.vendors.faults(vendor="stripe", method="GET", status=503, times=None)
    payment = shipped(shop)
    assert payment.captured_minor == 0
    assert len(shop.vendors.ledger(operation="capture")) == 1
    oracle.check(shop.vendors)


LIES: list[tuple[Callable[[], Any], str]] = [
    (lambda: Payment.objects.update(refunded_minor=1), "refunded 1 here, 0 at the vendor"),
    (lambda: Payment.objects.update(captured_minor=9_999), "captured 9999 here, 10000 at the vendor"),
    (lambda: Payment.objects.update(authorized_minor=10_001), "authorised 10001 here, 10000 at the vendor"),
    (lambda: Payment.objects.update(refunding_minor=5), "refunded 5 here, 0 at the vendor"),
    (lambda: _effects("capture").update(state="failed"), "the vendor executed it"),
    (lambda: _effects("capture").update(state="retry"), "surely not executed"),
    (lambda: _effects("export_order").update(key="another"), "the vendor knows nothing of it"),
    (lambda: _effects("export_order").delete(), "which no effect has"),
    (lambda: WorkflowRun.objects.update(state=RunState.WAITING), "nobody will look at it again"),
]


def test_it_tells_what_the_hub_has_wrong(payment: Payment, vendors: Sandbox) -> None:
    Lane.objects.update(due_at=None, claimed_by=None)
    for lie, told in LIES:
        oracle.check(vendors)
        with pytest.raises(AssertionError, match=told), transaction.atomic():
            lie()
            oracle.check(vendors)


def test_it_tells_money_that_the_hub_does_not_know(payment: Payment, vendors: Sandbox) -> None:
    stripe = StripeCaller(vendors, _secret(vendors))
    stripe.authorize(payment.reference)
    stripe.authorize("a-stranger")
    told = "\n".join(oracle.problems(vendors))
    assert "executed more than once" in told
    assert "authorised 10000 here, 20000 at the vendor" in told
    assert "'a-stranger', which is no payment of ours" in told


def test_it_tells_a_second_export(payment: Payment, vendors: Sandbox) -> None:
    webhook = WebhookCaller(vendors)
    for message in ("m1", "m2"):
        webhook.send("x/y", order("A-1"), message)
    told = "\n".join(oracle.problems(vendors))
    assert "executed more than once" in told
    assert "export with key m1, which no effect has" in told


def test_it_tells_a_release_that_the_hub_missed(shop: Shop) -> None:
    shop.chart(CHART)
    placed = shop.order()
    shop.pump()
    shop.vendors.control("POST", f"stripe/lapse/{placed.payments.get().provider_id}")
    assert any("released 0 here, 10000 at the vendor" in item for item in oracle.problems(shop.vendors))


def _effects(operation: str) -> Any:
    return Effect.objects.filter(operation=operation)


def _secret(vendors: Sandbox) -> str:
    """A key of the account that the hub's calls went to."""
    account = vendors.ledger(operation="capture")[0]["account"]
    return f"sk_test_{account}_probe" if account else "sk_test_probe"
