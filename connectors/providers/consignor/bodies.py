"""What Shipment Server is asked: grams and millimetres, a line for each parcel."""

from __future__ import annotations

from typing import Any

from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Parcel, ShippingQuery
from connectors.errors import Misconfigured
from connectors.providers.consignor.words import AddressKind, ReferenceKind

_NORMAL = 1


def shipment_data(booking: Booking, actor: str) -> dict[str, Any]:
    """OrderNo is our reference, by which Shipment Server finds the shipment again."""
    addresses = [
        address_data(booking.sender, AddressKind.SENDER),
        address_data(booking.recipient, AddressKind.RECEIVER),
    ]
    if booking.pickup_point:
        addresses.append(_drop_point(booking))
    services = [number(name, "Service") for name in booking.services]
    return {
        "Kind": _NORMAL,
        "ActorCSID": number(actor, "Merchant ID"),
        "ProdConceptID": number(booking.product, "Product"),
        "OrderNo": booking.reference,
        "Addresses": addresses,
        "References": [
            {"Kind": int(ReferenceKind.SENDER), "Value": booking.reference},
            {"Kind": int(ReferenceKind.RECEIVER), "Value": booking.order_number},
        ],
        **({"Services": services} if services else {}),
        "Lines": [_line(parcel, place) for place, parcel in enumerate(booking.parcels, start=1)],
    }


def drop_point_data(query: ShippingQuery) -> dict[str, Any]:
    if not query.products:
        raise Misconfigured("Name the ProdConceptID of nShift Ship, such as 1032, as Product of the options")
    services = [number(name, "Service") for name in query.services]
    return {
        "Kind": _NORMAL,
        "ProdConceptID": number(query.products[0], "Product"),
        **({"Services": services} if services else {}),
        "Addresses": [address_data(query.recipient, AddressKind.RECEIVER)],
    }


def address_data(address: Address, kind: AddressKind) -> dict[str, Any]:
    given = {
        "Name1": address.company or address.name,
        "Attention": address.name if address.company else "",
        "Street1": address.line1,
        "Street2": address.line2,
        "PostCode": address.postal_code,
        "City": address.city,
        "CountryCode": address.country,
        "Phone": address.phone,
        "Mobile": address.phone,
        "Email": address.email,
    }
    return {"Kind": int(kind), **{name: value for name, value in given.items() if value}}


def number(text: str, what: str) -> int:
    if not text.strip().isdecimal():
        raise Misconfigured(f"{what} of nShift Ship has to be a number, such as 1032, and not {text[:40]!r}")
    return int(text)


def _drop_point(booking: Booking) -> dict[str, Any]:
    """The carrier knows its own point by the number; country and post code are the recipient's."""
    return {
        "Kind": int(AddressKind.DROP_POINT),
        "CustNo": booking.pickup_point,
        "PostCode": booking.recipient.postal_code,
        "CountryCode": booking.recipient.country,
    }


def _line(parcel: Parcel, place: int) -> dict[str, Any]:
    measured = {"Length": parcel.length, "Width": parcel.width, "Height": parcel.height}
    contents = [{"Kind": int(ReferenceKind.CONTENTS), "Value": parcel.description}]
    return {
        "PkgWeight": parcel.weight,
        **{name: value for name, value in measured.items() if value},
        **({"References": contents} if parcel.description else {}),
        "Pkgs": [{"ItemNo": place}],
    }
