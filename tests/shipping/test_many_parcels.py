"""Shipments of more parcels than a carrier's tracking takes in one question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from connectors.contracts.shipping import TrackedBy, TrackingQuota
from connectors.runtime import runtime
from shipping import polling
from tests.shipping.carrier import Caravan
from tests.shipping.house import House, the_shipment
from tests.shipping.test_tracking import S, told


@pytest.fixture
def convoy(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Caravan, whose tracking takes two parcels in a question and five questions a day."""
    monkeypatch.setattr(Caravan, "tracked_by", TrackedBy.PARCEL)
    monkeypatch.setattr(Caravan, "tracking_quota", TrackingQuota(numbers_per_call=2, calls_per_day=5))
    answer = Caravan.track
    monkeypatch.setattr(
        Caravan,
        "track",
        lambda self, numbers: [event for event in answer(self, numbers) if event.number in numbers],
    )
    house.carrier("caravan", "Caravan")
    return house


def test_every_parcel_of_a_large_shipment_is_asked_for(convoy: House) -> None:
    parcels = [{"weight": 900}] * 3
    order = convoy.order(shipments=[{"shipping_option": "home", "packages": parcels}])
    convoy.ships(order)
    shipment = the_shipment(order)
    numbers = {package.number for package in shipment.packages.all()}
    connector = runtime(convoy.tenant.pk).connectors[shipment.connector_id]
    batch = polling.next_batch(connector, timezone.now())
    assert batch is not None
    assert set(batch.numbers) == numbers
    assert polling.left_today(connector) == 3
    news = [
        replace(told(S.DELIVERED, 1), id=number, parcel=number, number=number) for number in batch.numbers
    ]
    polling.record(batch.shipments, news)
    assert the_shipment(order).tracking_state == "delivered"


def test_the_step_asks_for_every_parcel_too(convoy: House) -> None:
    parcels = [{"weight": 900}] * 3
    order = convoy.order(shipments=[{"shipping_option": "home", "packages": parcels}])
    convoy.ships(order)
    convoy.depot.events = [
        {"id": f"e{number}", "parcel": number, "state": "there", "at": "2026-11-25T10:00:00+00:00"}
        for number in the_shipment(order).packages.values_list("number", flat=True)
    ]
    assert convoy.ships(order, "Sent") == "success: Shipment 1 (home): Delivered"
