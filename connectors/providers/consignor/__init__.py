"""nShift Ship (Consignor), Shipment Server. Reference: what its published clients send and read, read on 2026-11-26.

One address takes every command as a form with actor, key, command and JSON texts. Errors come in answers of status 200.
Booking has no idempotency key; GetShipment finds a shipment by its order number, which is our reference. Its own test
server stands apart.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connectors.auth import NoAuth
from connectors.contracts.base import Answer, NotExecuted
from connectors.contracts.shipping import (
    PDF,
    ZPL,
    Booked,
    Booking,
    CannotCancel,
    CarrierProvider,
    Label,
    PickupPoint,
    ShippingQuery,
    TrackedBy,
    TrackingEvent,
)
from connectors.errors import ProviderError, Rejected, Unknown
from connectors.providers.consignor import answers, words
from connectors.providers.consignor.answers import Json
from connectors.providers.consignor.bodies import drop_point_data, number, shipment_data
from connectors.providers.consignor.failures import is_unknown, kind_of, refusal, texts_in, told
from connectors.schema import Secret, Settings, Text

_MODULE = "/ShipmentServerModule.dll"


class ConsignorSettings(Settings):
    merchant_id = Text("Merchant ID", column="merchant_id", help="The number of the actor, such as 63.")
    api_token = Secret("API Token", column="bearer_token", help="The actor's key.")


class Consignor(CarrierProvider):
    slug, label, names = "consignor", "nShift Ship (Consignor)", ("Consignor",)
    aliases = ("nShift Ship",)
    hosts = {"live": "https://www.shipmentserver.com/ship", "test": "https://sstest.consignor.com/ship"}
    settings = ConsignorSettings
    auth = NoAuth()
    encoding = "form"
    check = ("POST", _MODULE)
    states = words.STATES
    find_lag_s = 120
    tells_prices = False
    books_returns, refuses_in_200 = True, True
    label_formats = (PDF, ZPL)
    tracked_by = TrackedBy.REFERENCE
    guide = words.GUIDE

    def test_connection(self) -> Any:
        """Asks for the products of the actor."""
        return self._ask("GetProducts", None)

    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        return answers.pickup_points(self._ask("GetDropPoints", drop_point_data(query)), query.limit)

    def book(self, booking: Booking) -> Booked:
        data = shipment_data(booking, self.values.merchant_id)
        body = self._do("SubmitShipment", data, {"Labels": answers.LABELS[booking.label_format]})
        booked = answers.booked(body, booking)
        label = answers.enclosed_label(body, booking.label_format)
        return replace(booked, label=label, tracking_url=self._tracking_url(booked.label_url))

    def fetch_label(self, booking: Booking) -> Label:
        asked = {"ShpCSID": self._id_of(booking)}
        kind = booking.label_format
        return answers.label(self._ask("ReprintLabels", asked, {"Labels": answers.LABELS[kind]}), kind)

    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        told = [
            event for own in dict.fromkeys(numbers) for event in answers.events(self._shipments(own), own)
        ]
        return sorted(told, key=lambda event: event.occurred_at)

    def cancel(self, booking: Booking) -> Booked:
        try:
            self._do("DeleteShipment", {"ShpCSID": self._id_of(booking)})
        except Rejected as error:
            if not self._is_gone(booking):
                text = words.NOT_TAKEN_BACK.format(error.message)
                raise CannotCancel(text, status=error.status) from error
        return Booked(consignment=booking.consignment)

    def find(self, booking: Booking) -> Booked | None:
        """A deleted shipment is no booking."""
        own = {answers.required(item, "ShpCSID"): item for item in self._standing(booking.reference)}
        if len(own) > 1:
            raise Unknown(
                f"nShift Ship has several shipments with the order number {booking.reference}: {', '.join(own)}. Check "
                "there, then decide here."
            )
        return next((answers.booked(item, booking) for item in own.values()), None)

    def settle(self, operation: str, request: Any) -> Any:
        """A shipment that was deleted is not there any more."""
        if operation == "cancel":
            gone = self._is_gone(request)
            return Booked(consignment=request.consignment) if gone else NotExecuted()
        return super().settle(operation, request)

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        return super().classify(answer, writes) or refusal(answer, writes)

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        texts, _ = texts_in(answer)
        by_status = super().kind_of(code, answer, writes)
        return kind_of(texts, writes) if texts and by_status is Rejected else by_status

    def read_error(self, answer: Answer) -> tuple[str, str]:
        texts, _ = texts_in(answer)
        return "", told(texts) if texts else ""

    def _id_of(self, booking: Booking) -> int:
        """Shipment Server's own id, by which it was booked; looked up where it was lost."""
        if booking.label_url:
            return number(booking.label_url, "The shipment's id")
        found = self._standing(booking.reference)
        if not found:
            raise Rejected(f"nShift Ship knows no shipment with the order number {booking.reference}")
        return number(answers.required(found[0], "ShpCSID"), "The shipment's id")

    def _is_gone(self, booking: Booking) -> bool:
        standing = {str(item.get("ShpCSID")) for item in self._standing(booking.reference)}
        return booking.label_url not in standing if booking.label_url else not standing

    def _standing(self, reference: str) -> list[Json]:
        return [item for item in self._shipments(reference) if not answers.is_deleted(item)]

    def _shipments(self, reference: str) -> list[Json]:
        try:
            return answers.shipments(self._ask("GetShipment", {"OrderNo": reference}), reference)
        except Rejected as error:
            if not is_unknown(error):
                raise
            return []

    def _tracking_url(self, shipment: str) -> str:
        """ "" where it does not come now, for the booking stands all the same."""
        try:
            asked = {"ShpCSID": number(shipment, "The shipment's id")}
            return answers.tracking_url(self._ask("GetTrackingURL", asked))
        except ProviderError:
            return ""

    def _ask(self, command: str, data: Any, options: Any = None) -> Any:
        return self.call("POST", self._module, self._form(command, data, options), write=False)

    def _do(self, command: str, data: Any, options: Any = None) -> Any:
        return self.call("POST", self._module, self._form(command, data, options), write=True)

    @property
    def _module(self) -> str:
        """ "" where the Host names it already, as nShift's own papers do."""
        return "" if str(self.config.host).endswith(".dll") else _MODULE

    def _form(self, command: str, data: Any, options: Any) -> dict[str, Any]:
        texts = {"data": data, "Options": options}
        given = {name: _text(value) for name, value in texts.items() if value is not None}
        return {
            "actor": self.values.merchant_id,
            "key": self.values.api_token,
            "command": command,
            **given,
        }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
