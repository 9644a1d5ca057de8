"""The built-in rules by the names of their connectors: each says what is wrong with a cart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet, Sum

from connectors.contracts.validation import Finding
from tenants.money import Money, MoneyError
from workflows.checkout.cart import Cart
from workflows.models import InventoryLevel
from workflows.order_steps.rules import RULES as OF_ORDERS

Rule = Callable[[Cart, Any], Iterator[Finding]]


def _inventory(cart: Cart, values: Any, *, reserved: bool) -> Iterator[Finding]:
    wanted = _quantities(cart)
    stock = _stock(cart, wanted, reserved)
    for place, line in enumerate(cart.order.lines):
        there = stock.get(line.sku)
        if there is not None and there < wanted[line.sku]:
            what = "are free to be sold" if reserved else "are in stock"
            text = f"Only {_number(max(there, Decimal(0)))} of {line.sku} {what}, not {_number(wanted[line.sku])}"
            yield Finding(message=text, field=f"lines.{place}.quantity", code="out_of_stock")


def _stock(cart: Cart, wanted: Mapping[str, Decimal], reserved: bool) -> dict[str, Decimal]:
    """By SKU, of the cart's store or of all; products without any level are missing."""
    levels: QuerySet[InventoryLevel] = InventoryLevel.objects.filter(product__sku__in=wanted)
    if cart.draft.store is not None:
        levels = levels.filter(store=cart.draft.store)
    rows = levels.order_by().values("product__sku").annotate(hand=Sum("on_hand"), held=Sum("reserved"))
    return {row["product__sku"]: row["hand"] - (row["held"] if reserved else 0) for row in rows}


def _of_orders(name: str, field: str, cart: Cart, values: Any) -> Iterator[Finding]:
    for text in OF_ORDERS[name](cart.order):
        yield Finding(message=f"{text[:1].upper()}{text[1:]}", field=field, code=name)


def _prices(cart: Cart, values: Any) -> Iterator[Finding]:
    """Prices that are not the product's; without one of its own in the currency any price is right."""
    for place, line in enumerate(cart.draft.lines):
        price, currency = line.product.price, line.product.currency
        if price is not None and currency == cart.order.currency and price != line.unit_price:
            text = (
                f"{line.product.sku} costs {Money(price, currency)}, not {Money(line.unit_price, currency)}"
            )
            yield Finding(message=text, field=f"lines.{place}.unit_price", code="price_changed")


def _discounts(cart: Cart, values: Any) -> Iterator[Finding]:
    if values.max_discount is None:
        return
    for place, line in enumerate(cart.order.lines):
        whole = line.total.amount + line.discount.amount
        percent = line.discount.amount * 100 / whole if whole else Decimal(0)
        if percent > values.max_discount:
            text = f"{line.sku} has {_number(percent)} % off; {_number(values.max_discount)} % is the most"
            yield Finding(message=text, field=f"lines.{place}.discount", code="discount")


def _limits(cart: Cart, values: Any) -> Iterator[Finding]:
    wanted = _quantities(cart)
    for place, line in enumerate(cart.draft.lines):
        most = _own_limit(line.product.properties) or values.max_quantity
        if most is not None and wanted[line.product.sku] > most:
            text = f"At most {_number(most)} of {line.product.sku} are sold at a time"
            yield Finding(message=text, field=f"lines.{place}.quantity", code="sales_limit")


def _payments(cart: Cart, values: Any) -> Iterator[Finding]:
    """The parts were read already, so their amounts are amounts."""
    given = [item["amount"] for item in cart.data.get("payments") or () if item.get("amount")]
    try:
        paid = sum(
            (Money.of(amount, cart.order.currency) for amount in given), Money.zero(cart.order.currency)
        )
    except MoneyError as error:
        yield Finding(message=str(error), field="payments", code="payments")
        return
    if paid < cart.order.total:
        text = f"The payments come to {paid} of {cart.order.total}"
        yield Finding(message=text, field="payments", code="not_paid")


def _shipments(cart: Cart, values: Any) -> Iterator[Finding]:
    if not cart.data.get("shipments"):
        yield Finding(message="No way of shipping is chosen", field="shipments", code="no_shipment")


def _inactive(cart: Cart, values: Any) -> Iterator[Finding]:
    known = cart.draft.customer
    if known is not None and str(_without_case(known.properties).get("inactive", "")).lower() == "true":
        yield Finding(
            message=f"Customer {known.number} is inactive", field="customer.number", code="inactive"
        )


def _required(cart: Cart, values: Any) -> Iterator[Finding]:
    for path in values.required_fields:
        found: Any = cart.data
        for part in path.split("."):
            found = _without_case(found).get(part.lower()) if isinstance(found, Mapping) else None
        if found in (None, "", [], {}):
            yield Finding(message=f"{path} is missing", field=path, code="required")


def _addresses(cart: Cart, values: Any) -> Iterator[Finding]:
    yield from _of_orders("BillingAddress", "billing", cart, values)
    yield from _of_orders("ShippingAddress", "shipping", cart, values)
    allowed = {country.upper() for country in values.countries}
    country = cart.order.shipping.country
    if allowed and country and country not in allowed:
        text = f"Nothing is sent to {country}; to {', '.join(sorted(allowed))} only"
        yield Finding(message=text, field="shipping.country", code="country")


def _quantities(cart: Cart) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in cart.order.lines:
        found[line.sku] += line.quantity
    return found


def _own_limit(properties: Mapping[str, Any]) -> Decimal | None:
    given = str(_without_case(properties).get("maxquantity", ""))
    return Decimal(given) if given.isdecimal() else None


def _without_case(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in values.items()}


def _number(value: Decimal) -> str:
    return f"{round(value, 2).normalize():f}"


RULES: Mapping[str, Rule] = {
    "inventoryValidator": partial(_inventory, reserved=False),
    "inventoryAtpValidator": partial(_inventory, reserved=True),
    "activeProductsValidator": partial(_of_orders, "Products", "lines"),
    "nullPriceValidator": partial(_of_orders, "Prices", "lines"),
    "recalculateCartPricesValidator": _prices,
    "discountValidator": _discounts,
    "salesLimitationValidator": _limits,
    "paymentsValidator": _payments,
    "shipmentValidator": _shipments,
    "inactiveCustomerValidator": _inactive,
    "requiredFieldsValidator": _required,
    "addressValidator": _addresses,
}
