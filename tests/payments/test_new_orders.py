"""Payments that come with a new order."""

import pytest

from payments.models import Payment
from tenants.scoping import tenant_scope
from tests.factories.payments import publish_payment_method
from tests.factories.tenants import MarketFactory
from tests.factories.workflows import make_shop
from workflows.documents import order_documents
from workflows.models import Order
from workflows.orders import create_order
from workflows.problems import InvalidData


@pytest.fixture
def shop(db):
    """A tenant that takes orders of 300.00 NOK, with a card that is valid everywhere and one for Sweden only."""
    found = make_shop()
    with tenant_scope(found.tenant):
        publish_payment_method(found.tenant, name="card")
        sweden = MarketFactory(tenant=found.tenant, code="SWE", currency="SEK", country="SE")
        publish_payment_method(found.tenant, name="swish", payment_method_name="Swish", markets=[sweden])
        yield found


def pay(**values) -> dict:
    return {"payment_method": "card", "amount": "300.00", "token": "pm_card_visa", **values}


def refused(shop, payments) -> dict:
    with pytest.raises(InvalidData) as caught:
        create_order(shop.order_data(payments=payments))
    assert not Order.objects.exists()
    assert not Payment.objects.exists()
    return caught.value.errors


def test_payments_are_saved_in_their_order_with_their_connector(shop):
    order = create_order(shop.order_data(payments=[pay(amount="100.00"), pay(amount="200.00", token="")]))
    first, second = order.payments.order_by("position")
    assert [str(payment.amount) for payment in (first, second)] == ["100.00 NOK", "200.00 NOK"]
    assert first.method_name == "card"
    assert first.connector == first.method.connector
    assert first.open_token().reveal() == "pm_card_visa"
    assert not second.open_token()
    assert "pm_card_visa" not in str(Payment.objects.values().first())


def test_less_than_the_total_is_allowed(shop):
    assert create_order(shop.order_data(payments=[pay(amount="1.00")])).payments.count() == 1
    assert create_order(shop.order_data()).payments.count() == 0


BAD = {
    "payments.0.payment_method": [
        pay(payment_method="crad"),
        pay(payment_method="swish"),
        pay(payment_method=""),
    ],
    "payments.0.amount": [
        pay(amount="-1.00"),
        pay(amount="0"),
        pay(amount="1.005"),
        pay(amount="much"),
        pay(amount=None),
        pay(amount=True),
    ],
    "payments.0.token": [pay(token=17), pay(token="x" * 20_001)],
    "payments.0": ["card"],
}


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in BAD.items() for value in values]
)
def test_what_is_wrong_is_told_at_its_field(shop, path, value):
    assert path in refused(shop, [value])


def test_all_that_is_wrong_is_told_at_once(shop):
    found = refused(shop, [pay(payment_method="crad"), pay(amount="0"), pay(amount="9.999")])
    assert set(found) == {"payments.0.payment_method", "payments.1.amount", "payments.2.amount"}
    assert "did you mean card" in found["payments.0.payment_method"][0]


def test_payments_above_the_total_are_refused(shop):
    found = refused(shop, [pay(), pay(amount="0.01")])
    assert found == {
        "payments": ["The payments come to 300.01 NOK, but the order only to 300.00 NOK; lower an amount."]
    }


@pytest.mark.parametrize("payments", ["card", 7, {"payment_method": "card"}, [pay(amount="1.00")] * 21])
def test_what_is_no_list_of_payments_is_refused(shop, payments):
    assert "payments" in refused(shop, payments)


def test_documents_of_many_orders_carry_their_payments_in_one_statement(shop, django_assert_max_num_queries):
    orders = [create_order(shop.order_data(payments=[pay()])) for _ in range(3)]
    with django_assert_max_num_queries(8):
        documents = order_documents([order.pk for order in orders])
    for order in orders:
        (shown,) = documents[order.pk].sections["payments"]
        assert shown == {
            "payment_method": "card",
            "provider": "stripe",
            "reference": order.payments.get().reference,
            "provider_id": "",
            "state": "pending",
            "currency": "NOK",
            "amount": "300.00",
            "authorized": "0.00",
            "captured": "0.00",
            "refunded": "0.00",
            "cancelled": "0.00",
        }
