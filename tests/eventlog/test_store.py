import json
import threading
import uuid
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from django.db import connections

from eventlog.events import Category, EventData, Outcome
from eventlog.models import Event, EventPayload
from eventlog.store import record, record_many
from tenants.scoping import ScopeError, tenant_scope

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 3, 12, tzinfo=UTC)
FULL = {
    "request_id": "req_1",
    "category": Category.CONNECTOR,
    "message": "Captured 199.00 NOK",
    "outcome": Outcome.SUCCESS,
    "at": AT,
    "connector_id": 7,
    "connector_name": "Stripe",
    "connector_category": "payment",
    "provider": "stripe",
    "operation": "capture",
    "order_id": 8,
    "order_number": "N-8",
    "run_id": 9,
    "step_run_id": 10,
    "step": "CapturePayments",
    "effect_id": uuid.uuid4(),
    "duration_ms": 120,
    "actor": "anna",
    "market": "NOR",
    "store": "S1",
    "method": "POST",
    "url": "https://api.stripe.com/v1/x",
    "status_code": 200,
    "request": {"headers": {"A": "b"}, "body": {"amount": 19900}},
    "response": {"body": {"id": "ch_1"}},
    "details": {"attempt": 1},
}


def only(tenant):
    with tenant_scope(tenant):
        return Event.objects.select_related("payload").get()


def test_every_field_is_kept(ours):
    record_many([EventData(tenant_id=ours.pk, **FULL)])
    event = only(ours)
    kept = {name: getattr(event, name) for name in FULL if name not in ("request", "response")}
    assert kept == {name: value for name, value in FULL.items() if name not in ("request", "response")}
    assert (event.payload.request, event.payload.response) == (FULL["request"], FULL["response"])
    assert set(FULL) | {"tenant_id"} == {field.name for field in fields(EventData)}


def test_many_events_take_three_statements_at_most(ours, theirs, django_assert_max_num_queries):
    events = [EventData(tenant_id=t.pk, **FULL) for t in (ours, theirs) for _ in range(10)]
    with django_assert_max_num_queries(3):
        record_many(events)
    with tenant_scope(theirs):
        assert Event.objects.count() == EventPayload.objects.count() == 10


def test_an_event_without_a_call_has_no_payload(ours, django_assert_num_queries):
    with django_assert_num_queries(1):
        record_many([EventData(tenant_id=ours.pk, category=Category.COMMENT, message="hello")])
    with tenant_scope(ours):
        assert not EventPayload.objects.exists()
    assert only(ours).outcome == "info"


def test_no_events_cost_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        record_many([])


def test_record_takes_the_tenant_in_scope_and_fails_without(ours):
    with tenant_scope(ours):
        record(Category.CREATED, "Order placed", order_number="N-1")
    assert (only(ours).tenant, only(ours).order_number) == (ours, "N-1")
    with pytest.raises(ScopeError):
        record(Category.CREATED, "nobody's")


def test_a_thread_names_its_tenant(ours):
    record("Comment", "from a thread", tenant_id=ours.pk)
    assert only(ours).category == Category.COMMENT


def test_an_unknown_field_or_category_is_an_error(ours):
    with pytest.raises(TypeError):
        record(Category.CREATED, "x", tenant_id=ours.pk, colour="red")
    with pytest.raises(ValueError, match="Weather"):
        record("Weather", "x", tenant_id=ours.pk)


def test_record_redacts_by_name_and_shape(ours):
    record(
        Category.ERROR,
        "failed with password=hunter2secret",
        tenant_id=ours.pk,
        url="https://u:p@host/x?token=abc&order=1",
        request={"headers": {"Authorization": "Bearer abcdefgh"}},
        response={"card": {"number": "4111111111111111"}},
        details={"api_key": "xyz"},
    )
    event = only(ours)
    assert event.message == "failed with password=[redacted]"
    assert event.url == "https://[redacted]@host/x?token=[redacted]&order=1"
    assert event.payload.request == {"headers": {"Authorization": "[redacted]"}}
    assert event.payload.response == {"card": {"number": "[redacted]"}}
    assert event.details == {"api_key": "[redacted]"}


@pytest.mark.parametrize(
    "nasty",
    [
        "nul \x00 inside",
        "lone \ud800 surrogate",
        "\udc00",
        "a" * 5000,
        "pair \U0001f600 fine",
        "\\ud83d\ude00",
        "\\\ud83d\\ude00",
        "\U0001f600\ude00 \ud83d",
        "\\u0000 written out",
    ],
)
def test_what_a_broken_answer_holds_is_stored_all_the_same(ours, nasty):
    record_many(
        [
            EventData(
                tenant_id=ours.pk,
                category=Category.CONNECTOR,
                message=nasty,
                connector_name=nasty,
                order_number=nasty,
                url=nasty,
                response={nasty: [nasty, {"x": nasty}]},
                details={"text": nasty},
            )
        ]
    )
    event = only(ours)
    assert len(event.connector_name) <= 200
    assert json.dumps(event.payload.response)


def test_an_answer_that_only_a_shallower_stack_can_read_is_stored_all_the_same(ours):
    nested = []
    for _ in range(5000):
        nested = [nested]
    record_many(
        [
            EventData(
                tenant_id=ours.pk,
                category=Category.CONNECTOR,
                message="x",
                response={"status": 200, "body": nested},
            )
        ]
    )
    assert only(ours).payload.response == {"status": 200, "body": "[nested too deeply to be stored]"}


def test_a_written_emoji_survives(ours):
    record_many(
        [EventData(tenant_id=ours.pk, category=Category.COMMENT, message="😀", details={"x": "😀\\u0000"})]
    )
    assert (only(ours).message, only(ours).details["x"][0]) == ("😀", "😀")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_json_does_not_know_are_stored_as_text(ours, number):
    record_many(
        [EventData(tenant_id=ours.pk, category=Category.COMMENT, message="x", details={"n": [number, 1.5]})]
    )
    assert only(ours).details == {"n": [str(number), 1.5]}


def test_a_status_or_duration_out_of_range_does_not_lose_the_event(ours):
    record_many(
        [
            EventData(
                tenant_id=ours.pk,
                category=Category.COMMENT,
                message="x",
                status_code=99999,
                duration_ms=2**40,
            )
        ]
    )
    assert only(ours).message == "x"


@pytest.mark.django_db(transaction=True)
def test_threads_record_at_the_same_time():
    from tests.factories.tenants import TenantFactory

    tenant = TenantFactory()

    def work():
        record_many([EventData(tenant_id=tenant.pk, **FULL) for _ in range(20)])
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_scope(tenant):
        assert EventPayload.objects.count() == 100
