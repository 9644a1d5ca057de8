import pytest

from connectors.contracts.payment import State
from payments import ledger
from payments.models import Payment
from payments.news import from_event
from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from tests.factories.payments import publish_payment_method
from tests.payments.stories import event

PAID = [{"payment_method": "card", "amount": "300.00", "token": "pm_card_visa"}]


@pytest.fixture
def card(shop):
    return publish_payment_method(shop.tenant, name="card")


def place(shop, api, **values):
    return api.send("orders/", shop.order_data(number="P-1", **values))


def test_an_order_is_placed_with_its_payments(shop, api, card):
    assert place(shop, api, payments=PAID).status_code == 201
    (payment,) = api.read("orders/P-1/payments/").json()
    assert {
        name: payment[name] for name in ("payment_method", "provider", "state", "amount", "currency")
    } == {
        "payment_method": "card",
        "provider": "stripe",
        "state": "pending",
        "amount": "300.00",
        "currency": "NOK",
    }
    assert (payment["authorized"], payment["entries"]) == ("0.00", [])
    assert "pm_card_visa" not in str(payment)


def test_payments_show_their_ledger(shop, api, card):
    place(shop, api, payments=PAID)
    told = event("e1", State.REFUNDED, authorized=30000, captured=30000, refunded=10000, operation_id="re_1")
    with tenant_scope(shop.tenant):
        ledger.apply(Payment.objects.get(), from_event(told, "NOK"))
    (payment,) = api.read("orders/P-1/payments/").json()
    assert (payment["state"], payment["captured"], payment["refunded"]) == ("captured", "300.00", "100.00")
    assert [(entry["kind"], entry["amount"], entry["total"]) for entry in payment["entries"]] == [
        ("authorization", None, "300.00"),
        ("capture", None, "300.00"),
        ("refund", None, "100.00"),
    ]


def test_payments_cost_the_same_statements_for_any_number(shop, api, card, django_assert_max_num_queries):
    place(shop, api, payments=[{**PAID[0], "amount": "10.00"}] * 20)
    with django_assert_max_num_queries(5):
        assert len(api.read("orders/P-1/payments/").json()) == 20


def test_what_is_wrong_with_a_payment_is_told_at_its_field(shop, api, card):
    bad = [{"payment_method": "crad", "amount": "1.00"}, {"payment_method": "card", "amount": "0.00"}]
    found = fields(place(shop, api, payments=bad))
    assert "did you mean card?" in found["payments.0.payment_method"]
    assert "Use more than 0" in found["payments.1.amount"]
    assert (
        "did you mean amount?"
        in fields(place(shop, api, payments=[{**PAID[0], "amuont": "1.00"}]))["payments.0.amuont"]
    )
    assert api.read("orders/P-1/").status_code == 404


def test_another_tenants_payments_are_not_found(shop, api, stranger, card):
    place(shop, api, payments=PAID)
    assert stranger.read("orders/P-1/payments/").status_code == 404


def test_reading_payments_needs_a_scope(shop, api, card):
    place(shop, api, payments=PAID)
    assert Api(shop.tenant, "products:read").read("orders/P-1/payments/").status_code == 403
    assert Api(shop.tenant, "orders:read").read("orders/P-1/payments/").status_code == 200
