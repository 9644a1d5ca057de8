"""Sales orders with their lines: made at once or line by line, changed only with the etag of what was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.dynamics365.company import (
    NO_ID,
    Company,
    Json,
    checked,
    etag,
    shown,
)
from connectors.sandbox.dynamics365.errors import BcError, changed, dialog, not_found
from connectors.sandbox.dynamics365.lines import insert, line_shown, totals

_HEADER = {
    "externalDocumentNumber": 35,
    "customerId": 36,
    "customerNumber": 20,
    "billToCustomerNumber": 20,
    "orderDate": 10,
    "postingDate": 10,
    "requestedDeliveryDate": 10,
    "currencyCode": 10,
    "salesperson": 20,
    "shortcutDimension1Code": 20,
    "shortcutDimension2Code": 20,
    "paymentTermsId": 36,
    "shipmentMethodId": 36,
    "phoneNumber": 30,
    "email": 80,
    "shipToName": 100,
    "shipToContact": 100,
    **{
        f"{kind}{name}": longest
        for kind in ("sellTo", "shipTo")
        for name, longest in {
            "AddressLine1": 100,
            "AddressLine2": 50,
            "City": 30,
            "State": 30,
            "PostCode": 20,
            "Country": 10,
        }.items()
    },
}
#: An option kept over from v1.0; a released order is called Open here.
DRAFT, RELEASED = "Draft", "Open"


def create(company: Company, body: Any) -> Json:
    """The header and all of its lines, or nothing."""
    given = checked(body, "salesOrder", _HEADER, ("pricesIncludeTax", "discountAmount", "salesOrderLines"))
    lines = given.pop("salesOrderLines", [])
    customer = _customer(company, given)
    address = {"shipToName": customer["displayName"], "shipToContact": ""}
    blank = {name: "" for name in _HEADER if name not in {"customerId", "paymentTermsId", "shipmentMethodId"}}
    draft = {
        **blank,
        **address,
        "orderDate": "0001-01-01",
        "requestedDeliveryDate": "0001-01-01",
        "currencyCode": "NOK",
        "pricesIncludeTax": False,
        "discountAmount": 0,
        **given,
        "customerId": customer["id"],
        "customerNumber": customer["number"],
        "customerName": customer["displayName"],
        "number": f"S-ORD{next(company.numbers)}",
        "status": DRAFT,
        "lines": [],
    }
    draft["externalDocumentNumber"] = draft["externalDocumentNumber"].strip().upper()
    for line in lines:
        insert(company, draft, line)
    order = company.add(company.orders, "order", **draft)
    reference = order["externalDocumentNumber"]
    company.note("export", reference or order["number"], reference, order)
    return order


def add_line(company: Company, order: Json, body: Any) -> Json:
    if order["status"] == RELEASED:
        raise _released(order)
    line = insert(company, order, body)
    company.touch(order)
    company.note("add_line", f"{order['number']} {line['sequence']}", order["externalDocumentNumber"], order)
    return line_shown(order, line)


def amend(company: Company, order: Json, body: Any, if_match: str) -> Json:
    """Refused without the etag, and with one that is older than the record."""
    given = checked(body, "salesOrder", _HEADER, ("pricesIncludeTax", "discountAmount"))
    if not if_match:
        raise BcError(
            "BadRequest_InvalidToken",
            "Could not validate the client concurrency token required by the service. Please provide a valid token in"
            " the client request.",
        )
    if company.races:
        company.races -= 1
        company.touch(order)
    if if_match not in {"*", etag(order)}:
        raise changed()
    if order["status"] == RELEASED:
        raise _released(order)
    order.update(given)
    company.touch(order)
    reference = order["externalDocumentNumber"]
    company.note("amend", f"{order['number']} {order['version']}", reference, order)
    return order


def order_of(company: Company, key: str) -> Json:
    if key not in company.orders:
        raise not_found(f"salesOrders({key})")
    return company.orders[key]


def order_shown(order: Mapping[str, Any], *, expanded: bool) -> Json:
    lines = [line_shown(order, line) for line in order["lines"]]
    goods = [line for line in order["lines"] if line["lineType"] != "Comment"]
    shipped = all(line["shippedQuantity"] == line["quantity"] for line in goods)
    rest = {"fullyShipped": shipped, **({"salesOrderLines": lines} if expanded else {})}
    return {**shown(order), **totals(order), **rest}


def ship_and_invoice(company: Company, order: Json) -> None:
    """The action of that name, of a caller: posts what is left of the order."""
    invoice(company, order)
    company.note("invoice", order["number"], order["externalDocumentNumber"], order)


def invoice(company: Company, order: Json) -> None:
    """Post everything: the order becomes an invoice and is no order any more."""
    del company.orders[order["id"]]
    total = totals(order)["totalAmountIncludingTax"]
    company.add(
        company.invoices,
        "invoice",
        number=f"PS-INV{next(company.numbers)}",
        orderNumber=order["number"],
        orderId=NO_ID,
        externalDocumentNumber=order["externalDocumentNumber"],
        customerNumber=order["customerNumber"],
        currencyCode=order["currencyCode"],
        totalAmountIncludingTax=total,
        remainingAmount=total,
        status="Open" if total else "Paid",
    )


def _customer(company: Company, given: Json) -> Json:
    number, key = given.get("customerNumber", ""), given.get("customerId", "")
    if not number and not key:
        raise dialog('A "customerNumber" or a "customerId" must be provided.')
    customers = company.customers.values()
    found = next((item for item in customers if key == item["id"] or number.upper() == item["number"]), None)
    if found is None:
        raise dialog("The sell-to customer cannot be found.")
    return found


def _released(order: Json) -> BcError:
    message = f"Status must be equal to 'Open' in Sales Header: Document Type=Order, No.={order['number']}."
    return BcError("Application_FieldValidationException", f"{message} Current value is 'Released'.")
