"""ShipIT's services. Most have a name and nothing else; some say more, and some need what no shipping option can tell."""

from __future__ import annotations

from decimal import ROUND_UP
from typing import Any

from connectors.contracts.shipping import Booking
from connectors.errors import Rejected

_LIABILITY = "addonliability"
_DEPOSIT = "deposit"
#: Services that need data of each order that the hub does not have.
_NEEDS_MORE = frozenset(
    {
        "cash",
        "deliveryatwork",
        "exchange",
        "exworks",
        "hazardousgoods",
        "ident",
        "identpin",
        "intercompany",
        "limitedquantities",
        "pickandreturn",
        "pickandship",
    }
)
#: Services that follow from the shipment: a pickup point, a return.
_FOLLOW = frozenset({"shopdelivery", "shopreturn"})


def shipment_services(booking: Booking) -> list[dict[str, Any]]:
    """Those of the whole shipment. Raises Rejected for a service that cannot be booked from here."""
    named = [_service(*_split(service)) for service in booking.services]
    found = [service for service in named if service]
    if booking.pickup_point:
        found.append({"ShopDelivery": _named("shopdelivery", ParcelShopID=booking.pickup_point)})
    if booking.is_return:
        found.append({"ShopReturn": _named("shopreturn", NumberOfLabels=1)})
    return found


def unit_services(booking: Booking) -> list[dict[str, Any]]:
    """Those of each parcel: the value of the goods is shared among the parcels, and insured to the last unit of money."""
    if not any(_split(service)[0] == _LIABILITY for service in booking.services):
        return []
    if booking.value is None:
        raise Rejected(
            "GLS's service AddonLiability needs the value of the goods, which this shipment does not have"
        )
    share = booking.value.amount / len(booking.parcels)
    amount = share.quantize(booking.value.amount, rounding=ROUND_UP)
    return [{"AddonLiability": _named(_LIABILITY, Amount=amount, Currency=booking.value.currency)}]


def _service(name: str, detail: str) -> dict[str, Any] | None:
    if name in _FOLLOW or name == _LIABILITY:
        return None
    if name in _NEEDS_MORE:
        raise Rejected(
            f"GLS's service {name} needs data that an option cannot hold: take it out of its services"
        )
    if name != _DEPOSIT:
        return {"Service": _named(name)}
    if not detail:
        raise Rejected('Say where GLS may leave the parcel: write the service as "Deposit=Carport"')
    return {"Deposit": _named(_DEPOSIT, PlaceOfDeposit=detail)}


def _split(service: str) -> tuple[str, str]:
    """Name and detail: "FlexDelivery", "service_flexdelivery" and "Deposit=Carport" are all understood."""
    name, _, detail = service.partition("=")
    return name.strip().lower().removeprefix("service_"), detail.strip()


def _named(name: str, **details: Any) -> dict[str, Any]:
    return {"ServiceName": f"service_{name}", **details}
