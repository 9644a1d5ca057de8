"""Booking: what is asked is checked as ShipIT does. There is no idempotency key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.sandbox.gls import labels
from connectors.sandbox.gls.errors import ShipitError
from connectors.sandbox.gls.parcels import Parcel
from connectors.sandbox.gls.shops import is_shop

Json = dict[str, Any]

PRODUCTS = ("PARCEL", "EXPRESS", "FREIGHT", "PHARMA", "PHARMAPLUS")
EU = frozenset("AT BE CZ DE DK EE ES FI FR HU IE IT LT LU LV NL PL PT SE SI SK".split())  # noqa: SIM905 - a list of words
SERVED = EU | {"NO", "CH", "GB"}
_ADDRESS = ("Name1", "Street", "City", "CountryCode")
_WIDTH = 40
#: The heaviest parcel, in kilograms.
_HEAVIEST = 40


def check(asked: Json) -> None:
    """Raises ShipitError for the first thing that is wrong."""
    if not isinstance(asked, dict) or "Shipment" not in asked:
        raise ShipitError("COMMON", "The request has no Shipment")
    for code, text in _problems(asked["Shipment"], asked.get("PrintingOptions")):
        raise ShipitError(code, text)


def created(parcels: list[Parcel], printing: Json) -> Json:
    """The answer of a booking and of a reprint."""
    wanted = printing["ReturnLabels"]
    return {
        "CreatedShipment": {
            "ShipmentReference": parcels[0].references,
            "ParcelData": [_parcel(parcel) for parcel in parcels],
            "PrintData": [{"Data": labels.printed(parcels, wanted), "LabelFormat": wanted["LabelFormat"]}],
            "CustomerID": "2080014711",
            "PickupLocation": "DK2080",
        }
    }


def _problems(shipment: Json, printing: Any) -> Iterator[tuple[str, str]]:
    labels_wanted = (printing or {}).get("ReturnLabels") or {}
    if not labels_wanted.get("LabelFormat") or not labels_wanted.get("TemplateSet"):
        yield "COMMON", "PrintingOptions have no ReturnLabels with LabelFormat and TemplateSet"
    if shipment.get("Product") not in PRODUCTS:
        yield "ARTICLES_PRODUCT_MUST_BE_SET", f"There is no product {shipment.get('Product')}"
    if not (shipment.get("Shipper") or {}).get("ContactID"):
        yield "SHIPPER_CONTACT", "The Shipper has no ContactID"
    if any(len(text) > _WIDTH for text in shipment.get("ShipmentReference") or []):
        yield "COMMON", f"A ShipmentReference is longer than {_WIDTH} characters"
    yield from _address_problems((shipment.get("Consignee") or {}).get("Address") or {})
    yield from _unit_problems(shipment.get("ShipmentUnit") or [])
    for service in shipment.get("Service") or []:
        shop = service.get("ShopDelivery")
        if shop and not is_shop(str(shop.get("ParcelShopID"))):
            yield "SHOP_DELIVERY_VALID_SHOP", f"There is no parcel shop {shop.get('ParcelShopID')}"


def _address_problems(address: Json) -> Iterator[tuple[str, str]]:
    for name in _ADDRESS:
        if not address.get(name):
            yield "COMMON", f"{name} of the Consignee is missing"
        elif len(address[name]) > _WIDTH:
            yield "COMMON", f"{name} of the Consignee is longer than {_WIDTH} characters"
    if not address.get("ZIPCode"):
        yield "ADDRESS_VALID_ZIPCODE", "The Consignee has no valid postal code"
    if address.get("CountryCode") not in SERVED:
        yield "SHIPMENT_VALID_ROUTING", f"There is no route to {address.get('CountryCode')}"


def _unit_problems(units: list[Json]) -> Iterator[tuple[str, str]]:
    if not units:
        yield "COMMON", "There is no ShipmentUnit"
    for unit in units:
        if not 0 < float(unit.get("Weight") or 0) <= _HEAVIEST:
            yield "ARTICLES_PRODUCT_WEIGHT", "A parcel is too light or too heavy for this product"


def _parcel(parcel: Parcel) -> Json:
    return {
        "TrackID": parcel.track_id,
        "ParcelNumber": parcel.number,
        "ShipmentUnitReference": parcel.asked.get("ShipmentUnitReference") or [],
        "Barcodes": {"Primary2D": f"A{parcel.number}", "Secondary2D": f"B{parcel.track_id}"},
        "RoutingInfo": {
            "Tour": "4711",
            "InboundSortingFlag": "0",
            "FinalLocationCode": "DK2080",
            "HubLocation": "DKH",
            "LastRoutingDate": parcel.booked_at.isoformat(timespec="seconds"),
        },
    }
