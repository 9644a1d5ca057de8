"""Payments begun at checkout, over the API and real sockets: hosted pages, tokens, clicks, returns and what gets lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.models import Effect
from connectors.traffic.sharing import shared
from payments.checkout import lost
from payments.models import Checkout, Payment
from tests.api.conftest import Api, fields
from tests.factories.payments import publish_payment_method
from tests.factories.workflows import make_shop
from tests.shop import running_vendors, shop, vendors
from workflows.models import Order

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = pytest.mark.django_db

CART = {
    "cart": "CART-1",
    "market": "NOR",
    "payment_method": "stripe",
    "amount": "100.00",
    "return_url": "https://shop.example/thanks",
}
TOKEN = {**CART, "token": "pm_card_visa"}


@pytest.fixture
def api(shop):
    return Api(shop.tenant)


def click(api, body=CART, key="k-1"):
    return api.send("checkout/payments/", body, **{"Idempotency-Key": key})


def come_back(api, payment, **body):
    return api.send(f"checkout/payments/{payment['reference']}/complete/", body)


def test_options_are_what_is_valid_sorted_and_hold_no_secret(shop, api):
    publish_payment_method(
        shop.tenant,
        name="zinvoice",
        payment_method_name="Invoice",
        options={"Position": 1, "LogoUrl": "https://shop.example/i.svg", "ApiKey": "not-to-be-shown"},
    )
    told = api.read("checkout/payment-options/", market="nor")
    names = [option["payment_method"] for option in told.json()["options"]]
    assert (told.json()["market"], told.json()["currency"], names[0]) == ("NOR", "NOK", "zinvoice")
    assert told.json()["options"][0]["logo_url"] == "https://shop.example/i.svg"
    assert "not-to-be-shown" not in told.content.decode()
    assert "market" in fields(api.read("checkout/payment-options/", market="nowhere"))


def test_a_hosted_page_is_opened_once_and_its_payment_becomes_the_orders(shop, api):
    shop.chart({"New": ["AuthorizePayment!"], "Ship": ["CapturePayments!"]})
    begun = click(api)
    assert begun.status_code == 201, begun.content
    payment = begun.json()
    assert (payment["state"], payment["cart"], payment["order"]) == ("pending", "CART-1", "")
    assert payment["redirect_url"].startswith("http")
    again = click(api)
    assert (again.status_code, again.json()) == (201, payment)
    assert Effect.objects.filter(operation="create_session").count() == 1

    (session,) = [entry for entry in shop.vendors.calls() if entry["path"].endswith("/sessions")]
    assert session["status"] == 200
    shop.vendors.control("POST", f"stripe/pay/{Payment.objects.get().provider_id}", {})
    done = come_back(api, payment)
    assert (done.json()["state"], done.json()["authorized"]) == ("authorized", "100.00"), done.content
    assert done.json()["redirect_url"] == ""

    order = {
        "number": "A-1",
        "market": "NOR",
        "lines": [{"sku": "TENT-2", "quantity": "1", "unit_price": "100.00"}],
        "payments": [
            {"payment_method": "stripe", "amount": "100.00", "reference": payment["reference"]},
        ],
    }
    assert api.send("orders/", order).status_code == 201
    shop.pump()
    run = shop.move(Order.objects.get(), "Ship")
    shop.pump()
    assert shop.steps(run) == {"CapturePayments": "success"}
    assert api.read(f"checkout/payments/{payment['reference']}/").json()["order"] == "A-1"
    assert (Payment.objects.count(), Payment.objects.get().captured_minor) == (1, 10000)
    refused = api.send("orders/", {**order, "number": "A-2"})
    assert "belongs to an order already" in fields(refused)["payments.0.reference"]


def test_a_token_is_authorised_at_once_and_a_decline_is_a_402(shop, api):
    assert click(api, TOKEN).json()["state"] == "authorized"
    declined = click(api, {**TOKEN, "token": "pm_card_chargeDeclined"}, "k-2")
    assert (declined.status_code, declined.json()["type"]) == (402, "urn:crossdock:problem:payment-declined")
    assert len(shop.effects("authorize")) == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"status": 503, "times": None}, 503, "provider-silent"),
        ({"status": 429, "times": None, "retry_after": 7}, 503, "provider-unavailable"),
        ({"status": 401, "times": None}, 409, "misconfigured"),
    ],
)
def test_what_goes_wrong_at_the_provider_is_a_problem_that_says_what_to_do(shop, api, fault, status, code):
    shop.vendors.faults(vendor="stripe", path="payment_intents$", method="POST", **fault)
    answer = click(api, TOKEN)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:crossdock:problem:{code}")
    assert int(answer.headers["Retry-After"]) >= 1
    shop.vendors.control("DELETE", "faults", {})
    shared().gates.forget()  # the pause that the vendor asked for is over
    if status == 503:
        assert click(api, TOKEN).json()["state"] == "authorized"
        assert (Payment.objects.count(), len(shop.effects("authorize"))) == (1, 1)


def test_an_order_is_paid_at_checkout_up_to_its_total(shop, api):
    shop.chart({"New": []})
    api.send("orders/", {"number": "A-1", "market": "NOR", "lines": [LINE]})
    body = {"order": "A-1", "payment_method": "stripe", "amount": "60.00", "token": "pm_card_visa"}
    assert click(api, body).json()["order"] == "A-1"
    assert "come to 120.00 NOK" in fields(click(api, body, "k-2"))["amount"]
    assert click(api, {**body, "amount": "40.00"}, "k-3").json()["state"] == "authorized"
    assert [payment.position for payment in Payment.objects.order_by("pk")] == [1, 2]


def test_a_payment_that_comes_to_no_order_is_given_up(shop, api):
    shop.chart({"New": []})
    for body in (TOKEN, CART):
        payment = click(api, body, f"k-{len(body)}").json()
        path = f"checkout/payments/{payment['reference']}/cancel/"
        assert [api.send(path, "").json()["state"] for _ in range(2)] == ["cancelled"] * 2
    assert [entry["amount_minor"] for entry in shop.effects("cancel")] == [10000]
    order = {"number": "A-1", "market": "NOR", "lines": [LINE]}
    api.send("orders/", order)
    kept = click(api, {"order": "A-1", **TOKEN_OF_ORDER}, "k-order").json()
    refused = api.send(f"checkout/payments/{kept['reference']}/cancel/", "")
    assert (refused.status_code, "CancelPayments" in refused.json()["detail"]) == (409, True)


def test_no_order_takes_over_what_is_being_given_up(shop, api):
    """Its money may be released at any moment; the answer to that was lost, or the provider confirms it later."""
    shop.chart({"New": []})
    payment = click(api, TOKEN).json()
    shop.vendors.faults(vendor="stripe", path="cancel$", method="POST", times=None, drop_before=True)
    assert api.send(f"checkout/payments/{payment['reference']}/cancel/", "").status_code == 503
    taken = {"payment_method": "stripe", "amount": "100.00", "reference": payment["reference"]}
    order = {"number": "A-1", "market": "NOR", "lines": [LINE], "payments": [taken]}
    refused = api.send("orders/", order)
    assert "is being given up" in fields(refused)["payments.0.reference"]
    assert Payment.objects.get().order is None


TOKEN_OF_ORDER = {"payment_method": "stripe", "amount": "100.00", "token": "pm_card_visa"}
LINE = {"sku": "TENT-2", "quantity": "1", "unit_price": "100.00"}


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(shop, api):
    wrong = [
        ({"order": "A-1"}, "order"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"currency": "SEK"}, "currency"),
        ({"payment_method": "strip"}, "payment_method"),
        ({"market": "nowhere"}, "market"),
        ({"lines": [{**LINE, "sku": "nothing"}]}, "lines.0.sku"),
        ({"billing": {"country": "XX"}}, "billing.country"),
    ]
    for body, field in wrong:
        assert field in fields(click(api, {**CART, **body})), body
    assert (Payment.objects.count(), Checkout.objects.count()) == (0, 0)


def test_a_key_is_needed_and_means_one_payment(shop, api):
    assert "Idempotency-Key" in fields(api.send("checkout/payments/", CART))
    click(api)
    assert click(api, {**CART, "amount": "99.00"}).status_code == 422


@pytest.mark.thorough
def test_a_call_whose_process_died_is_found_out_about_without_being_carried_out(shop, api):
    """As a web process leaves it that was killed after the provider had executed, or before."""
    for number, fault in enumerate(({"drop_after": True}, {"drop_before": True})):
        shop.vendors.faults(vendor="stripe", path="payment_intents$", method="POST", times=None, **fault)
        click(api, TOKEN, f"k-{number}")
        shop.vendors.control("DELETE", "faults", {})
    hour = timezone.now() - timedelta(hours=1)
    Effect.objects.update(state="calling", lease_until=hour, last_sent_at=hour)
    assert lost.is_due()
    assert lost.settle_due() == 2
    assert not lost.is_due()
    executed, never = Payment.objects.order_by("pk")
    assert (executed.state, executed.authorized_minor) == ("authorized", 10000)
    assert (never.state, never.authorized_minor) == ("declined", 0)
    assert len(shop.effects("authorize")) == 1


def test_scopes_and_tenants_are_kept_apart(shop, api):
    payment = click(api).json()
    assert Api(shop.tenant, "checkout:read").send("checkout/payments/", CART).status_code == 403
    other = Api(make_shop().tenant)
    assert other.read(f"checkout/payments/{payment['reference']}/").status_code == 404
    assert come_back(other, payment).status_code == 404
