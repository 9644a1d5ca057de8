from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from eventlog.models import Event
from tenants.scoping import tenant_scope
from tests.factories.tenants import MarketFactory, StoreFactory
from tests.factories.workflows import CustomerFactory, ProductFactory, make_shop, publish_order_type
from workflows.models import Customer, Order, WorkflowRun
from workflows.orders import create_order, place_order
from workflows.problems import DuplicateNumber, InvalidData


def refused(data) -> dict:
    """What is wrong with the document; nothing may have been saved."""
    before = Order.objects.count(), Customer.objects.count()
    with pytest.raises(InvalidData) as caught:
        create_order(data)
    assert (Order.objects.count(), Customer.objects.count()) == before
    return caught.value.errors


def test_an_order_is_saved_with_its_lines_and_sums(shop):
    lines = [
        {"sku": "A", "quantity": "2", "unit_price": "199.00", "discount": "50.00", "tax_rate": "25"},
        {"sku": "B", "quantity": "0.5", "unit_price": "33.33", "tax_rate": "15", "name": "Half a B"},
    ]
    order = create_order(shop.order_data(lines=lines, shipping_total="49.00", shipping_tax_rate="25"))

    saved = Order.objects.get()
    assert saved == order
    first, second = saved.lines.order_by("number")
    assert (first.total, first.tax, first.name) == (Decimal("348.00"), Decimal("69.60"), "Product A")
    assert (second.total, second.tax, second.name) == (Decimal("16.67"), Decimal("2.17"), "Half a B")
    assert saved.discount_total == Decimal("50.00")
    assert saved.tax_total == Decimal("69.60") + Decimal("2.17") + Decimal("9.80")
    assert saved.total == Decimal("348.00") + Decimal("16.67") + Decimal("49.00")
    assert (saved.currency, saved.status, saved.order_type, saved.version) == ("NOK", "New", "Online", 1)
    assert saved.shipping == saved.billing


def test_an_order_starts_the_run_of_its_first_status(shop):
    placed = place_order(shop.order_data(), actor="shop key")
    assert placed.run == WorkflowRun.objects.get(order=placed.order, status="New")
    assert placed.run.actor == "shop key"
    assert Event.objects.get(category="Created").order_number == placed.order.number


def test_an_order_may_be_placed_without_a_workflow(shop):
    placed = place_order(shop.order_data(status="Ship"), run_workflow=False)
    assert (placed.order.status, placed.run) == ("Ship", None)
    assert not WorkflowRun.objects.exists()


def test_an_order_type_may_switch_its_workflow_off(shop):
    publish_order_type(shop.tenant, "Quiet", disable_workflow=True)
    assert place_order(shop.order_data(order_type="quiet")).run is None


def test_names_and_codes_are_found_in_any_case(shop):
    store = StoreFactory(tenant=shop.tenant, code="Oslo1")
    order = create_order(
        shop.order_data(market="nor", store="OSLO1", order_type="ONLINE", status="inprogress")
    )
    assert (order.market, order.store, order.order_type, order.status) == (
        shop.market,
        store,
        "Online",
        "InProgress",
    )


def test_price_name_and_tax_come_from_the_product(shop):
    order = create_order(shop.order_data(lines=[{"sku": "A", "quantity": 3}]))
    line = order.lines.get()
    assert (line.unit_price, line.tax_rate, line.total) == (Decimal(199), Decimal(25), Decimal(597))


def test_a_product_without_a_price_in_the_currency_needs_one(shop):
    ProductFactory(tenant=shop.tenant, sku="EURO", currency="EUR")
    errors = refused(shop.order_data(lines=[{"sku": "EURO", "quantity": "1"}]))
    assert errors == {"lines.0.unit_price": ["The product EURO has no price in NOK; send one."]}


class TestNumbers:
    def test_generated_numbers_follow_each_other(self, shop):
        first, second = create_order(shop.order_data()), create_order(shop.order_data())
        assert int(second.number) == int(first.number) + 1

    def test_every_tenant_counts_for_itself(self, shop):
        ours = create_order(shop.order_data())
        other = make_shop()
        with tenant_scope(other.tenant):
            assert create_order(other.order_data()).number == ours.number

    def test_a_generated_number_that_is_taken_is_skipped(self, shop):
        first = create_order(shop.order_data())
        taken = [str(int(first.number) + step) for step in (1, 2)]
        for number in taken:
            create_order(shop.order_data(number=number))
        assert create_order(shop.order_data()).number == str(int(first.number) + 3)

    def test_a_given_number_is_used_once(self, shop):
        create_order(shop.order_data(number="WEB-1"))
        with pytest.raises(DuplicateNumber, match="WEB-1"), transaction.atomic():
            create_order(shop.order_data(number="WEB-1"))
        assert Order.objects.count() == 1

    @pytest.mark.parametrize("number", ["a/b", "-1", "1 2", "æ1", "x" * 65])
    def test_a_number_fits_into_an_address(self, shop, number):
        assert list(refused(shop.order_data(number=number))) == ["number"]


class TestCustomers:
    def test_a_known_customer_fills_in_what_the_order_leaves_out(self, shop):
        customer = CustomerFactory(tenant=shop.tenant, number="C-7", phone="+4712345678")
        order = create_order(shop.order_data(customer={"number": "C-7", "first_name": "Ola"}))
        assert order.customer == customer
        assert order.customer_data["first_name"] == "Ola"
        assert order.customer_data["phone"] == "+4712345678"
        customer.refresh_from_db()
        assert customer.first_name == "Kari"

    def test_a_new_customer_is_kept_under_its_number(self, shop):
        orders = [
            create_order(shop.order_data(customer={"number": "C-8", "email": "ola@buyer.example"}))
            for _ in "ab"
        ]
        assert [order.customer for order in orders] == [Customer.objects.get(number="C-8")] * 2

    def test_a_guest_is_kept_on_the_order_only(self, shop):
        assert create_order(shop.order_data()).customer is None
        assert not Customer.objects.exists()


class TestRefusals:
    def test_all_that_is_wrong_is_told_at_once(self, shop):
        errors = refused(
            {
                "market": "NRO",
                "store": "nowhere",
                "order_type": "Onlin",
                "currency": "NOK",
                "customer": {"email": "nobody"},
                "billing": {"country": "Norway"},
                "lines": [
                    {"sku": "AA", "quantity": "0", "unit_price": "1.00"},
                    {"sku": "B", "quantity": "1", "unit_price": "-1.00", "discount": "0.001"},
                ],
            }
        )
        assert set(errors) == {
            "market",
            "store",
            "order_type",
            "customer.email",
            "billing.country",
            "lines.0.sku",
            "lines.0.quantity",
            "lines.1.unit_price",
            "lines.1.discount",
        }

    @pytest.mark.parametrize(
        ("field", "value", "cure"),
        [
            ("market", "NRO", "did you mean NOR?"),
            ("order_type", "Onlnie", "did you mean Online?"),
            ("status", "Shipp", "did you mean Ship?"),
            ("status", "zzz", "use one of New, InProgress, Ship, Completed, OrderCanceled"),
            ("currency", "SEK", "The market NOR sells in NOK, not SEK"),
            ("currency", "XYZ", "is not an ISO 4217 currency code"),
            ("lines", [], "send at least one"),
            ("lines", "A", "send one in square brackets"),
            ("placed_at", "yesterday", "2026-05-03T12:00:00Z"),
            ("placed_at", "2026-05-03T12:00:00", "with its zone"),
            ("placed_at", "2026-13-03T12:00:00Z", "with its zone"),
            ("customer", "Kari", "in braces"),
            ("number", 17, "send it in quotes"),
        ],
    )
    def test_the_message_names_the_cure(self, shop, field, value, cure):
        errors = refused(shop.order_data(**{field: value}))
        assert list(errors) == [field]
        assert cure in errors[field][0]

    def test_unknown_skus_are_met_with_near_ones(self, shop):
        ProductFactory(tenant=shop.tenant, sku="SHIRT-RED-M")
        errors = refused(shop.order_data(lines=[{"sku": "shirt-red-n", "quantity": "1", "unit_price": "1"}]))
        assert "did you mean SHIRT-RED-M?" in errors["lines.0.sku"][0]

    @pytest.mark.parametrize(
        ("price", "message"),
        [
            ("-1.00", "positive discount"),
            ("1.001", "too many decimals; NOK takes 2"),
            ("NaN", "is not an amount"),
            ("Infinity", "is not an amount"),
            ("1000000000000", "too large"),
            ("1e400", "too large"),
            ("ten", "is not an amount"),
            (1.5, "send it as text"),
            (True, "send it as text"),
            ([], "send it as text"),
        ],
    )
    def test_amounts_are_exact_and_positive(self, shop, price, message):
        errors = refused(shop.order_data(lines=[{"sku": "A", "quantity": "1", "unit_price": price}]))
        assert message in errors["lines.0.unit_price"][0]

    def test_currencies_without_decimals_take_none(self, shop):
        MarketFactory(tenant=shop.tenant, code="JPN", currency="JPY", country="JP")
        assert create_order(shop.order_data(market="JPN")).total == 300
        lines = [{"sku": "A", "quantity": "1", "unit_price": "100.5"}]
        assert "JPY takes 0" in refused(shop.order_data(market="JPN", lines=lines))["lines.0.unit_price"][0]

    @pytest.mark.parametrize("quantity", ["0", "-1", "1.0001", "NaN", "many", 1.5, "1000000", {}])
    def test_quantities_are_positive(self, shop, quantity):
        errors = refused(shop.order_data(lines=[{"sku": "A", "quantity": quantity, "unit_price": "1"}]))
        assert list(errors) == ["lines.0.quantity"]

    def test_a_discount_takes_off_no_more_than_the_line(self, shop):
        lines = [{"sku": "A", "quantity": "1", "unit_price": "100.00", "discount": "100.01"}]
        assert refused(shop.order_data(lines=lines)) == {
            "lines.0.discount": ["This is more than the line; send at most 100.00."]
        }

    @pytest.mark.parametrize(
        ("field", "given"), [("total", "299.99"), ("discount_total", "1.00"), ("tax_total", "60.05")]
    )
    def test_given_totals_must_agree(self, shop, field, given):
        errors = refused(shop.order_data(**{field: given}))
        assert f"This is {given} but comes to" in errors[field][0]

    def test_a_line_total_must_agree(self, shop):
        lines = [{"sku": "A", "quantity": "1", "unit_price": "100.00", "total": "99.99"}]
        assert "comes to 100.00" in refused(shop.order_data(lines=lines))["lines.0.total"][0]

    def test_tax_rounded_elsewhere_is_kept_as_given(self, shop):
        lines = [{"sku": "A", "quantity": "3", "unit_price": "33.33", "tax": "20.01"}]
        order = create_order(shop.order_data(lines=lines, tax_total="20.00"))
        assert (order.lines.get().tax, order.tax_total) == (Decimal("20.01"), Decimal("20.00"))

    def test_what_is_switched_off_cannot_be_ordered(self, shop):
        shop.products["A"].is_active = False
        shop.products["A"].save()
        shop.market.is_active = False
        shop.market.save()
        errors = refused(shop.order_data())
        assert "is switched off" in errors["market"][0]

    def test_another_tenants_codes_do_not_exist(self, shop):
        other = make_shop(skus=("THEIRS",))
        with tenant_scope(other.tenant):
            StoreFactory(tenant=other.tenant, code="THEIRS")
            MarketFactory(tenant=other.tenant, code="THEIRS")
        lines = [{"sku": "THEIRS", "quantity": "1", "unit_price": "1"}]
        errors = refused(shop.order_data(market="THEIRS", store="THEIRS", lines=lines, currency="NOK"))
        assert set(errors) == {"market", "store", "lines.0.sku"}
        assert "use one of NOR" in errors["market"][0]

    @pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
    def test_text_that_no_database_holds_is_refused(self, shop, text):
        errors = refused(shop.order_data(properties={"deep": [{"note": text}]}))
        assert list(errors) == ["properties.deep.0.note"]

    def test_properties_are_not_nested_without_end(self, shop):
        deep: dict = {}
        for _ in range(200):
            deep = {"in": deep}
        assert list(refused(shop.order_data(properties={"deep": deep}))) == ["properties.deep"]

    def test_a_tenant_without_a_published_type_is_told(self, shop):
        other = make_shop()
        with tenant_scope(other.tenant):
            publish_order_type(other.tenant, "Pos")
            errors = refused(other.order_data())
        assert "no default is published (Online, Pos)" in errors["order_type"][0]


def test_nothing_is_saved_when_the_first_run_cannot_start(shop, monkeypatch):
    """A crash after the order's rows were written must take them back."""

    def crash(*args, **kwargs):
        raise RuntimeError("the engine is broken")

    monkeypatch.setattr("workflows.orders.start_run", crash)
    with pytest.raises(RuntimeError, match="broken"):
        create_order(shop.order_data(customer={"number": "C-9"}))
    assert not Order.objects.exists()
    assert not Customer.objects.exists()
    assert not Event.objects.filter(category="Created").exists()


def test_placed_at_is_kept(shop):
    order = create_order(shop.order_data(placed_at="2026-05-03T12:00:00+02:00"))
    assert order.placed_at == datetime(2026, 5, 3, 10, tzinfo=UTC)
