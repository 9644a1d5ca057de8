"""Empty: ship without a carrier's system. Numbers are our own, labels are drawn by the hub, nobody is asked.

For own vans, couriers that are booked by telephone, and carriers that no implementation exists for. A number follows
from our reference alone, so that booking the same shipment again gives the same one.
"""

from __future__ import annotations

from typing import Any

from connectors.contracts.shipping import Booked, BookedParcel, Booking, CarrierProvider
from connectors.errors import Rejected

#: Of our reference, which is random: as many characters as a barcode of usual width holds.
DIGITS = 12


class Empty(CarrierProvider):
    slug, label, names = "empty", "Empty", ("Empty",)
    aliases = ("EmptyShipping",)
    local = True
    guide = """
Needs no account and no address: leave Merchant ID, API Token and Base URL empty. CompleteShipment gives each shipment and
parcel a number of our own, PrintShippingLabel draws the labels. There is no tracking.
"""

    def book(self, booking: Booking) -> Booked:
        if not booking.parcels:
            raise Rejected("A shipment needs a parcel; add one with its weight")
        number = booking.reference[:DIGITS].upper()
        parcels = (
            BookedParcel(reference=item.reference, number=f"{number}-{item.reference}")
            for item in booking.parcels
        )
        return Booked(consignment=number, parcels=tuple(parcels))

    def cancel(self, booking: Booking) -> Booked:
        return Booked(consignment=booking.consignment)

    def settle(self, operation: str, request: Any) -> Any:
        """Nothing was executed anywhere else, so doing it again is finding it out."""
        return getattr(self, operation)(request)
