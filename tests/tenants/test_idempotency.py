import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, connections

from tenants.models import IdempotencyRecord, Market
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.tenants import TenantFactory
from tests.tenants.test_api import Caller

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.tenants.urls")]
NOR = {"code": "NOR", "name": "Norway"}
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def caller(ours):
    return Caller(ours)


def create(caller, body=NOR, key="key-1", url="/t/markets/"):
    return caller.post(url, body, **{"Idempotency-Key": key})


def count():
    with platform_scope("a test"):
        return Market.objects.count()


def records():
    with platform_scope("a test"):
        return list(IdempotencyRecord.objects.all())


def test_the_same_request_again_gets_the_first_answer_and_has_no_effect(caller):
    first, again = create(caller), create(caller)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Content-Type"] == first["Content-Type"]
    assert (again.get("Idempotent-Replayed"), first.get("Idempotent-Replayed")) == ("true", None)
    assert count() == 1


def test_without_a_key_each_request_counts(caller):
    assert caller.post("/t/markets/", NOR).status_code == 201
    assert caller.post("/t/markets/", NOR).status_code == 409
    assert records() == []


def test_another_body_or_address_under_the_same_key_is_refused(caller):
    create(caller)
    other = create(caller, {**NOR, "code": "SWE"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:crossdock:problem:idempotency-mismatch")
    assert create(caller, url="/t/markets/?x=1").status_code == 422
    assert count() == 1


def test_keys_of_different_callers_and_tenants_are_different(caller, ours, theirs):
    create(caller)
    assert create(Caller(theirs)).status_code == 201
    assert create(Caller(ours)).status_code == 409
    assert count() == 2


def test_a_refusal_by_state_is_repeated(caller):
    caller.post("/t/markets/", NOR)
    assert create(caller).status_code == 409
    with platform_scope("a test"):
        Market.objects.all().delete()
    assert create(caller).status_code == 409


@pytest.mark.parametrize("wrong", [{"code": "NOR"}, b'{"code":'])
def test_a_request_with_errors_frees_its_key(caller, wrong):
    assert create(caller, wrong).status_code == 400
    assert create(caller).status_code == 201


def test_a_bug_frees_the_key(caller):
    assert create(caller, url="/t/fail/bug/").status_code == 500
    assert records() == []


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "ctrl\x7f"])
def test_an_unusable_key_is_refused(caller, key):
    answer = create(caller, key=key)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert count() == 0


def test_after_24_hours_the_key_is_new(caller):
    with time_machine.travel(NOW, tick=False):
        create(caller)
    with time_machine.travel(NOW + timedelta(hours=23, minutes=59), tick=False):
        assert create(caller)["Idempotent-Replayed"] == "true"
    with time_machine.travel(NOW + timedelta(hours=24, seconds=1), tick=False):
        assert create(caller, {"code": "SWE", "name": "x"}).status_code == 201
        assert create(caller, {"code": "SWE", "name": "x"})["Idempotent-Replayed"] == "true"


def in_flight(caller, since):
    """As a process leaves it that died in the middle of the request."""
    with time_machine.travel(since, tick=False):
        create(caller)
    with platform_scope("a test"):
        IdempotencyRecord.objects.update(state="in_flight")
        Market.objects.all().delete()


def test_while_the_first_is_running_the_second_is_told_to_wait(caller):
    in_flight(caller, NOW)
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        assert create(caller).json()["type"] == "urn:crossdock:problem:idempotency-in-flight"
    assert count() == 0


def test_a_request_whose_process_died_can_be_sent_again(caller):
    in_flight(caller, NOW)
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert create(caller, {**NOR, "name": "x"}).status_code == 422
        assert create(caller).status_code == 201
        assert create(caller)["Idempotent-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_of_parallel_requests_with_one_key_exactly_one_has_an_effect():
    caller = Caller(TenantFactory())
    answers, start = [], threading.Barrier(20)

    def call():
        start.wait()
        answers.append(create(caller))
        connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    fresh = [a for a in answers if a.status_code == 201 and "Idempotent-Replayed" not in a]
    assert len(fresh) == 1
    assert count() == 1


def test_records_belong_to_the_tenant(caller, ours, theirs):
    create(caller)
    with tenant_scope(ours):
        assert IdempotencyRecord.objects.count() == 1
    with tenant_scope(theirs):
        assert IdempotencyRecord.objects.count() == 0


def test_the_key_is_claimed_before_the_handler_runs(caller):
    """Two statements before the handler's own: a look-up of the key, and the claim."""
    seen = []

    def watch(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            seen.append(sql.split('"')[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        create(caller)
    assert seen.index("tenants_idempotencyrecord") < seen.index("tenants_market")
