"""The EDI instruction that books a shipment. Weights in kilograms, lengths in centimetres; both may have decimals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.contracts.addresses import wrap_lines
from connectors.contracts.common import Address
from connectors.contracts.measures import LengthUnit, WeightUnit, length_in, weight_in
from connectors.contracts.shipping import PDF, Booking, Parcel, PickupPoint
from connectors.errors import Rejected
from connectors.providers.postnord.words import ISSUERS, TAKES_BACK

Json = dict[str, Any]

#: PostNord gives shipments and items their numbers where they are called so.
NEW = "0"
_CUSTOMER_NUMBER, _SERVICE_POINT = "160", "156"
#: The most characters of names, persons, address lines, cities and references, e-mail addresses.
_NAME, _PERSON, _LINE, _CITY, _EMAIL = 60, 50, 50, 35, 70


def instruction(
    booking: Booking, values: Any, *, is_test: bool, now: datetime, point: PickupPoint | None = None
) -> Json:
    """Books anew, or for a booking that has its numbers, tells of the same one. `point` is where it is picked up.

    Raises Rejected for what does not fit in.
    """
    moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "messageDate": moment,
        "messageFunction": "Instruction",
        "application": _application(values),
        "updateIndicator": "Original",
        "testIndicator": is_test,
        "shipment": [{**_shipment(booking, values, point), "dateAndTimes": {"loadingDate": moment}}],
    }


def deletion(booking: Booking, values: Any, **told: Any) -> Json:
    """The same instruction once more, to take it back."""
    return {**instruction(booking, values, **told), "updateIndicator": "Deletion"}


def why_kept(booking: Booking, country: str) -> str:
    """Why PostNord does not take a booking back, and what to do instead; "" where it may be asked to."""
    if country != TAKES_BACK or booking.is_return:
        return (
            "PostNord takes bookings back in Sweden only, and returns nowhere: throw the label away, or tell the customer "
            "not to use it"
        )
    known = len(booking.numbers) == len(booking.parcels)
    return "" if known else "the numbers of its parcels are not known: ask PostNord's customer service"


def paper(values: Any, made: str) -> dict[str, str]:
    """How a label is printed."""
    return {"paperSize": values.paper_size} if made == PDF else {"dpmm": "8dpmm"}


def _application(values: Any) -> Json:
    assigned = {"applicationId": values.application_id} if values.application_id else {}
    return {"name": "Crossdock", "version": "1.0", **assigned}


def _shipment(booking: Booking, values: Any, point: PickupPoint | None) -> Json:
    weight = sum(parcel.weight for parcel in booking.parcels)
    return {
        "shipmentIdentification": {"shipmentId": booking.consignment or NEW},
        "service": {
            "basicServiceCode": booking.product,
            "additionalServiceCode": list(booking.services),
        },
        "numberOfPackages": {"value": len(booking.parcels)},
        **({"totalGrossWeight": _weight(weight)} if weight else {}),
        "references": _references(booking),
        "parties": _parties(booking, values, point),
        "goodsItem": [_goods(booking)],
    }


def _references(booking: Booking) -> list[Json]:
    """Ours finds the booking again; the order's number is what people know."""
    kinds = {booking.reference: "CU", booking.order_number: "REF"}
    for reference in kinds:
        if len(reference) > _CITY:
            raise Rejected(
                f"The reference {reference} is longer than the {_CITY} characters that PostNord takes"
            )
    given = {**kinds, booking.reference: "CU"}
    return [{"referenceNo": text, "referenceType": kind} for text, kind in given.items() if text]


def _parties(booking: Booking, values: Any, point: PickupPoint | None) -> Json:
    """Whoever sends, the agreement is the merchant's."""
    sender = _party("sender", booking.sender)
    if values.customer_name and not booking.is_return:
        sender["nameIdentification"] = {"name": values.customer_name[:_NAME]}
    consignor = {
        "issuerCode": ISSUERS[values.country],
        "partyIdentification": {"partyId": values.customer_number, "partyIdType": _CUSTOMER_NUMBER},
        "party": sender,
    }
    parties = {"consignor": consignor, "consignee": {"party": _party("recipient", booking.recipient)}}
    if point is None:
        return parties
    place = _party("pickup point", point.address)
    party = {"nameIdentification": {"name": point.name[:_NAME]}, "address": place["address"]}
    identity = {"partyId": point.id, "partyIdType": _SERVICE_POINT}
    return {**parties, "deliveryParty": {"partyIdentification": identity, "party": party}}


def _party(whose: str, address: Address) -> Json:
    if not address.postal_code:
        raise Rejected(f"The {whose}'s address has no postal code, which PostNord needs: enter it")
    lines = wrap_lines(address, whose, "PostNord", width=_LINE)
    name, company = address.name.strip(), address.company.strip()
    contact = {
        "contactName": name[:_PERSON],
        "emailAddress": address.email if len(address.email) <= _EMAIL else "",
        "phoneNo": address.phone,
        "smsNo": address.phone,
    }
    return {
        "nameIdentification": {
            "name": (name or company)[:_NAME],
            **({"companyName": company[:_NAME]} if company else {}),
        },
        "address": {
            "streets": [line for line in lines if line],
            "postalCode": address.postal_code,
            "city": address.city[:_CITY],
            "countryCode": address.country,
        },
        "contact": {name: value for name, value in contact.items() if value},
    }


def _goods(booking: Booking) -> Json:
    what = ", ".join(dict.fromkeys(parcel.description for parcel in booking.parcels if parcel.description))
    numbers = booking.numbers or (NEW,) * len(booking.parcels)
    return {
        "packageTypeCode": "PC",
        **({"goodsDescription": what[:_CITY]} if what else {}),
        "items": [_item(parcel, number) for parcel, number in zip(booking.parcels, numbers, strict=False)],
    }


def _item(parcel: Parcel, number: str) -> Json:
    measured = {"length": parcel.length, "width": parcel.width, "height": parcel.height}
    sizes = {
        name: {"value": length_in(value, LengthUnit.CENTIMETRE), "unit": "CMT"}
        for name, value in measured.items()
        if value
    }
    return {
        "itemIdentification": {"itemId": number},
        **({"grossWeight": _weight(parcel.weight)} if parcel.weight else {}),
        **({"dimensions": sizes} if sizes else {}),
    }


def _weight(grams: int) -> Json:
    return {"value": weight_in(grams, WeightUnit.KILOGRAM), "unit": "KGM"}
