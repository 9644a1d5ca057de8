"""What nShift Delivery is asked: kilograms, and metres for the sides of a parcel."""

from __future__ import annotations

from typing import Any

from connectors.contracts.common import Address
from connectors.contracts.measures import LengthUnit, WeightUnit, length_in, weight_in
from connectors.contracts.shipping import ZPL, Booking, Parcel
from connectors.errors import Misconfigured

#: The most characters of references that nShift advises for every carrier.
REFERENCE = 17
#: The service that is nShift's own e-mail to the recipient, and no carrier's.
_NOTICE = "ENOT"
_LANGUAGES = {"NO": "NO", "DK": "DK", "SE": "SE", "FI": "FI"}


def shipment_body(booking: Booking, values: Any, is_test: bool) -> dict[str, Any]:
    """The order number is our reference, by which nShift finds the shipment again; it is printed nowhere."""
    if not booking.product:
        raise Misconfigured("Name nShift's service code, such as P19, as Product of the shipping option")
    sender, addons = _sender(booking, values), [{"id": name} for name in booking.services if name != _NOTICE]
    shipment: dict[str, Any] = {
        "test": is_test,
        "orderNo": booking.reference,
        "senderReference": _reference(booking.reference),
        "receiverReference": _reference(booking.order_number),
        "sender": sender,
        "receiver": party(booking.recipient),
        "service": {"id": booking.product, **({"addons": addons} if addons else {})},
        "parcels": [_parcel(parcel) for parcel in booking.parcels],
    }
    if booking.pickup_point:
        shipment["agent"] = {"quickId": booking.pickup_point}
    if values.partner and values.customer_number:
        shipment["senderPartners"] = [{"id": values.partner, "custNo": values.customer_number}]
    if _NOTICE in booking.services:
        shipment["options"] = [_notice(booking)]
    return {"printConfig": _print_config(booking, values), "shipment": shipment}


def party(address: Address) -> dict[str, str]:
    given = {
        "name": address.company or address.name,
        "contact": address.name if address.company else "",
        "address1": address.line1,
        "address2": address.line2,
        "zipcode": address.postal_code,
        "city": address.city,
        "state": address.region,
        "country": address.country,
        "email": address.email,
        "phone": address.phone,
        "mobile": address.phone,
    }
    return {name: value for name, value in given.items() if value}


def _sender(booking: Booking, values: Any) -> dict[str, str]:
    """The quick id brings the customer numbers along; of a return it is the customer who sends."""
    known = values.sender_quick_id and not booking.is_return
    return {**({"quickId": values.sender_quick_id} if known else {}), **party(booking.sender)}


def _print_config(booking: Booking, values: Any) -> dict[str, str]:
    if booking.label_format == ZPL:
        return {"target1Media": values.thermal_media, "target1Type": "zpl"}
    return {"target1Media": values.label_media, "target1Type": "pdf"}


def _parcel(parcel: Parcel) -> dict[str, Any]:
    measured = {"length": parcel.length, "width": parcel.width, "height": parcel.height}
    return {
        "copies": 1,
        "valuePerParcel": True,
        "reference": parcel.reference,
        "weight": weight_in(parcel.weight, WeightUnit.KILOGRAM),
        "contents": parcel.description or "Goods",
        **{name: length_in(value, LengthUnit.METRE) for name, value in measured.items() if value},
    }


def _notice(booking: Booking) -> dict[str, str]:
    return {
        "id": _NOTICE,
        "to": booking.recipient.email,
        "from": booking.sender.email,
        "message": booking.order_number,
        "languageCode": _LANGUAGES.get(booking.recipient.country.upper(), "GB"),
    }


def _reference(text: str) -> str:
    return text.replace(" ", "")[:REFERENCE]
