"""Bodies that the connector's Field Mapping describes, and the requests that its Key Group FlowCalls names.

What Flow calls its fields is the merchant's to say, from Flow's own reference; here is only how our values are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.common import Address, Line, OrderDocument
from connectors.errors import Misconfigured
from connectors.providers.flow.numbers import written

Body = dict[str, Any]
Rows = Iterable[tuple[str, str]]


KINDS = frozenset({"order", "line", "customer", "product", "price"})


def is_written(row: tuple[str, str]) -> bool:
    """Whether a row of the Field Mapping is about a body that is sent; all others are about lines that are read."""
    word, dot, _ = row[0].partition(".")
    return bool(dot) and word.strip().casefold() in KINDS


def path_of(prop: str, rows: Rows) -> str:
    """Where a property of ours goes to; "" where the mapping does not say."""
    return next((path.strip() for ours, path in rows if ours.strip().casefold() == prop.casefold()), "")


def request_of(values: Any, name: str, **names: str) -> tuple[str, str]:
    """Method and path. Raises Misconfigured while they, or what stands in the path, are not known."""
    call = values.calls.get(name)
    if not call:
        raise Misconfigured(
            f"Flow's request {name} is not set: add the property {name} with the Key Group FlowCalls, method and path as"
            " Flow's own reference has them, and fill in the Field Mapping; see this plugin's page"
        )
    method, _, path = call.partition(" ")
    for key, value in names.items():
        if f"{{{key}}}" in path and not value:
            raise Misconfigured(f"{name} needs a {key}: give the store the external id FlowStoreUid")
        path = path.replace(f"{{{key}}}", quote(value, safe=""))
    return method, path


def body_of(kind: str, rows: Rows, ours: Mapping[str, Any], fixed: Mapping[str, Any]) -> Body:
    """The body of one thing, from the rows whose Property begins with its kind, such as "Product.Sku".

    Values that are not told are left out. Raises Misconfigured for a mapping that says nothing of it.
    """
    known = {name.casefold(): value for name, value in ours.items()}
    body: Body = dict(fixed)
    named = 0
    for prop, path in rows:
        word, dot, name = prop.partition(".")
        if not dot or word.strip().casefold() != kind.casefold():
            continue
        named += 1
        value = known.get(name.strip().casefold())
        if value not in (None, ""):
            _put(body, path.strip().split("."), written(value))
    if not named:
        raise Misconfigured(
            f"The Field Mapping has no row for {kind}: add rows such as {kind}.{next(iter(ours))} with the path of Flow's"
            " field as Connector Property; see this plugin's page"
        )
    return body


def of_order(order: OrderDocument) -> dict[str, Any]:
    customer = order.customer
    return {
        **order.properties,
        "Number": order.number,
        "PlacedAt": order.placed_at,
        "Currency": order.currency,
        "OrderType": order.order_type,
        "Total": order.total,
        "ShippingTotal": order.shipping_total,
        "CustomerNumber": customer.number,
        "Email": customer.email or order.billing.email,
        "Phone": customer.phone or order.billing.phone,
        "FirstName": customer.first_name,
        "LastName": customer.last_name,
        "Company": customer.company or order.billing.company,
        **_address(order.billing, "Billing"),
        **_address(order.shipping, "Shipping"),
    }


def of_line(line: Line) -> dict[str, Any]:
    return {
        "Number": line.number,
        "Sku": line.sku,
        "Name": line.name,
        "Quantity": line.quantity,
        "UnitPrice": line.unit_price,
        "Discount": line.discount,
        "TaxRate": line.tax_rate,
        "Tax": line.tax,
        "Total": line.total,
    }


def of_product(product: ProductRecord) -> dict[str, Any]:
    return {
        **product.fields,
        "Sku": product.sku,
        "Name": product.name,
        "Description": product.description,
        "Brand": product.brand,
        "Gtin": product.gtin,
        "Category": product.category,
        "Unit": product.unit,
        "Active": product.active,
        "Price": product.price,
        "TaxRate": product.tax_rate,
    }


def of_price(price: PriceRecord) -> dict[str, Any]:
    return {
        "Sku": price.sku,
        "Price": price.price,
        "Before": price.before,
        "PriceList": price.price_list,
        "ValidFrom": price.valid_from,
        "ValidTo": price.valid_to,
    }


def of_customer(customer: CustomerRecord) -> dict[str, Any]:
    return {
        **customer.fields,
        "Number": customer.number,
        "Email": customer.email,
        "Phone": customer.phone,
        "FirstName": customer.first_name,
        "LastName": customer.last_name,
        "Company": customer.company,
        "OrganisationNumber": customer.organisation_number,
        **_address(customer.address or Address(), ""),
    }


def _address(address: Address, prefix: str) -> dict[str, str]:
    return {
        f"{prefix}Name": address.name,
        f"{prefix}Line1": address.line1,
        f"{prefix}Line2": address.line2,
        f"{prefix}PostalCode": address.postal_code,
        f"{prefix}City": address.city,
        f"{prefix}Country": address.country,
    }


def _put(body: Body, path: list[str], value: Any) -> None:
    for name in path[:-1]:
        body = body.setdefault(name, {})
        if not isinstance(body, dict):
            raise Misconfigured(
                f"The Field Mapping puts a field into {name}, which is no object in Flow's body"
            )
    body[path[-1]] = value
