"""What each call of GLS's APIs does. `account` is the key of the app that calls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response, json_response
from connectors.sandbox.gls import booking, shops, tracking
from connectors.sandbox.gls.errors import ShipitError, fault, not_found
from connectors.sandbox.gls.parcels import Parcel

if TYPE_CHECKING:
    from connectors.sandbox.gls.api import Gls

routes = Router()
_RS = "/shipit-farm/v1/backend/rs"
_TT = "/track-and-trace-v1/tracking"
_MOST_IDS = 10
_SERVICES = ("flexdelivery", "shopdelivery", "shopreturn", "addonliability", "deposit", "addresseeonly")


@routes.route("POST", f"{_RS}/shipments")
def book(gls: Gls, asked: Any, account: str) -> Any:
    """Nothing keeps the same booking from being made twice; the ledger notices."""
    booking.check(asked)
    parcels = gls.parcels.add(asked["Shipment"])
    answer = booking.created(parcels, asked["PrintingOptions"])
    reference = next(iter(parcels[0].references), "")
    gls.ledger.record(
        vendor=gls.slug,
        operation="book",
        identity=f"book {reference or parcels[0].track_id}",
        reference=reference,
        object=parcels[0].track_id,
        account=account,
    )
    return answer


@routes.route("POST", f"{_RS}/shipments/reprintparcel")
def reprint(gls: Gls, asked: Any, account: str) -> Any:
    return booking.created([_parcel(gls, str(asked.get("TrackID")))], asked["PrintingOptions"])


@routes.route("POST", f"{_RS}/shipments/cancel/{{track_id}}")
def cancel(gls: Gls, asked: Any, account: str, track_id: str) -> Any:
    parcel = _parcel(gls, track_id)
    if parcel.status not in {"PREADVICE", "CANCELED"}:
        return {"TrackID": track_id, "Result": "SCANNED"}
    if parcel.status != "CANCELED":
        parcel.happen("CANCELED")
    return {"TrackID": track_id, "Result": "CANCELLED"}


@routes.route("POST", f"{_RS}/shipments/allowedservices")
def allowed_services(gls: Gls, asked: Any, account: str) -> Any:
    """Express is for the country itself, the other products are for everywhere that GLS goes."""
    ends = [str((asked.get(end) or {}).get("CountryCode")) for end in ("Source", "Destination")]
    if not asked.get("ContactID"):
        raise ShipitError("SHIPPER_CONTACT", "There is no such ContactID")
    if not set(ends) <= booking.SERVED:
        return {"AllowedServices": []}
    products = [name for name in ("PARCEL", "EXPRESS") if name == "PARCEL" or ends[0] == ends[1]]
    named = [{"ServiceName": f"service_{name}"} for name in _SERVICES]
    return {"AllowedServices": [*[{"ProductName": name} for name in products], *named]}


@routes.route("POST", f"{_RS}/parcelshop/address")
def parcel_shops(gls: Gls, asked: Any, account: str) -> Any:
    country, place = str(asked.get("CountryCode")), str(asked.get("ZIPCode") or "")
    if country not in booking.SERVED or not place:
        raise not_found("parcel shop near that address")
    return {"ParcelShop": shops.near(country, place, int(asked.get("MaxNumberOfShops") or _MOST_IDS))}


@routes.route("POST", f"{_RS}/tracking/parcels")
def find(gls: Gls, asked: Any, account: str) -> Any:
    """By reference, within the dates given."""
    start, end = (datetime.fromisoformat(asked[name]) for name in ("DateFrom", "DateTo"))
    reference = asked.get("ShipmentReference")
    found = [
        parcel
        for parcel in gls.parcels
        if reference in parcel.references and start <= parcel.booked_at <= end
    ]
    return {"UnitItems": [_unit(parcel) for parcel in found]}


@routes.route("GET", f"{_TT}/simple/references/{{references}}")
def track(gls: Gls, asked: Any, account: str, references: str) -> Any:
    wanted = [unquote(text) for text in references.split(",")]
    if len(wanted) > _MOST_IDS:
        problem = {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "Limit size exceeded",
        }
        return json_response(problem, 400)
    return _counted(gls) or {
        "parcels": [item for text in wanted for item in tracking.told(text, gls.parcels.named(text))]
    }


@routes.route("GET", f"{_TT}/events/codes")
def event_codes(gls: Gls, asked: Any, account: str) -> Any:
    return _counted(gls) or tracking.codes()


def _counted(gls: Gls) -> Response | None:
    """The gateway's answer once the day's calls are used up."""
    if gls.calls_left <= 0:
        return fault(429, "Rate limit quota violation", "policies.ratelimit.QuotaViolation")
    gls.calls_left -= 1
    return None


def _parcel(gls: Gls, track_id: str) -> Parcel:
    found = gls.parcels.of(track_id)
    if found is None:
        raise not_found(f"parcel {track_id}")
    return found


def _unit(parcel: Parcel) -> dict[str, Any]:
    return {
        "TrackID": parcel.track_id,
        "ParcelNumber": parcel.number,
        "ShipmentReference": parcel.references,
        "ShipmentUnitReference": parcel.asked.get("ShipmentUnitReference") or [],
        "InitialDate": parcel.booked_at.isoformat(timespec="seconds"),
        "Status": parcel.status,
    }
