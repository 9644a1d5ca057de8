from decimal import Decimal

import pytest

from tenants.scoping import tenant_scope
from tests.factories.workflows import make_shop
from workflows.models import Order
from workflows.orders import apply_changes, create_order
from workflows.problems import NotFound


@pytest.fixture
def order(shop):
    return create_order(
        shop.order_data(tags=["web"], properties={"gift": True}, external_ids={"shop": "17"}),
        run_workflow=False,
    )


def test_an_answer_changes_what_it_may(order):
    warnings = apply_changes(
        order.pk,
        {
            "Tags": ["vip", "web", "vip"],
            "properties": {"erp": {"batch": 4}},
            "externalIds": {"erp": "SO-9"},
            "shipping": {"city": "Bergen"},
            "customer": {"email": "new@buyer.example", "phone": "+4799", "first_name": "Eve"},
        },
    )
    assert warnings == []
    saved = Order.objects.get()
    assert saved.tags == ["vip", "web"]
    assert saved.properties == {"gift": True, "erp": {"batch": 4}}
    assert saved.external_ids == {"shop": "17", "erp": "SO-9"}
    assert (saved.shipping["city"], saved.shipping["line1"]) == ("Bergen", "Storgata 1")
    assert saved.billing["city"] == "Oslo"
    assert (saved.customer_data["email"], saved.customer_data["phone"]) == ("new@buyer.example", "+4799")
    assert saved.customer_data["first_name"] == "Kari"
    assert saved.version == 2


def test_an_answer_that_repeats_the_order_changes_nothing(order):
    document = {
        "number": order.number,
        "status": "New",
        "tags": ["web"],
        "total": {"amount": "300.00", "currency": "NOK"},
        "lines": [],
        "customer": order.customer_data,
        "external_ids": order.external_ids,
    }
    assert apply_changes(order.pk, document) == []
    assert Order.objects.get().version == 1


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"status": "Completed"}, "status was not taken over: an answer may not change it"),
        ({"colour": "red"}, "colour was not taken over: an order has no such field"),
        ({"tags": "web"}, "tags was not taken over: This is not a list; send one in square brackets."),
        ({"tags": [1]}, "tags.0 was not taken over"),
        ({"shipping": {"country": "Norge"}}, "shipping.country was not taken over"),
        ({"customer": {"email": "x"}}, "customer.email was not taken over"),
        ({"external_ids": {"erp": 5}}, "external_ids.erp was not taken over"),
        ({"properties": {"x": "a\x00"}}, "properties.x was not taken over"),
    ],
)
def test_what_is_not_taken_over_is_told_and_the_rest_is_kept(order, changes, warning):
    warnings = apply_changes(order.pk, {**changes, "billing": {"city": "Moss"}})
    assert len(warnings) == 1
    assert warnings[0].startswith(warning)
    saved = Order.objects.get()
    assert saved.billing["city"] == "Moss"
    assert (saved.status, saved.tags) == ("New", ["web"])
    assert saved.external_ids == {"shop": "17"}


def test_another_tenants_order_is_not_found(order):
    with tenant_scope(make_shop().tenant), pytest.raises(NotFound):
        apply_changes(order.pk, {"tags": ["stolen"]})


def test_an_empty_answer_costs_nothing(order, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert apply_changes(order.pk, {}) == []


def test_a_whole_number_above_64_bits_is_kept(order):
    order.properties = {"Huge": 10**25}
    order.save()
    assert apply_changes(order.pk, {"properties": {"Huger": 10**26, "half": Decimal("0.5")}}) == []
    order.refresh_from_db()
    assert order.properties == {"Huge": 10**25, "Huger": 10**26, "half": 0.5}
