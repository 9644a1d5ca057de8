"""Checkout asks whether a cart may become an order: ours, rules, and services that may be away."""

import json

import pytest

from connectors.checklist import findings
from connectors.documents import connector_document
from connectors.publishing import publish
from connectors.runtime import _cache as runtime_cache
from tenants.scoping import tenant_scope
from tests.api.conftest import fields
from tests.factories.connectors import make_connector
from tests.factories.subscriptions import receiver
from tests.factories.tenants import StoreFactory
from tests.faultserver import answer, hang
from workflows.checkout import at_once, validating
from workflows.models import Customer, InventoryLevel, Order


@pytest.fixture
def scoped(shop):
    with tenant_scope(shop.tenant):
        yield
    at_once.settle()


@pytest.fixture
def validator(shop, settings):
    """Publish a validator; a webhook answers what it is told to."""

    def validator(type="rules", **values):
        connector = make_connector(shop.tenant, type, **values)
        publish(connector)
        return connector

    return validator


@pytest.fixture
def ask(shop, api):
    def ask(*without, **values):
        body = {name: value for name, value in shop.order_data(**values).items() if name not in without}
        return api.send("checkout/validate/", body).json()

    return ask


def told(answered, which="errors"):
    return {(item["kind"], item["field"], item["code"] or item["message"]) for item in answered[which]}


def test_what_no_order_could_be_is_no_valid_cart(shop, ask, scoped):
    good = ask()
    assert good["valid"] and {check["outcome"] for check in good["checks"]} == {"passed"}
    bad = ask(
        customer={"email": "kari"},
        shipping={"country": "XX"},
        lines=[{"sku": "NONE", "quantity": "1"}],
    )
    assert not bad["valid"]
    found = {(item["kind"], item["field"]) for item in bad["errors"]}
    assert {("customer", "customer.email"), ("address", "shipping.country"), ("cart", "lines.0.sku")} <= found
    assert not ask(customer={"email": "kari"}, kinds=["address"])["valid"]
    assert not Order.objects.exists()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("rule", "properties", "body", "expected"),
    [
        ("inventoryValidator", {}, {}, ("cart", "lines.0.quantity", "out_of_stock")),
        ("inventoryAtpValidator", {}, {}, ("cart", "lines.0.quantity", "out_of_stock")),
        ("nullPriceValidator", {}, {"unit_price": "0.00"}, ("cart", "lines", "Prices")),
        (
            "recalculateCartPricesValidator",
            {},
            {"unit_price": "1.00"},
            ("cart", "lines.0.unit_price", "price_changed"),
        ),
        (
            "discountValidator",
            {"MaxDiscountPercent": "10"},
            {"discount": "100.00"},
            ("cart", "lines.0.discount", "discount"),
        ),
        ("salesLimitationValidator", {"MaxQuantity": "2"}, {}, ("cart", "lines.0.quantity", "sales_limit")),
        ("paymentsValidator", {}, {}, ("cart", "payments", "not_paid")),
        ("shipmentValidator", {}, {}, ("cart", "shipments", "no_shipment")),
        ("inactiveCustomerValidator", {}, {}, ("customer", "customer.number", "inactive")),
        (
            "requiredFieldsValidator",
            {"Field": "customer.phone"},
            {},
            ("customer", "customer.phone", "required"),
        ),
        ("addressValidator", {"Countries": "SE, DK"}, {}, ("address", "shipping.country", "country")),
    ],
)
def test_a_rule_finds_what_it_is_for_and_nothing_without_it(
    shop, ask, validator, scoped, rule, properties, body, expected
):
    product = shop.products["A"]
    store = StoreFactory(tenant=shop.tenant, code="S")
    InventoryLevel.objects.create(product=product, store=store, on_hand=2, reserved=1)
    Customer.objects.create(number="C-9", properties={"inactive": True})
    line = {"sku": "A", "quantity": "3", "unit_price": str(product.price), **body}
    cart = {
        "lines": [line],
        "customer": {"number": "C-9"},
        "shipping": {**shop.order_data()["billing"], "country": "NO"},
    }
    assert ask("payments", **cart)["valid"]
    connector = validator(name=rule, properties=properties)
    judged = ask("payments", **cart)
    assert expected in told(judged) and not judged["valid"]
    assert [check["outcome"] for check in judged["checks"] if check["validator"] == rule] == ["failed"]

    connector.properties.create(key="Severity", value="Warning")
    publish(connector)
    warned = ask("payments", **cart)
    assert warned["valid"] and expected in told(warned, "warnings")


@pytest.mark.thorough
def test_a_rule_passes_what_is_right_and_keeps_to_its_order_types(shop, ask, validator, scoped):
    validator(name="inventoryAtpValidator", connector_id="stock")
    validator(
        name="requiredFieldsValidator",
        connector_id="b2b",
        properties={"Field": "properties.Project", "OrderType": "B2B"},
    )
    judged = ask()
    assert judged["valid"]
    assert [check["validator"] for check in judged["checks"] if check["validator"] != "order"] == [
        "inventoryAtpValidator"
    ]


def test_a_service_judges_and_what_it_says_is_told(shop, ask, validator, scoped, settings):
    verdict = {
        "errors": [{"message": "Stolen card", "field": "payments", "code": "stolen"}],
        "warnings": ["New shopper"],
    }
    with receiver(settings, answer(200, verdict)) as server:
        validator("webhook", host=server.url, properties={"Validates": "fraud, cart"})
        judged = ask(cart="CART-1", kinds=["fraud"])
        assert told(judged) == {("fraud", "payments", "stolen")}
        assert told(judged, "warnings") == {("fraud", "", "New shopper")}
        assert ask(kinds=["address"])["valid"]
    [sent] = [json.loads(request.body) for request in server.requests]
    assert (sent["type"], sent["reference"], sent["Value"]["market"]) == ("fraud.validate", "CART-1", "NOR")


@pytest.mark.parametrize(
    ("kind", "fail_open", "valid"),
    [("fraud", "", False), ("fraud", "true", True), ("address", "", True), ("address", "false", False)],
)
def test_silence_blocks_where_the_connector_fails_closed(
    shop, ask, validator, scoped, settings, kind, fail_open, valid
):
    with receiver(settings, answer(500)) as server:
        properties = {"Validates": kind, **({"FailOpen": fail_open} if fail_open else {})}
        validator("webhook", host=server.url, properties=properties, disable_standard_error_policy=True)
        judged = ask()
    assert judged["valid"] is valid
    assert (kind, "", "not_checked") in told(judged, "warnings" if valid else "errors")
    assert [check for check in judged["checks"] if check["outcome"] == "not_checked" and check["reason"]]


def test_a_validator_that_cannot_be_used_does_not_pass_for_consent(shop, ask, validator, scoped, settings):
    settings.CROSSDOCK_EGRESS_ALLOW = ["127.0.0.1/32:1"]
    validator(
        "webhook", host="http://127.0.0.1:1", bearer_token="t-0123456789", properties={"Validates": "fraud"}
    )
    settings.CROSSDOCK_ENCRYPTION_KEYS = [("other", bytes(32))]
    runtime_cache.clear()
    judged = ask(kinds=["fraud"])
    assert not judged["valid"]
    assert "cannot be used" in judged["checks"][-1]["reason"]


@pytest.mark.thorough
def test_all_services_are_asked_at_once_under_one_deadline(shop, validator, scoped, settings):
    with (
        receiver(settings, hang(effect=False)) as dead,
        receiver(settings, answer(200, {"errors": []})) as well,
    ):
        for place, server in enumerate((dead, well)):
            properties = {"Validates": "fraud"}
            validator("webhook", host=server.url, connector_id=f"v{place}", properties=properties)
        judged = validating.judge(shop.order_data(), "C-1", ["fraud"], deadline_s=0.5)
        outcomes = {check.connector.connector_id: check.outcome for check in judged.checks if check.connector}
        assert outcomes == {"v0": "not_checked", "v1": "passed"}
    assert not judged.valid


@pytest.mark.parametrize(
    ("name", "properties", "message"),
    [
        ("Built-in rules", {}, "The Name chooses the rule"),
        ("requiredFieldsValidator", {}, "needs the property Field"),
        ("discountValidator", {"MaxDiscountPercent": "30"}, ""),
    ],
)
def test_a_rule_goes_live_only_when_it_can_find_something(shop, scoped, name, properties, message):
    connector = make_connector(shop.tenant, "rules", name=name, properties=properties)
    found = [
        str(item) for item in findings("connector", connector, connector_document(connector)) if item.blocks
    ]
    assert len(found) == bool(message) and message in "".join(found)


def test_a_body_that_is_none_is_refused_and_another_tenants_validators_are_not_asked(
    shop, api, stranger, validator, scoped
):
    refused = fields(
        api.send("checkout/validate/", {**shop.order_data(), "colour": "red", "kinds": ["luck"]})
    )
    assert {"colour", "kinds.0"} <= set(refused)
    validator(name="shipmentValidator")
    assert not api.send("checkout/validate/", shop.order_data()).json()["valid"]
    assert stranger.send("checkout/validate/", shop.order_data()).json()["valid"]
