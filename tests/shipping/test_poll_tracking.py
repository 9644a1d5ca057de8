"""The scheduled look at where parcels are, against the carrier of these tests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shipping.models import Shipment
from tests.shipping.house import House
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.slice import work_off
from workflows.schedules.ticker import run_now


def booked(house: House, *numbers: str) -> list[Shipment]:
    for number in numbers:
        house.ships(house.order(number, shipments=[{"shipping_option": "home"}]))
    return list(Shipment.objects.order_by("pk"))


def poll(house: House, shipments: list[Shipment], **properties: int) -> ScheduledRun:
    task, _ = ScheduledTask.objects.get_or_create(
        name="Parcels",
        type="PollTracking",
        cron="*/30 * * * *",
        connector=shipments[0].connector,
        defaults={"properties": properties},
    )
    run = run_now(task)
    work_off(10)
    run.refresh_from_db()
    return run


@pytest.fixture
def parcels(house: House) -> list[Shipment]:
    house.carrier()
    return booked(house, "S-1", "S-2", "S-3")


def test_parcels_under_way_are_asked_for_one_by_one(house: House, parcels: list[Shipment]) -> None:
    run = poll(house, parcels)
    assert (run.state, run.counts["asked"]) == ("succeeded", 3), run.message
    assert run.counts["news"] == sum(shipment.tracking.count() for shipment in parcels)
    assert ScheduledTask.objects.get().cursor == ""
    assert poll(house, parcels).counts == {}
    Shipment.objects.update(polled_at=timezone.now() - timedelta(minutes=29))
    assert poll(house, parcels).counts["news"] == 0


def test_what_has_arrived_or_is_old_is_left_alone(house: House, parcels: list[Shipment]) -> None:
    first, second, _ = parcels
    Shipment.objects.filter(pk=first.pk).update(tracking_state="delivered")
    Shipment.objects.filter(pk=second.pk).update(booked_at=timezone.now() - timedelta(days=31))
    assert poll(house, parcels).counts["asked"] == 1


def test_a_parcel_that_the_carrier_does_not_know_keeps_nobody_waiting(
    house: House, parcels: list[Shipment]
) -> None:
    house.depot.lost.add(parcels[0].consignment)
    run = poll(house, parcels)
    assert (run.state, run.counts["asked"], run.counts["failed"]) == ("succeeded", 3, 1)
    assert "of order S-1" in run.message


def test_parcels_are_asked_for_together_and_no_more_than_the_day_allows(house: House) -> None:
    house.carrier("caravan", "Caravan")
    sent = booked(house, "S-1", "S-2", "S-3", "S-4")
    asked = house.depot.asked.total()
    run = poll(house, sent)
    assert (run.state, run.counts["asked"], house.depot.asked.total() - asked) == ("succeeded", 4, 2), (
        run.message
    )
    Shipment.objects.update(polled_at=None, tracking_state="")
    assert "Caravan takes no more questions about tracking today" in poll(house, sent).message
