"""What Bring is asked. The Shipping Guide takes grams, Booking kilograms; both take whole centimetres."""

from __future__ import annotations

from typing import Any

from connectors.contracts.addresses import split_street, wrap_lines
from connectors.contracts.common import Address
from connectors.contracts.measures import LengthUnit, WeightUnit, weight_in, whole_length_in
from connectors.contracts.shipping import Booking, Parcel, ShippingQuery
from connectors.errors import Rejected
from connectors.providers.bring.words import guide_language

#: The most characters of names, address lines, cities, references and descriptions.
WIDTH = 35
#: E-mail and text message to the recipient: the service by its name and by its number.
_NOTIFICATIONS = frozenset({"EVARSLING", "1091"})


def guide_body(query: ShippingQuery, customer: str) -> dict[str, Any]:
    consignment = {
        "id": "1",
        "products": [{"id": product, "customerNumber": customer} for product in query.products],
        "fromCountryCode": query.sender.country,
        "fromPostalCode": query.sender.postal_code,
        "toCountryCode": query.recipient.country,
        "toPostalCode": query.recipient.postal_code,
        "addressLine": query.recipient.line1,
        "packages": [_guide_package(str(n), parcel) for n, parcel in enumerate(query.parcels, start=1)],
    }
    return {
        "consignments": [consignment],
        "language": guide_language(query.language),
        "withPrice": True,
        "withExpectedDelivery": True,
        "withGuiInformation": True,
        "edi": True,
    }


def booking_body(booking: Booking, customer: str, is_test: bool, now_ms: int) -> dict[str, Any]:
    """`now_ms` is in milliseconds since the epoch; the goods are ready then. Raises Rejected for what does not fit in."""
    parties: dict[str, Any] = {
        "sender": _party("sender", booking.sender, booking.reference),
        "recipient": _party("recipient", booking.recipient, booking.order_number),
    }
    if booking.pickup_point:
        parties["pickupPoint"] = {"id": booking.pickup_point, "countryCode": booking.recipient.country}
    consignment = {
        "correlationId": booking.reference,
        "shippingDateTime": now_ms,
        "parties": parties,
        "product": {
            "id": booking.product,
            "customerNumber": customer,
            "additionalServices": [_service(name, booking.recipient) for name in booking.services],
        },
        "packages": [_package(parcel) for parcel in booking.parcels],
    }
    return {"schemaVersion": 1, "testIndicator": is_test, "consignments": [consignment]}


def street_of(line: str) -> dict[str, str]:
    """A line of an address as the pickup point search wants it: street and house number apart."""
    street, number = split_street(line)
    found = {"street": street, "streetNumber": number}
    return {name: value for name, value in found.items() if value}


def _guide_package(number: str, parcel: Parcel) -> dict[str, Any]:
    measured = {"length": parcel.length, "width": parcel.width, "height": parcel.height}
    sizes = {name: whole_length_in(value, LengthUnit.CENTIMETRE) for name, value in measured.items() if value}
    return {"id": number, **({"grossWeight": parcel.weight} if parcel.weight else {}), **sizes}


def _package(parcel: Parcel) -> dict[str, Any]:
    measured = {"lengthInCm": parcel.length, "widthInCm": parcel.width, "heightInCm": parcel.height}
    sizes = {name: whole_length_in(value, LengthUnit.CENTIMETRE) for name, value in measured.items() if value}
    return {
        "correlationId": parcel.reference,
        "weightInKg": weight_in(parcel.weight, WeightUnit.KILOGRAM),
        **({"dimensions": sizes} if sizes else {}),
        **({"goodsDescription": parcel.description[:WIDTH]} if parcel.description else {}),
    }


def _party(whose: str, address: Address, reference: str) -> dict[str, Any]:
    if len(reference) > WIDTH:
        raise Rejected(f"The reference {reference} is longer than the {WIDTH} characters that Bring takes")
    first, second = wrap_lines(address, whose, "Bring", width=WIDTH)
    contact = {"name": address.name, "email": address.email, "phoneNumber": address.phone}
    return {
        "name": (address.company or address.name)[:WIDTH],
        "addressLine": first,
        **({"addressLine2": second} if second else {}),
        "postalCode": address.postal_code,
        "city": address.city[:WIDTH],
        "countryCode": address.country,
        "reference": reference,
        "contact": {name: value for name, value in contact.items() if value},
    }


def _service(name: str, recipient: Address) -> dict[str, str]:
    reached = {"email": recipient.email, "mobile": recipient.phone} if name in _NOTIFICATIONS else {}
    return {"id": name, **{key: value for key, value in reached.items() if value}}
