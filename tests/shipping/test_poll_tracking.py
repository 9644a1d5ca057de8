"""The scheduled look at where parcels are, against the carrier of these tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Effect
from shipping.models import Shipment
from tests.shipping.house import House
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.slice import work_off
from workflows.schedules.ticker import run_now

pytestmark = pytest.mark.thorough


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


class TestPushedTracking:
    @pytest.fixture
    def sent(self, house: House) -> list[Shipment]:
        """Four that the carrier pushes and that were asked for just now; what is in force lasts for another week."""
        house.carrier("caravan", "Caravan")
        sent = booked(house, "S-1", "S-2", "S-3", "S-4")
        now = timezone.now()
        Shipment.objects.update(push_id="push-0", pushed_until=now + timedelta(days=7), polled_at=now)
        return sent

    def test_what_lapses_soon_or_has_lapsed_is_renewed_once(self, house: House, sent: list[Shipment]) -> None:
        soon, lapsed, arrived, _ = sent
        now = timezone.now()
        lapses(soon, now + timedelta(days=2))
        lapses(lapsed, now - timedelta(days=1), polled_at=now - timedelta(minutes=5))
        lapses(arrived, now + timedelta(days=1), tracking_state="delivered")
        run = poll(house, sent)
        assert (run.state, run.counts) == ("succeeded", {"renewed": 2}), run.message
        assert house.depot.pushes == [
            {"q": shipment.consignment, "renews": "push-0"} for shipment in (lapsed, soon)
        ]
        kept = {shipment.pk: shipment for shipment in Shipment.objects.all()}
        assert (kept[lapsed.pk].push_id, kept[soon.pk].push_id) == ("push-1", "push-2")
        assert kept[soon.pk].pushed_until == house.depot.pushed_until
        assert kept[arrived.pk].push_id == "push-0"
        assert poll(house, sent).counts == {}
        effects = Effect.objects.filter(operation="register_tracking")
        assert list(effects.values_list("state", flat=True)) == ["succeeded"] * 2

    @pytest.mark.thorough
    def test_a_carrier_with_short_registrations_is_asked_once_a_day(
        self, house: House, sent: list[Shipment]
    ) -> None:
        lapses(sent[0], timezone.now())
        house.depot.pushed_until = timezone.now() + timedelta(hours=36)
        assert poll(house, sent).counts == {"renewed": 1}
        assert poll(house, sent).counts == {}
        Effect.objects.update(modified_at=timezone.now() - timedelta(hours=25))
        assert poll(house, sent).counts == {"renewed": 1}

    def test_what_is_not_renewed_is_asked_for(self, house: House, sent: list[Shipment]) -> None:
        lapses(sent[0], timezone.now() + timedelta(days=2))
        house.depot.refuses_pushes = True
        Shipment.objects.update(polled_at=timezone.now() - timedelta(hours=1))
        run = poll(house, sent)
        assert (run.state, run.counts["asked"], run.counts["not renewed"]) == ("succeeded", 1, 1)
        assert "of order S-1: its pushed tracking was not renewed" in run.message
        assert Shipment.objects.get(pk=sent[0].pk).push_id == ""
        assert len(house.depot.pushes) == 1
        Shipment.objects.update(polled_at=timezone.now() - timedelta(hours=1))
        assert poll(house, sent).counts["asked"] == 1
        Shipment.objects.update(polled_at=timezone.now() - timedelta(days=1))
        assert "takes no more questions" in poll(house, sent).message


def lapses(shipment: Shipment, at: datetime, **changes: Any) -> None:
    Shipment.objects.filter(pk=shipment.pk).update(pushed_until=at, **changes)
