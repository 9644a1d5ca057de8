"""What is sent to Fortnox: the rows and head of an order or invoice. Prices go as the shopper paid them (VATIncluded)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.common import Address, Line, OrderDocument
from connectors.contracts.fees import shipping_rate
from connectors.errors import Rejected
from connectors.providers.fortnox.words import COUNTRIES
from tenants.money import quantum

MOST_REFERENCE, MOST_ORDER_NUMBER, MOST_SKU, MOST_DESCRIPTION = 80, 75, 50, 200
#: Decimals of a price; a line whose total no price of two decimals makes gets more.
_PRICE, _FINE_PRICE = Decimal("0.01"), Decimal("0.00001")
#: By so much, in the order's currency, Fortnox may round a total to whole kronor.
_ROUNDING = Decimal("0.50")

Body = dict[str, Any]


def reference(order: OrderDocument, prefix: str) -> str:
    """The order's number as Fortnox keeps it. Raises Rejected for one that does not fit."""
    found = f"{prefix}{order.number}".strip()
    if len(found) > MOST_ORDER_NUMBER:
        raise Rejected(
            f"The reference would be {found}; Fortnox takes {MOST_ORDER_NUMBER} characters at most"
        )
    return found


def order_body(order: OrderDocument, customer: str, values: Any, mapping: Iterable[tuple[str, str]]) -> Body:
    rows = [_ordered(row) for row in document_rows(order, values)]
    return {**_head(order, customer, values, mapping), "OrderDate": order.placed_at.date(), "OrderRows": rows}


def invoice_body(
    order: OrderDocument, customer: str, values: Any, mapping: Iterable[tuple[str, str]]
) -> Body:
    return {
        **_head(order, customer, values, mapping),
        "InvoiceType": values.invoice_type,
        "InvoiceDate": order.placed_at.date(),
        "InvoiceRows": list(document_rows(order, values)),
    }


def document_rows(order: OrderDocument, values: Any) -> Iterator[Body]:
    account = account_of(order, values)
    for line in order.lines:
        yield {**row(line, line.quantity), **account}
    if order.shipping_total:
        yield {**_shipping(order, values.shipping_article), **account}


def row(line: Line, quantity: Decimal) -> Body:
    """A row of so many of a line's pieces; the discount is that of as many."""
    discount = _rounded(line.discount.amount * quantity / line.quantity, line.total.currency)
    found: Body = {
        "ArticleNumber": line.sku,
        "Description": (line.name or line.sku)[:MOST_DESCRIPTION],
        "DeliveredQuantity": _number(quantity),
        "Price": _price(line),
        "VAT": _plain(line.tax_rate),
    }
    return {**found, "Discount": discount, "DiscountType": "AMOUNT"} if discount else found


def account_of(order: OrderDocument, values: Any) -> Body:
    """The account of all rows; none where Fortnox is to choose it by article and customer."""
    accounts: Mapping[str, str] = values.sales_accounts
    account = accounts.get(country_of(order)) or accounts.get("*")
    return {"AccountNumber": int(account)} if account else {}


def country_of(order: OrderDocument) -> str:
    return (order.shipping.country or order.billing.country).upper()


def total_note(order: OrderDocument, theirs: Any, *, document: str) -> str:
    """How the total over there differs; "" when it does not. Raises Rejected for more than rounding."""
    difference = abs(Decimal(str(theirs)) - order.total.amount)
    if not difference:
        return ""
    if difference > _ROUNDING + quantum(order.currency) * (len(order.lines) + 1):
        raise Rejected(
            f"Fortnox has made {document} with a total of {theirs} {order.currency} instead of {order.total.amount}."
            " Check the VAT of its rows and the type of VAT of its customer there, then correct it there"
        )
    return f"; its total there is {theirs}, here {order.total.amount} {order.currency}"


def _head(order: OrderDocument, customer: str, values: Any, mapping: Iterable[tuple[str, str]]) -> Body:
    ours = reference(order, values.reference_prefix)
    mapped = {field: order.properties[name] for name, field in mapping if name in order.properties}
    return {
        **values.order_fields,
        "CustomerNumber": customer,
        "Currency": order.currency,
        "VATIncluded": True,
        "ExternalInvoiceReference1": ours,
        "YourOrderNumber": ours,
        **(_buyer(order.billing) if values.customer_number else {}),
        **_delivery(order.shipping),
        **mapped,
    }


def _buyer(address: Address) -> Body:
    """Of an order on the one customer of all orders, who else would not be named."""
    return _filled(
        CustomerName=address.company or address.name,
        Address1=address.line1,
        Address2=address.line2,
        ZipCode=address.postal_code,
        City=address.city,
        Country=COUNTRIES.get(address.country.upper(), ""),
    )


def _delivery(address: Address) -> Body:
    return _filled(
        DeliveryName=address.company or address.name,
        DeliveryAddress1=address.line1,
        DeliveryAddress2=address.line2,
        DeliveryZipCode=address.postal_code,
        DeliveryCity=address.city,
        DeliveryCountry=COUNTRIES.get(address.country.upper(), ""),
    )


def _filled(**fields: str) -> Body:
    return {name: text for name, text in fields.items() if text}


def _ordered(found: Body) -> Body:
    """As a row of an order: what is ordered is what will be invoiced."""
    return {**found, "OrderedQuantity": found["DeliveredQuantity"]}


def _price(line: Line) -> Decimal:
    """The shopper's price, or one by which the line comes to its total where a shop has rounded in its own way."""
    price, discount, total = line.unit_price.amount, line.discount.amount, line.total.amount
    if _rounded(line.quantity * price, line.total.currency) - discount == total:
        return price
    exact = (total + discount) / line.quantity
    coarse = exact.quantize(_PRICE, ROUND_HALF_UP)
    fits = _rounded(coarse * line.quantity, line.total.currency) - discount == total
    return coarse if fits else exact.quantize(_FINE_PRICE, ROUND_HALF_UP)


def _shipping(order: OrderDocument, article: str) -> Body:
    return {
        "ArticleNumber": article,
        "Description": "Frakt",
        "DeliveredQuantity": "1",
        "Price": order.shipping_total.amount,
        "VAT": _plain(shipping_rate(order)),
    }


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(quantum(currency), ROUND_HALF_UP)


def _number(quantity: Decimal) -> str:
    """Quantities are text in Fortnox."""
    return format(quantity.normalize(), "f")


def _plain(rate: Decimal) -> Decimal:
    return Decimal(_number(rate))
