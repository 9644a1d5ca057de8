"""The shipping contract. Weights in grams, lengths in millimetres, countries in ISO 3166-1 alpha-2, on every side of it.

Its data is in delivery.py (what checkout asks) and parcels.py (what is sent and what became of it); measures.py,
addresses.py and labels.py turn it into a carrier's units, address lines and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from connectors.contracts.base import Category, Inbound, NotExecuted, Provider, operation
from connectors.contracts.common import WebhookEvent
from connectors.contracts.delivery import Cart as Cart
from connectors.contracts.delivery import CartLine as CartLine
from connectors.contracts.delivery import CheckoutSession as CheckoutSession
from connectors.contracts.delivery import DeliveryChoice as DeliveryChoice
from connectors.contracts.delivery import DeliveryType as DeliveryType
from connectors.contracts.delivery import PickupPoint as PickupPoint
from connectors.contracts.delivery import SessionCompletion as SessionCompletion
from connectors.contracts.delivery import ShippingOption as ShippingOption
from connectors.contracts.delivery import ShippingQuery as ShippingQuery
from connectors.contracts.parcels import PDF as PDF
from connectors.contracts.parcels import ZPL as ZPL
from connectors.contracts.parcels import Booked as Booked
from connectors.contracts.parcels import BookedParcel as BookedParcel
from connectors.contracts.parcels import Booking as Booking
from connectors.contracts.parcels import Label as Label
from connectors.contracts.parcels import Parcel as Parcel
from connectors.contracts.parcels import Registered as Registered
from connectors.contracts.parcels import TrackedBy as TrackedBy
from connectors.contracts.parcels import TrackingEvent as TrackingEvent
from connectors.contracts.parcels import TrackingQuota as TrackingQuota
from connectors.contracts.parcels import TrackingRegistration as TrackingRegistration
from connectors.contracts.parcels import TrackingState as TrackingState
from connectors.errors import NotSupported, ProviderError, Rejected


class CannotCancel(Rejected):
    """The carrier does not take this booking back: too late, or not from this country. The text says what to do instead."""


class CarrierProvider(Provider):
    """Contract of Category Shipping.

    `find_lag_s` is how many seconds after a try to book `find` may still not know a booking that was made.
    `tells_prices` is whether `options` come with the carrier's prices; where not, those of the shipping option are taken.
    `books_returns` is whether `book` takes returns; `most_parcels` how many parcels one booking may have.
    `label_formats` are the types of label it makes. `refuses_in_200` is whether a refused booking may come with status
    200: the contract suite then asks for one. `without_cancel` tells staff what to do about a booking that cannot be
    cancelled at the carrier.
    """

    category = Category.SHIPPING
    find_lag_s: ClassVar[float] = 0
    tells_prices: ClassVar[bool] = True
    books_returns: ClassVar[bool] = False
    most_parcels: ClassVar[int] = 99
    label_formats: ClassVar[tuple[str, ...]] = (PDF,)
    refuses_in_200: ClassVar[bool] = False
    without_cancel: ClassVar[str] = ""
    tracked_by: ClassVar[TrackedBy] = TrackedBy.CONSIGNMENT
    tracking_quota: ClassVar[TrackingQuota] = TrackingQuota()

    @operation
    def options(self, query: ShippingQuery) -> list[ShippingOption]:
        """Offers with price and delivery estimate; a product that is not available is left out."""
        raise _missing(self, "prices")

    @operation
    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        """At most `query.limit` pickup points near the recipient, nearest first."""
        raise _missing(self, "pickup points")

    @operation
    def open_session(self, query: ShippingQuery) -> CheckoutSession:
        """Open a delivery checkout, or go on with `query.session` as cart and address are now. Changes nothing that counts.

        A session that the vendor does not know any more, or that has lapsed, is replaced by a new one.
        """
        raise _missing(self, "a delivery checkout")

    @operation
    def read_session(self, session: str) -> CheckoutSession:
        """Read what is chosen, without changing it; no widget is needed. Raises Rejected for an unknown session."""
        raise _missing(self, "a delivery checkout")

    @operation
    def complete_session(self, completion: SessionCompletion) -> DeliveryChoice:
        """Tell that the order was placed; what was chosen comes back, with `order_id`."""
        raise _missing(self, "a delivery checkout")

    @operation
    def book(self, booking: Booking) -> Booked:
        """Book with the carrier. A refusal raises, also one inside an answer of status 200.

        A carrier whose documents lapse soon gives the label with it; see `label_or_none`.
        """
        raise _missing(self, "booking")

    @operation
    def fetch_label(self, booking: Booking) -> Label:
        """Fetch the label of a booked shipment, that of all parcels in one."""
        raise _missing(self, "labels")

    @operation
    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        """Tracking events of at most `tracking_quota.numbers_per_call` numbers (see `tracked_by`), oldest first. One
        shipment may have more parcels than that; the carrier is then asked as often as it takes.

        A number that the carrier does not know yet has no events.
        """
        raise _missing(self, "tracking")

    @operation
    def register_tracking(self, registration: TrackingRegistration) -> Registered:
        """Have the tracking of one shipment pushed. Doing it twice does no harm: events are kept once."""
        raise _missing(self, "pushed tracking")

    @operation
    def cancel(self, booking: Booking) -> Booked:
        """Cancel a booking at the carrier; one that is cancelled already is a success. Raises CannotCancel."""
        raise _missing(self, "cancelling")

    @operation
    def find(self, booking: Booking) -> Booked | None:
        """Look a booking up by our `reference`; None when the carrier knows none. Raises Unknown where it cannot tell."""
        raise _missing(self, "a look-up by reference")

    @operation
    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Read the events of a verified webhook; `data["tracking"]` holds TrackingEvents."""
        raise _missing(self, "webhooks")

    def label_or_none(self, booking: Booking) -> Label | None:
        """For `book`, once booked: the label, or None where it does not come now, for then the booking stands all the same
        and PrintShippingLabel asks again."""
        try:
            label: Label = self.fetch_label(booking)
        except ProviderError:
            return None
        return label

    def settle(self, operation: str, request: Any) -> Any:
        """See Provider.settle. A registration may be repeated; a session tells itself whether it is complete."""
        if operation == "register_tracking":
            return NotExecuted()
        if operation == "complete_session":
            session = self.read_session(request.session)
            return session.choice if session.is_complete and session.choice else NotExecuted()
        if operation != "book" or "find" not in self.operations():
            return None
        return self.find(request) or NotExecuted(proved_after_s=self.find_lag_s)


def _missing(provider: Provider, what: str) -> NotSupported:
    return NotSupported(f"{provider.label} does not offer {what}")
