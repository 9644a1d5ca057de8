"""What each command of Shipment Server does."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.consignor.shipments import DELETED, TRANSMITTED, Shipment
from connectors.sandbox.core import paper

if TYPE_CHECKING:
    from connectors.sandbox.consignor.api import Consignor, Form

Json = dict[str, Any]
Command = Callable[["Consignor", "Form"], Json]

#: Products with the most grams of one parcel.
PRODUCTS = {1032: 35_000, 1033: 35_000, 1199: 20_000}
_RECEIVER, _SENDER = 1, 2
_PLACES = ("Corner shop", "Station kiosk", "Market hall")


class Refused(Exception):
    """What Shipment Server has against it, in its texts."""

    def __init__(self, *texts: str) -> None:
        super().__init__(*texts)
        self.texts = texts


def get_products(server: Consignor, form: Form) -> Json:
    products = [{"ProdConceptID": number, "ProdName": f"Product {number}"} for number in PRODUCTS]
    subcarriers = [{"SubcarrierConceptID": 11, "SubcarrierName": "Sandbox", "Products": products}]
    return {"Carriers": [{"CarrierConceptID": 1, "CarrierName": "Sandbox", "Subcarriers": subcarriers}]}


def get_drop_points(server: Consignor, form: Form) -> Json:
    receiver = _address(form.data, _RECEIVER)
    code = receiver.get("PostCode")
    if not code or form.data.get("ProdConceptID") not in PRODUCTS:
        raise Refused("No drop points for this product and post code")
    points = [
        {
            "OriginalID": f"{code}{place}",
            "Name1": f"{name} {code}",
            "Street1": f"Main Street {place}",
            "PostCode": code,
            "City": "SANDVIK",
            "CountryCode": receiver.get("CountryCode"),
            "Latitude": 59.9 + place / 100,
            "Longitude": 10.7 + place / 100,
            "Distance": place / 2,
        }
        for place, name in enumerate(_PLACES, start=1)
    ]
    return {"DropPoints": points}


def submit_shipment(server: Consignor, form: Form) -> Json:
    """Nothing keeps the same shipment from being made twice; the ledger notices."""
    problems = _problems(form)
    if problems:
        raise Refused(*problems)
    shipment = server.shipments.add(form.data)
    server.ledger.record(
        vendor=server.slug,
        operation="book",
        identity=f"book {shipment.reference or shipment.id}",
        reference=shipment.reference,
        object=str(shipment.id),
        account=form.actor,
    )
    return {**shipment.told(), **_labels(shipment, form)}


def reprint_labels(server: Consignor, form: Form) -> Json:
    return _labels(_found(server, form), form)


def get_shipment(server: Consignor, form: Form) -> Json:
    if "ShpCSID" in form.data:
        return _found(server, form).told()
    wanted = str(form.data.get("OrderNo") or "")
    found = [item.told() for item in server.shipments if item.reference == wanted and not item.is_deleted]
    return {"Shipments": found if server.shown else []}


def get_tracking_url(server: Consignor, form: Form) -> Json:
    return {"TrackingURL": f"https://track.sandbox.example/{_found(server, form).number}"}


def delete_shipment(server: Consignor, form: Form) -> Json:
    shipment = _found(server, form)
    if TRANSMITTED in shipment.kinds:
        raise Refused("The shipment has been transmitted and cannot be deleted")
    shipment.happen(DELETED)
    server.ledger.record(
        vendor=server.slug,
        operation="cancel",
        identity=f"cancel {shipment.id}",
        reference=shipment.reference,
        object=str(shipment.id),
        account=form.actor,
    )
    return {"ShpCSID": shipment.id}


COMMANDS: dict[str, Command] = {
    "GetProducts": get_products,
    "GetDropPoints": get_drop_points,
    "SubmitShipment": submit_shipment,
    "ReprintLabels": reprint_labels,
    "GetShipment": get_shipment,
    "GetTrackingURL": get_tracking_url,
    "DeleteShipment": delete_shipment,
}


def _found(server: Consignor, form: Form) -> Shipment:
    shipment = server.shipments.get(form.data.get("ShpCSID"))
    if shipment is None:
        raise Refused("Shipment not found")
    return shipment


def _problems(form: Form) -> list[str]:
    data, product = form.data, form.data.get("ProdConceptID")
    found = [] if str(data.get("ActorCSID")) == form.actor else ["ActorCSID is not the actor"]
    if product not in PRODUCTS:
        found.append(f"Product {product} is not available")
    for kind, name in ((_SENDER, "sender"), (_RECEIVER, "receiver")):
        address = _address(data, kind)
        missing = [part for part in ("Name1", "PostCode", "City", "CountryCode") if not address.get(part)]
        found += [f"{part} of the {name} is missing" for part in missing]
    lines = data.get("Lines") or []
    if not lines or not all(line.get("Pkgs") for line in lines):
        found.append("There is no package")
    most = PRODUCTS.get(product, 35_000) if isinstance(product, int) else 35_000
    if any(line.get("PkgWeight", 0) > most for line in lines):
        found.append(f"A package is heavier than {most} g")
    return found


def _address(data: Json, kind: int) -> Json:
    found: Json = next((item for item in data.get("Addresses") or [] if item.get("Kind") == kind), {})
    return found


def _labels(shipment: Shipment, form: Form) -> Json:
    wanted = str(form.options.get("Labels") or "none")
    pages = [paper.Page(_lines(shipment, parcel), parcel) for parcel in shipment.parcels]
    if wanted == "PDF":
        files = [paper.pdf(f"Label {shipment.number}", pages)]
    else:
        files = [paper.zpl([page]) for page in pages] if wanted == "ZPL" else []
    return {"Labels": [{"Content": base64.b64encode(file).decode(), "Type": 1} for file in files]}


def _lines(shipment: Shipment, parcel: str) -> list[str]:
    receiver = _address(shipment.asked, _RECEIVER)
    return [
        receiver["Name1"],
        receiver.get("Street1", ""),
        f"{receiver['CountryCode']}-{receiver['PostCode']} {receiver['City']}",
        f"Product {shipment.asked['ProdConceptID']}",
        f"Shipment {shipment.number}",
        f"Package {parcel}",
    ]
