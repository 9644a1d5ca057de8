"""Steps that judge, enrich and change the order itself."""

import pytest

from tenants.scoping import tenant_scope
from tests.factories.workflows import CustomerFactory, make_shop
from tests.workflows.steps.planning import plan
from workflows.models import Customer, Product
from workflows.orders import create_order


@pytest.fixture
def made(db):
    made = make_shop()
    with tenant_scope(made.tenant):
        yield made


@pytest.fixture
def order(made):
    return create_order(made.order_data())


def told(result):
    return str(result.state), result.message


@pytest.mark.parametrize(
    ("data", "rules", "message"),
    [
        ({}, "", "Passed Lines, Totals, Products, CustomerEmail, BillingAddress"),
        (
            {"customer": {"first_name": "Kari"}},
            "customeremail",
            "CustomerEmail: the customer has no e-mail address",
        ),
        (
            {"billing": {"name": "Kari", "country": "NO"}},
            "BillingAddress, ShippingAddress",
            "BillingAddress: the billing address has no street, city; ShippingAddress: the shipping address has no"
            " street, city",
        ),
        (
            {"lines": [{"sku": "A", "quantity": "1", "unit_price": "0.00"}]},
            "Prices",
            "Prices: line 1 (A) has no price",
        ),
        ({}, "Payments", "Payments: payments cover 0.00 NOK of 300.00 NOK"),
        ({}, "CustomerPhone", "CustomerPhone: the customer has no phone number"),
        ({}, "Shipments", "Shipments: there is no shipment"),
    ],
)
def test_rules(made, data, rules, message):
    result = plan(
        create_order(made.order_data(**data)), "ValidateOrder", **({"Rules": rules} if rules else {})
    )
    passed = message.startswith("Passed")
    assert (result.message, result.state, result.ends_run) == (
        message,
        "success" if passed else "error",
        not passed,
    )


def test_rules_that_look_at_the_order_as_it_is_now(made, order):
    Product.objects.filter(sku="B").update(is_active=False)
    order.total += 1
    order.save()
    result = plan(order, "ValidateOrder", Rules="Products,Totals", Severity="warning")
    assert told(result) == (
        "warning",
        "Products: product B is switched off; Totals: lines and shipping come to 300.00 NOK, the total says 301.00 NOK",
    )
    assert not result.ends_run


def test_tags_are_added_once(order):
    assert told(plan(order, "AddTag", Tag="vip, b2b,vip")) == ("success", "Tagged vip, b2b")
    assert told(plan(order, "AddTag", Tag="VIP")) == ("success", "Had it before")
    order.refresh_from_db()
    assert (order.tags, order.version) == (["vip", "b2b"], 2)


@pytest.mark.parametrize(
    ("name", "column"), [("SetCompletedDate", "completed_at"), ("SetCanceledDate", "canceled_at")]
)
def test_dates_are_kept_unless_they_are_to_be_written_anew(order, name, column):
    plan(order, name)
    order.refresh_from_db()
    first = getattr(order, column)
    assert first is not None
    assert "Was set before, on 20" in plan(order, name).message
    order.refresh_from_db()
    assert getattr(order, column) == first
    plan(order, name, Overwrite="true")
    order.refresh_from_db()
    assert getattr(order, column) > first


def test_lines_learn_what_the_products_say(order):
    Product.objects.filter(sku="A").update(properties={"colour": "red", "gift": "no"})
    order.lines.filter(sku="A").update(name="A", properties={"gift": "yes"})
    assert told(plan(order, "EnrichOrderFromProducts")) == ("success", "Added to line 1")
    line = order.lines.get(sku="A")
    assert (line.name, line.properties) == ("Product A", {"colour": "red", "gift": "yes"})
    assert plan(order, "EnrichOrderFromProducts").message == "Nothing to add"
    plan(order, "EnrichOrderFromProducts", Overwrite=True)
    assert order.lines.get(sku="A").properties["gift"] == "no"


class TestCustomers:
    def test_two_orders_of_one_address_make_one_customer(self, made, order):
        other = create_order(made.order_data(customer={"email": "KARI@buyer.example"}))
        first, second = (plan(item, "GetOrCreateCustomerFromOrder") for item in (order, other))
        customer = Customer.objects.get()
        assert (first.message, second.message) == (
            f"Made customer {customer.number}",
            f"Is customer {customer.number}",
        )
        assert (customer.email, customer.last_name) == ("kari@buyer.example", "Nordmann")
        for item in (order, other):
            item.refresh_from_db()
            assert item.customer == customer
        assert plan(order, "GetOrCreateCustomerFromOrder").message == "Has its customer"

    def test_a_known_address_is_found_and_another_tenants_is_not(self, made, order):
        known = CustomerFactory(tenant=made.tenant, email="Kari@buyer.example")
        with tenant_scope(stranger := make_shop().tenant):
            CustomerFactory(tenant=stranger, email="kari@buyer.example")
        plan(order, "GetOrCreateCustomerFromOrder")
        order.refresh_from_db()
        assert order.customer == known

    def test_nobody_is_made_of_nothing(self, made):
        order = create_order(made.order_data(customer={"phone": "+4790000000"}))
        assert plan(order, "GetOrCreateCustomerFromOrder").state == "warning"
        assert not Customer.objects.exists()
