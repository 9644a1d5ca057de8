"""What becomes of an order of Shopify: amounts that add up, and the same order from both of its shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contracts.ecommerce import ImportedLine, ImportedOrder
from connectors.errors import Rejected
from connectors.providers.shopify.rest import node_of
from tests.providers.shopify_shapes import bag, line_sum, node, read, rest, second, share, tax


def prices(order: ImportedOrder) -> list[tuple[str, str, str]]:
    return [
        (str(line.quantity), str(line.unit_price.amount), str(line.discount.amount)) for line in order.lines
    ]


def changed(total: str, **fields: Any) -> dict[str, Any]:
    """The first order with some fields of its line changed, and a total."""
    order = node()
    order["lineItems"]["nodes"][0].update(fields)
    order["totalPriceSet"] = order["currentTotalPriceSet"] = bag(total)
    return order


class TestBothShapes:
    """The first three are the cases in which webhooks and imports are told the same."""

    def test_an_order_is_the_same_by_webhook_and_by_import(self) -> None:
        body = {**rest(), "transactions": [transaction()]}
        assert read(node_of(body)) == read(node())
        assert read(node_of({"order": body})) == read(node())

    def test_with_discounts_tax_on_top_an_edit_and_attributes(self) -> None:
        assert read(node_of(rest_of_second())) == read(second())

    def test_without_transactions_only_the_payments_number_is_missing(self) -> None:
        [payment] = read(node()).payments
        [told] = read(node_of(rest())).payments
        assert told == replace(payment, provider_id="")
        assert read(node_of(rest())) == replace(read(node()), payments=(told,))

    def test_a_body_of_an_old_version_without_current_totals_is_read_as_sold(self) -> None:
        body = {name: value for name, value in rest().items() if not name.startswith("current_")}
        assert read(node_of(body)).total == read(node()).total


class TestAmounts:
    def test_prices_with_tax_are_taken_as_they_are(self) -> None:
        order = read(node())
        assert prices(order) == [("2", "499.00", "0.00")]
        assert str(order.shipping_total) == "49.00 NOK"
        assert line_sum(order) == order.total

    def test_line_and_order_discounts_are_one_discount_of_the_line(self) -> None:
        order = read(changed("937.00", discountAllocations=[share("100.00"), share("10.00")]))
        assert prices(order) == [("2", "499.00", "110.00")]
        assert line_sum(order) == order.total

    def test_tax_on_top_becomes_part_of_the_price(self) -> None:
        order = read(second())
        assert prices(order) == [("2", "48.75", "10.00"), ("1", "12.44", "0.81")]
        assert {line.tax_rate for line in order.lines} == {Decimal(25)}
        assert (str(order.shipping_total), order.shipping_tax_rate) == ("6.25 EUR", Decimal(25))
        assert line_sum(order) == order.total

    def test_several_taxes_are_one_rate(self) -> None:
        order = changed(
            "1068.56", taxLines=[tax("62.38", 0.0625), tax("9.98", 0.01), tax("0.00", 0.05)], quantity=2
        )
        order["taxesIncluded"] = False
        order["shippingLines"]["nodes"] = []
        order["totalPriceSet"] = order["currentTotalPriceSet"] = bag("1070.36")
        assert read(order).lines[0].tax_rate == Decimal("7.25")

    def test_a_rate_that_is_not_told_is_worked_out(self) -> None:
        order = changed("1296.50", taxLines=[{"rate": None, "priceSet": bag("249.50")}])
        order["taxesIncluded"] = False
        order["shippingLines"]["nodes"] = []
        order["totalPriceSet"] = order["currentTotalPriceSet"] = bag("1247.50")
        assert read(order).lines[0].tax_rate == Decimal("25.00")

    def test_tax_told_for_the_order_only_is_the_lines_tax(self) -> None:
        order = second()
        for line in order["lineItems"]["nodes"]:
            line |= {"taxLines": [], "currentQuantity": line["quantity"]}
        order["shippingLines"]["nodes"] = []
        # 105.00 + 9.30 without tax, 28.58 of tax
        for name in ("totalPriceSet", "currentTotalPriceSet"):
            order[name] = bag("142.88", "EUR")
        for name in ("totalTaxSet", "currentTotalTaxSet"):
            order[name] = bag("28.58", "EUR")
        found = read(order)
        assert line_sum(found) == found.total
        assert {line.tax_rate for line in found.lines} == {Decimal(25)}

    def test_shipping_that_was_given_back_in_part(self) -> None:
        order = node()
        order["shippingLines"]["nodes"][0]["currentDiscountedPriceSet"] = bag("20.00")
        order["currentTotalPriceSet"] = bag("1018.00")
        assert str(read(order).shipping_total) == "20.00 NOK"

    def test_several_shipping_lines(self) -> None:
        order = node()
        [home] = order["shippingLines"]["nodes"]
        order["shippingLines"]["nodes"] = [home, {**home, "title": "Carry in"}]
        order["totalPriceSet"] = order["currentTotalPriceSet"] = bag("1096.00")
        found = read(order)
        assert (str(found.shipping_total), found.shipping_method) == ("98.00 NOK", "Home delivery, Carry in")

    @pytest.mark.parametrize(
        ("field", "label", "sku"),
        [
            ("TotalDutiesSet", "Duties", "DUTIES"),
            ("TotalAdditionalFeesSet", "Additional fees", "ADDITIONAL-FEES"),
        ],
    )
    def test_charges_outside_of_the_lines_are_lines_of_their_own(
        self, field: str, label: str, sku: str
    ) -> None:
        order = node() | {f"original{field}": bag("55.00"), f"current{field}": bag("55.00")}
        order["totalPriceSet"] = order["currentTotalPriceSet"] = bag("1102.00")
        found = read(order)
        assert (found.lines[1].name, str(found.lines[1].unit_price), found.lines[1].sku) == (
            label,
            "55.00 NOK",
            sku,
        )
        assert line_sum(found) == found.total

    def test_a_tip_is_a_line_only_where_it_is_none_already(self) -> None:
        order = node() | {"totalTipReceivedSet": bag("20.00")}
        assert len(read(order).lines) == 1
        order["totalPriceSet"] = order["currentTotalPriceSet"] = bag("1067.00")
        assert [line.name for line in read(order).lines] == ["Wool sweater - M", "Tip"]

    def test_what_nothing_explains_is_refused_by_name(self) -> None:
        with pytest.raises(
            Rejected, match=r"Order #1001 of Shopify does not add up: .* 1047.00, its total is 1047.01"
        ):
            read(changed("1047.01"))

    def test_amounts_in_a_currency_without_decimals(self) -> None:
        order = changed("2000", originalUnitPriceSet=bag("1000.0", "JPY"), taxLines=[tax("182", 0.1)])
        order |= {"currencyCode": "JPY", "transactions": []}
        order["shippingLines"]["nodes"] = []
        assert str(read(order).lines[0].unit_price) == "1000 JPY"


class TestEdited:
    def test_removed_pieces_and_lines_are_left_out(self) -> None:
        order = second()
        order["lineItems"]["nodes"][1]["currentQuantity"] = 0
        order["currentTotalPriceSet"] = bag("93.75", "EUR")
        found = read(order)
        assert prices(found) == [("2", "48.75", "10.00")]
        assert line_sum(found) == found.total

    def test_a_share_that_the_shop_rounded_otherwise_is_the_lines(self) -> None:
        order = second()
        order["currentTotalPriceSet"] = bag("105.37", "EUR")
        assert line_sum(read(order)) == read(order).total
        order["currentTotalPriceSet"] = bag("105.30", "EUR")
        with pytest.raises(Rejected, match="#1002"):
            read(order)

    def test_money_given_back_without_goods_leaves_the_sale_as_it_was(self) -> None:
        order = node() | {"currentTotalPriceSet": bag("947.00")}
        assert str(read(order).total) == "1047.00 NOK"

    def test_an_order_without_any_piece_left_is_taken_as_it_was_sold(self) -> None:
        order = changed("1047.00", currentQuantity=0)
        order["currentTotalPriceSet"] = bag("0.00")
        assert prices(read(order)) == [("2", "499.00", "0.00")]


class TestPayments:
    """Of transactions; what is told without them is among the two shapes."""

    def payments(self, state: str, *transactions: dict[str, Any]) -> list[tuple[str, str, str]]:
        order = node() | {"displayFinancialStatus": state, "transactions": list(transactions)}
        found = read(order).payments
        return [(one.provider_id, str(one.authorized.amount), str(one.captured.amount)) for one in found]

    def test_a_sale_is_taken_at_once(self) -> None:
        assert self.payments("PAID", booked(1, "SALE")) == [("1", "100.00", "100.00")]

    def test_captures_belong_to_their_reservation(self) -> None:
        parts = (
            booked(1, "AUTHORIZATION"),
            booked(2, "CAPTURE", "30.00", 1),
            booked(3, "CAPTURE", "20.00", 1),
        )
        assert self.payments("PARTIALLY_PAID", *parts) == [("1", "100.00", "50.00")]

    def test_a_capture_whose_reservation_is_not_told_stands_for_itself(self) -> None:
        assert self.payments("PAID", booked(2, "CAPTURE", parent=1)) == [("2", "100.00", "100.00")]

    def test_gift_card_and_card_are_two_payments(self) -> None:
        assert self.payments("PAID", booked(1, "SALE", "30.00"), booked(2, "SALE", "70.00")) == [
            ("1", "30.00", "30.00"),
            ("2", "70.00", "70.00"),
        ]

    @pytest.mark.parametrize("status", ["PENDING", "FAILURE", "ERROR", "AWAITING_RESPONSE", "UNKNOWN"])
    def test_what_has_not_succeeded_is_no_payment(self, status: str) -> None:
        assert self.payments("PENDING", booked(1, "SALE") | {"status": status}) == []

    @pytest.mark.parametrize("state", ["VOIDED", "EXPIRED"])
    def test_a_reservation_that_has_lapsed_reserves_nothing(self, state: str) -> None:
        assert self.payments(state, booked(1, "AUTHORIZATION")) == [("1", "0.00", "0.00")]

    def test_money_given_back_is_not_taken_off_what_was_captured(self) -> None:
        parts = (booked(1, "SALE"), booked(2, "REFUND", parent=1), booked(3, "CHANGE", "5.00"))
        assert self.payments("REFUNDED", *parts) == [("1", "100.00", "100.00")]

    def test_another_currency_is_not_mistaken_for_the_orders(self) -> None:
        with pytest.raises(Rejected, match="a transaction is in EUR, the order in NOK"):
            self.payments("PAID", booked(1, "SALE") | {"amountSet": bag("9.00", "EUR")})

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("pending", []),
            ("authorized", [("1047.00", "0.00")]),
            ("partially_paid", [("947.00", "947.00")]),
            ("paid", [("1047.00", "1047.00")]),
            ("partially_refunded", [("1047.00", "1047.00")]),
            ("voided", []),
            ("expired", []),
            ("something_new", []),
        ],
    )
    def test_without_transactions_the_state_tells(self, state: str, expected: list[tuple[str, str]]) -> None:
        body = rest() | {"financial_status": state, "total_outstanding": "100.00"}
        found = read(node_of(body)).payments
        assert [(str(one.authorized.amount), str(one.captured.amount)) for one in found] == expected


class TestTheRest:
    def test_a_guest_is_named_by_the_address(self) -> None:
        customer = read(second()).customer
        assert (customer.first_name, customer.email, customer.external_ids) == ("Kari", "ola@example.com", {})

    def test_an_order_that_is_not_shipped_has_a_contact_only(self) -> None:
        order = node() | {"shippingAddress": None, "email": None, "phone": "+4790000009"}
        shipping = read(order).shipping
        assert (shipping.line1, shipping.phone, shipping.email) == ("", "+4790000009", "")

    def test_attributes_never_hide_what_steps_decide_by(self) -> None:
        order = node() | {"customAttributes": [{"key": "FinancialStatus", "value": "PAID"}], "test": True}
        assert read(order).properties == {"FinancialStatus": "AUTHORIZED", "Test": True}

    def test_field_mapping_of_the_connector(self) -> None:
        rows = (("SkuId", "variantId"), ("Name", "title"), ("Brand", "vendor"), ("Text", "Engraving"))
        first, other = read(second(), rows).lines
        assert (first.sku, first.name, first.properties["Brand"]) == ("5001", "Wool sweater", "Nordstrikk")
        assert first.properties["Text"] == "To Kari"
        assert (other.sku, other.properties) == ("SOCK-42", {})

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda order: order.pop("name"),
            lambda order: order.update(updatedAt="2026-11-20T10:05:00"),
            lambda order: order.update(currencyCode="KRONER"),
            lambda order: order["lineItems"].update(nodes=[{}]),
            lambda order: order["lineItems"]["nodes"][0]["originalUnitPriceSet"]["shopMoney"].update(
                amount="free"
            ),
        ],
    )
    def test_a_strange_order_is_refused_in_words(self, spoil: Callable[[Any], Any]) -> None:
        order = node()
        spoil(order)
        with pytest.raises(Rejected, match=r"Order .* of Shopify cannot be read"):
            read(order)


@settings(max_examples=80, deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.integers(1, 99_999), st.integers(1, 9), st.integers(0, 9), st.integers(0, 100), st.booleans()
        ),
        min_size=1,
        max_size=4,
    ),
    included=st.booleans(),
    rate=st.sampled_from(["0", "0.06", "0.0725", "0.25"]),
)
def test_any_order_adds_up_exactly(
    lines: list[tuple[int, int, int, int, bool]], included: bool, rate: str
) -> None:
    """Whatever prices, pieces, discounts, taxes and removals: no discount is negative and the sums are the shop's."""
    order, cent, total = node(), Decimal("0.01"), Decimal(0)
    nodes = []
    for number, (price, pieces, left, percent, edited) in enumerate(lines):
        gross = Decimal(price) * cent * pieces
        discount = (gross * percent / 100).quantize(cent)
        net = gross - discount
        share_of_tax = Decimal(rate) / (1 + Decimal(rate)) if included else Decimal(rate)
        taxed = (net * share_of_tax).quantize(cent)
        now = min(left, pieces) if edited else pieces
        charged = net if included else net + taxed
        total += (charged * now / pieces).quantize(cent, "ROUND_HALF_UP")
        nodes.append(
            order["lineItems"]["nodes"][0]
            | {
                "id": f"gid://shopify/LineItem/{number}",
                "quantity": pieces,
                "currentQuantity": now,
                "originalUnitPriceSet": bag(str(Decimal(price) * cent)),
                "discountAllocations": [share(str(discount))],
                "taxLines": [tax(str(taxed), float(rate))],
            }
        )
    order |= {"taxesIncluded": included, "lineItems": {"nodes": nodes}, "shippingLines": {"nodes": []}}
    sold = sum((_sold(line, included) for line in nodes), Decimal(0))
    order |= {"currentTotalPriceSet": bag(str(total)), "totalPriceSet": bag(str(sold))}

    found = read(order)

    assert line_sum(found) == found.total
    assert all(_is_sound(line) for line in found.lines)


def _sold(line: dict[str, Any], included: bool) -> Decimal:
    price = Decimal(line["originalUnitPriceSet"]["shopMoney"]["amount"]) * line["quantity"]
    discount = Decimal(line["discountAllocations"][0]["allocatedAmountSet"]["shopMoney"]["amount"])
    tax_of_it = Decimal(line["taxLines"][0]["priceSet"]["shopMoney"]["amount"])
    return price - discount + (0 if included else tax_of_it)


def _is_sound(line: ImportedLine) -> bool:
    return line.quantity > 0 and line.discount.amount >= 0 and line.unit_price.amount >= 0


def booked(number: int, kind: str, amount: str = "100.00", parent: int | None = None) -> dict[str, Any]:
    name = "gid://shopify/OrderTransaction/"
    return {
        "id": f"{name}{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "amountSet": bag(amount),
        "parentTransaction": {"id": f"{name}{parent}"} if parent else None,
    }


def transaction() -> dict[str, Any]:
    return {
        "id": 3001,
        "kind": "authorization",
        "status": "success",
        "gateway": "shopify_payments",
        "amount": "1047.00",
        "currency": "NOK",
        "parent_id": None,
    }


def rest_of_second() -> dict[str, Any]:
    """The second order in the form of webhooks: written out, not converted from the other form."""
    [line] = rest()["line_items"]
    vat = {"rate": 0.25, "title": "MVA"}
    reserved = transaction() | {"id": 3002, "amount": "149.13", "currency": "EUR"}
    capture = reserved | {"kind": "capture", "parent_id": 3002}
    address = rest()["shipping_address"]
    return rest() | {
        "id": 9002,
        "admin_graphql_api_id": "gid://shopify/Order/9002",
        "name": "#1002",
        "processed_at": "2026-11-20T12:00:00+01:00",
        "updated_at": "2026-11-20T12:30:00+01:00",
        "note": "Leave at the door",
        "tags": "Gift, Vip",
        "email": "ola@example.com",
        "phone": "+4790000002",
        "financial_status": "paid",
        "currency": "EUR",
        "presentment_currency": "NOK",
        "taxes_included": False,
        "discount_codes": [{"code": "AUTUMN10", "amount": "2.00", "type": "fixed_amount"}],
        "total_price": "149.13",
        "total_tax": "29.83",
        "current_total_price": "105.38",
        "current_total_price_set": {"shop_money": {"amount": "105.38", "currency_code": "EUR"}},
        "current_total_tax": "21.08",
        "note_attributes": [{"name": "GiftWrap", "value": "yes"}, {"name": "Card", "value": None}],
        "customer": None,
        "shipping_address": address | {"first_name": "Ola", "company": "Nordstore AS", "phone": None},
        "line_items": [
            line
            | {
                "id": 72001,
                "quantity": 3,
                "current_quantity": 2,
                "price": "39.00",
                "price_set": None,
                "discount_allocations": [{"amount": "10.00"}, {"amount": "2.00"}],
                "tax_lines": [{**vat, "price": "26.25"}],
                "properties": [{"name": "Engraving", "value": "To Kari"}],
            },
            line
            | {
                "id": 72002,
                "sku": "SOCK-42",
                "name": "Socks",
                "title": "Socks",
                "variant_title": None,
                "vendor": None,
                "quantity": 1,
                "current_quantity": 1,
                "price": "9.95",
                "price_set": None,
                "discount_allocations": [{"amount": "0.65"}],
                "tax_lines": [{**vat, "price": "2.33"}],
                "variant_id": None,
                "product_id": None,
            },
        ],
        "shipping_lines": [
            {
                "id": 8002,
                "title": "Home delivery",
                "code": "HOME",
                "price": "10.00",
                "discount_allocations": [{"amount": "5.00"}],
                "tax_lines": [{**vat, "price": "1.25"}],
            }
        ],
        "transactions": [
            reserved,
            capture | {"id": 3003, "status": "failure"},
            capture | {"id": 3004},
        ],
    }
