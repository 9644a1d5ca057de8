import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from eventlog import retention
from eventlog.models import Event, EventPayload
from tenants.models import ApiKey, IdempotencyRecord
from tenants.scoping import platform_scope
from tests.factories.events import record_event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=True):
        yield


def old(tenant, days, **values):
    return record_event(tenant, at=NOW - timedelta(days=days), request={"body": "x"}, **values)


def prune(**options):
    out = io.StringIO()
    call_command("prune_events", stdout=out, **options)
    return out.getvalue()


def left():
    with platform_scope("a test"):
        return (
            set(Event.objects.values_list("message", flat=True)),
            set(EventPayload.objects.values_list("event__message", flat=True)),
        )


def test_payloads_go_before_events(ours, theirs):
    for tenant in (ours, theirs):
        for days in (1, 29, 31, 394, 396):
            old(tenant, days, message=f"{tenant.pk}/{days}")
    assert prune() == "2 events, 6 payloads and 0 stored API answers deleted\n"
    events, payloads = left()
    assert events == {f"{tenant.pk}/{days}" for tenant in (ours, theirs) for days in (1, 29, 31, 394)}
    assert payloads == {f"{tenant.pk}/{days}" for tenant in (ours, theirs) for days in (1, 29)}


def test_the_times_come_from_options_or_settings(ours, settings):
    for days in (2, 4, 6):
        old(ours, days, message=str(days))
    prune(days=5, payload_days=3)
    assert left() == ({"2", "4"}, {"2"})
    settings.CROSSDOCK_EVENT_DAYS, settings.CROSSDOCK_EVENT_PAYLOAD_DAYS = 3, 1
    prune()
    assert left() == ({"2"}, set())


def test_more_than_a_batch_goes_in_batches(ours, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(10):
        old(ours, 400, message=f"old {number}")
    old(ours, 1, message="young")
    prune()
    assert left() == ({"young"}, {"young"})


def test_an_event_dated_in_the_future_does_not_shield_older_ones_behind_it(ours, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    old(ours, -400, message="future")
    for number in range(5):
        old(ours, 400, message=f"old {number}")
    prune()
    assert left()[0] == {"future"}


def test_it_stops_in_time_and_the_next_run_goes_on(ours, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(6):
        old(ours, 400, message=f"old {number}")
    prune(seconds=0)
    assert len(left()[0]) == 4
    prune()
    assert left()[0] == set()


def test_answers_that_are_no_longer_repeated_go_too(ours):
    key, _ = ApiKey.issue(ours, "x", ["*"])
    for hours in (23, 25):
        record = {"tenant": ours, "api_key": key, "key": str(hours), "body_hash": "x"}
        IdempotencyRecord.objects.create(**record, created_at=NOW - timedelta(hours=hours))
    assert "1 stored API answers" in prune()
    with platform_scope("a test"):
        assert IdempotencyRecord.objects.get().key == "23"
