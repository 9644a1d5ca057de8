"""What ShipIT is asked, with the `values` of GlsSettings. Weights in kilograms; sizes are not asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connectors.contracts.addresses import name_lines, split_street, wrap_lines
from connectors.contracts.common import Address
from connectors.contracts.measures import WeightUnit, weight_in
from connectors.contracts.shipping import ZPL, Booking, Parcel, ShippingQuery
from connectors.errors import Rejected
from connectors.providers.gls.services import shipment_services, unit_services
from connectors.providers.gls.settings import email_field, zip_field
from connectors.providers.gls.words import PRODUCTS, crosses_customs

#: The most characters of names, streets, cities and references.
WIDTH = 40
#: How far back parcels are looked up by our reference, for a try to book of which no answer came.
_LOOKED_BACK = timedelta(days=30)
_AHEAD = timedelta(days=1)


def shipment(booking: Booking, values: Any) -> dict[str, Any]:
    """Raises Rejected for what does not fit in. Of a return the consignee is who sends: ShipIT turns it round itself."""
    customer, ours = booking.recipient, booking.sender
    if booking.is_return:
        customer, ours = ours, customer
    whose = "sender" if booking.is_return else "recipient"
    services = shipment_services(booking)
    asked = {
        "ShipmentReference": [_reference(booking.reference)],
        "Product": _product(booking.product),
        "Consignee": {
            "Category": "BUSINESS" if customer.company else "PRIVATE",
            "Address": address(customer, whose, values),
        },
        "Shipper": {"ContactID": values.contact_id},
        "ShipmentUnit": [_unit(parcel, booking) for parcel in booking.parcels],
        **({"Service": services} if services else {}),
        **_customs(booking, values),
    }
    if values.prints_sender:
        asked |= _sender(booking, address(ours, "store", values), values)
    return {"Shipment": asked, "PrintingOptions": printing(booking, values)}


def reprint(number: str, booking: Booking, values: Any) -> dict[str, Any]:
    return {"TrackID": number, "PrintingOptions": printing(booking, values)}


def printing(booking: Booking, values: Any) -> dict[str, Any]:
    if booking.label_format == ZPL:
        return {"ReturnLabels": {"TemplateSet": values.zpl_template, "LabelFormat": "ZEBRA"}}
    return {"ReturnLabels": {"TemplateSet": "NONE", "LabelFormat": "PDF"}}


def route(query: ShippingQuery, values: Any) -> dict[str, Any]:
    return {
        "Source": _place(query.sender, values),
        "Destination": _place(query.recipient, values),
        "ContactID": values.contact_id,
    }


def shop_search(query: ShippingQuery, values: Any) -> dict[str, Any]:
    street, number = split_street(query.recipient.line1)
    told = {
        "Street": street[:WIDTH],
        "StreetNumber": number,
        "City": query.recipient.city[:WIDTH],
        **_place(query.recipient, values),
        "MaxNumberOfShops": str(query.limit),
    }
    return {name: text for name, text in told.items() if text}


def look_up(booking: Booking, now: datetime) -> dict[str, Any]:
    return {
        "ShipmentReference": _reference(booking.reference),
        "DateFrom": (now - _LOOKED_BACK).isoformat(timespec="seconds"),
        "DateTo": (now + _AHEAD).isoformat(timespec="seconds"),
    }


def address(found: Address, whose: str, values: Any) -> dict[str, str]:
    first, second = wrap_lines(found, whose, "GLS", width=WIDTH)
    names = [*name_lines(found, width=WIDTH), "", ""]
    street, number = split_street(first)
    told = {
        "Name1": names[0],
        "Name2": names[1],
        "Name3": second,
        "CountryCode": found.country,
        zip_field(values): found.postal_code,
        "City": found.city[:WIDTH],
        "Street": street,
        "StreetNumber": number,
        "ContactPerson": found.name[:WIDTH],
        "MobilePhoneNumber": found.phone,
        email_field(values): found.email,
    }
    return {name: text for name, text in told.items() if text}


def _unit(parcel: Parcel, booking: Booking) -> dict[str, Any]:
    services = unit_services(booking)
    return {
        "ShipmentUnitReference": [_reference(parcel.reference)],
        "Weight": weight_in(parcel.weight, WeightUnit.KILOGRAM),
        **({"Service": services} if services else {}),
    }


def _sender(booking: Booking, ours: dict[str, str], values: Any) -> dict[str, Any]:
    if booking.is_return:
        return {"Return": {"Address": ours}}
    return {"Shipper": {"ContactID": values.contact_id, "AlternativeShipperAddress": ours}}


def _customs(booking: Booking, values: Any) -> dict[str, str]:
    leaves = crosses_customs(booking.sender.country, booking.recipient.country)
    return {"IncotermCode": values.incoterm} if leaves and values.incoterm else {}


def _place(found: Address, values: Any) -> dict[str, str]:
    told = {"CountryCode": found.country, zip_field(values): found.postal_code}
    return {name: text for name, text in told.items() if text}


def _product(code: str) -> str:
    product = code.strip().upper()
    if product not in PRODUCTS:
        raise Rejected(
            f"GLS has no product {code!r}: enter one of {', '.join(PRODUCTS)} as Product of the option"
        )
    return product


def _reference(text: str) -> str:
    if len(text) > WIDTH:
        raise Rejected(f"The reference {text} is longer than the {WIDTH} characters that GLS takes")
    return text
