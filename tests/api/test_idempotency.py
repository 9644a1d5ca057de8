"""What a request with an Idempotency-Key has done is not done again, also where its answer was lost on the way."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from tenants.models import IdempotencyRecord
from tenants.scoping import platform_scope, tenant_scope
from workflows.models import Order

KEYED = {"Idempotency-Key": "k-1"}


@pytest.fixture
def body(shop):
    given = shop.order_data()
    given.pop("number", None)
    return {**given, "lines": [{"sku": line["sku"], "quantity": "1"} for line in given["lines"]]}


def numbers(shop):
    with tenant_scope(shop.tenant):
        return list(Order.objects.values_list("number", flat=True))


def lose_the_answer(**ago):
    """As a process leaves the record that died between the order's commit and the answer."""
    with platform_scope("a test"):
        record = IdempotencyRecord.objects.get()
        IdempotencyRecord.objects.update(
            state="in_flight", response_body="", created_at=record.created_at - timedelta(**ago)
        )


def test_an_order_without_a_number_is_placed_once_though_the_process_died(shop, api, body):
    first = api.send("orders/", body, **KEYED)
    assert first.status_code == 201, first.json()
    lose_the_answer(minutes=6)
    again = api.send("orders/", body, **KEYED)
    assert (again.status_code, again.json()) == (201, first.json())
    assert numbers(shop) == [first.json()["number"]]
    assert api.send("orders/", body, **KEYED)["Idempotent-Replayed"] == "true"


def test_an_order_without_a_number_is_placed_once_though_its_answer_broke(shop, api, body):
    def away(execute, sql, *rest):
        if sql.startswith("SELECT") and "workflows_ordererror" in sql:
            raise OperationalError("the database is away")
        return execute(sql, *rest)

    api.raise_request_exception = False
    with connection.execute_wrapper(away):
        assert api.send("orders/", body, **KEYED).status_code == 500
    placed = numbers(shop)
    assert len(placed) == 1
    assert api.send("orders/", body, **KEYED).json()["number"] == placed[0]
    assert numbers(shop) == placed


def test_after_a_day_the_key_is_another_order_s(shop, api, body):
    api.send("orders/", body, **KEYED)
    lose_the_answer(hours=25)
    assert api.send("orders/", body, **KEYED).status_code == 201
    assert len(numbers(shop)) == 2


def test_a_late_request_does_not_answer_for_the_one_that_took_its_key_over(shop, api, body):
    """It was taken for dead, and ends after all."""

    def overtake(execute, sql, *rest):
        if sql.startswith("INSERT") and '"workflows_order"' in sql:
            lose_the_answer(minutes=-1)
        return execute(sql, *rest)

    with connection.execute_wrapper(overtake):
        assert api.send("orders/", body, **KEYED).status_code == 201
    with platform_scope("a test"):
        assert IdempotencyRecord.objects.get().state == "in_flight"


def test_an_answer_that_holds_a_secret_is_repeated_and_not_stored_in_clear(api):
    wanted = {"name": "Shop", "url": "https://shop.example/events"}
    first = api.send("event-subscriptions/", wanted, **KEYED)
    with platform_scope("a test"):
        assert first.json()["secret"] not in IdempotencyRecord.objects.get().response_body
    again = api.send("event-subscriptions/", wanted, **KEYED)
    assert (again["Idempotent-Replayed"], again.content) == ("true", first.content)
    assert "no-store" in again["Cache-Control"]
