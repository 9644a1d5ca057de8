"""What is sent to Ongoing of an order, and how what is there differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contracts.common import Address, Line, OrderDocument
from connectors.errors import Misconfigured, Rejected
from connectors.providers.ongoing.settings import by_name

Body = dict[str, Any]

#: Fields of an order that the Field Mapping may fill.
MAPPED = (
    "consigneeOrderNumber",
    "deliveryDate",
    "deliveryInstruction",
    "freeText1",
    "freeText2",
    "freeText3",
    "orderRemark",
    "pickingPriority",
    "preparedTransportDocumentId",
    "productionCode",
    "referenceNumber",
    "salesCode",
    "servicePointCode",
    "warehouseInstruction",
)
_ADDRESS = ("name", "address1", "address2", "postCode", "city", "countryCode")


def order_body(
    order: OrderDocument,
    number: str,
    values: Any,
    mapping: tuple[tuple[str, str], ...],
    warehouse: int | None,
) -> Body:
    """Raises Rejected for an order that no warehouse could send, Misconfigured for a Field Mapping to a field that Ongoing
    does not have."""
    day = order.placed_at.date() + timedelta(days=values.delivery_days)
    told = {
        "orderNumber": number,
        "goodsOwnerOrderId": str(order.id),
        "deliveryDate": day.isoformat(),
        "consignee": _consignee(order),
        "emailNotification": _notification(_email(order), values.notify_by_email),
        "smsNotification": _notification(_phone(order), values.notify_by_sms),
        "telephoneNotification": _notification(_phone(order), False),
        "orderType": {"code": values.order_type} if values.order_type else None,
        "warehouseId": warehouse,
        **_delivery(order, values),
        "orderLines": [_line(line) for line in order.lines],
        **_mapped(order, mapping),
    }
    return {name: value for name, value in told.items() if value is not None}


def differences(there: Mapping[str, Any], body: Body) -> Iterator[str]:
    """What of a sent order is not so at Ongoing: address and lines."""
    consignee = there.get("consignee") or {}
    if any(_text(consignee.get(name)) != _text(body["consignee"].get(name)) for name in _ADDRESS):
        yield "the address"
    lines = {str(line.get("rowNumber")): line for line in there.get("orderLines") or ()}
    wanted = {line["rowNumber"]: line for line in body["orderLines"]}
    for row in sorted(lines.keys() | wanted.keys()):
        if not _same_line(lines.get(row), wanted.get(row)):
            yield f"row {row}"


def warehouse_of(order: OrderDocument) -> str:
    """Code of the store that sends the order: that of its shipments, if they agree, else the order's own."""
    shipments = [item for item in order.sections.get("shipments", ()) if item.get("state") != "cancelled"]
    codes = {str(item["warehouse"]) for item in shipments if item.get("warehouse")}
    if len(codes) > 1:
        raise Rejected(
            f"The order is sent from several warehouses ({', '.join(sorted(codes))}), and Ongoing takes an order for one"
        )
    return codes.pop() if codes else ""


def _same_line(there: Mapping[str, Any] | None, wanted: Body | None) -> bool:
    if there is None or wanted is None:
        return False
    sku = (there.get("article") or {}).get("articleNumber")
    try:
        quantity = Decimal(there.get("orderedNumberOfItems") or 0)
    except (InvalidOperation, TypeError, ValueError):
        return False
    return bool(_text(sku) == _text(wanted["articleNumber"]) and quantity == wanted["numberOfItems"])


def _line(line: Line) -> Body:
    return {
        "rowNumber": str(line.number),
        "articleNumber": line.sku,
        "numberOfItems": line.quantity,
    }


def _consignee(order: OrderDocument) -> Body:
    address = order.shipping if _is_given(order.shipping) else order.billing
    if not _is_given(address):
        raise Rejected("The order has no shipping address; add it, so that the warehouse can send it")
    if not address.country:
        raise Rejected(
            "The shipping address has no country; add it, so that the warehouse can send the order"
        )
    parts = {
        "customerNumber": order.customer.number,
        "name": address.company or address.name,
        "address1": address.line1,
        "address2": address.line2,
        "remark": address.name if address.company and address.name != address.company else "",
        "postCode": address.postal_code,
        "city": address.city,
        "countryStateCode": address.region,
        "countryCode": address.country,
    }
    needed = ("name", "address1", "postCode", "city", "countryCode")
    return {name: text for name, text in parts.items() if text or name in needed}


def _is_given(address: Address) -> bool:
    return bool(address.line1 or address.city or address.postal_code)


def _email(order: OrderDocument) -> str:
    return order.shipping.email or order.customer.email or order.billing.email


def _phone(order: OrderDocument) -> str:
    return order.shipping.phone or order.customer.phone or order.billing.phone


def _notification(value: str, wanted: bool) -> Body | None:
    return {"toBeNotified": bool(wanted), "value": value} if value else None


def _delivery(order: OrderDocument, values: Any) -> Body:
    """How it is sent: by the chosen shipment option, else by the shop's shipping method; and to which pickup point."""
    shipments = [item for item in order.sections.get("shipments", ()) if item.get("state") != "cancelled"]
    names = [str(item["shipping_option"]) for item in shipments if item.get("shipping_option")]
    names += [str(order.properties["ShippingMethod"])] if order.properties.get("ShippingMethod") else []
    way, transporter = by_name(values.ways_of_delivery, names), by_name(values.transporters, names)
    points = [str(item["pickup_point"]) for item in shipments if item.get("pickup_point")]
    found: Body = {"wayOfDelivery": {"code": way}} if way else {}
    if points:
        found["servicePointCode"] = points[0]
    if transporter:
        code, _, service = transporter.partition("/")
        named = {"transporterCode": code.strip(), "transporterServiceCode": service.strip()}
        found["transporter"] = {name: text for name, text in named.items() if text}
    return found


def _mapped(order: OrderDocument, mapping: tuple[tuple[str, str], ...]) -> Body:
    strange = sorted({field for _, field in mapping} - set(MAPPED))
    if strange:
        raise Misconfigured(
            f"The Field Mapping names {', '.join(strange)}; of an order at Ongoing it can fill {', '.join(MAPPED)}"
        )
    return {field: order.properties[ours] for ours, field in mapping if ours in order.properties}


def _text(value: Any) -> str:
    return " ".join(str("" if value is None else value).split()).casefold()
