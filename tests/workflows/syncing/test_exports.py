"""Ours goes to a shop: what changed since it was last sent, each item with an answer of its own."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from tenants.scoping import tenant_scope
from tests.factories.workflows import CustomerFactory, ProductFactory
from tests.faultserver import answer
from tests.sandbox.callers import until
from tests.workflows.syncing.conftest import Place, come_due, settle
from workflows.models import Customer, Product, ScheduledRun, SyncItem
from workflows.syncing.answers import keep_ids
from workflows.syncing.memory import Told

State = ScheduledRun.State


@pytest.fixture
def products(mall: Place) -> list[Product]:
    mine: dict[str, Any] = {"tenant": mall.tenant, "price": "100.00", "currency": "NOK"}
    found = [ProductFactory(sku=f"P{number}", name=f"Name {number}", **mine) for number in range(5)]
    settle(Product)
    return found


def touch(*skus: str, **values: Any) -> None:
    for product in Product.objects.filter(sku__in=skus):
        for name, value in values.items():
            setattr(product, name, value)
        product.save()
    settle(Product)


def test_all_go_first_then_only_what_says_something_else(mall: Place, products: list[Product]) -> None:
    mall.server.answers = {"P0": {"state": "unchanged", "id": "77"}}
    touch(
        "P0", properties={"Brand": "Devold", "Colour": "red", "Description": "Ours", "PrimaryStore": "OSLO"}
    )
    task = mall.task("ExportProducts")
    run = mall.run(task)
    assert (run.state, run.counts["sent"], run.total) == (State.SUCCEEDED, 5, 5), run.message
    first = next(item for item in mall.server.taken if item["sku"] == "P0")
    assert first["fields"] == {"vendor": "Devold", "colour": "red", "body": "Ours"}
    assert (first["name"], first["keep"], first["store"], first["price"]) == (
        "",
        ["colour"],
        "OSLO",
        "100.00",
    )
    assert len(mall.server.sent) == 5
    product = Product.objects.get(sku="P0")
    assert product.external_ids == {"Mall": "77"}
    touch("P0", "P1", unit="kg")
    touch("P2")
    run = mall.run(task)
    assert sorted(mall.server.sent) == ["P0", "P1"]
    assert (run.counts["sent"], run.counts["unchanged"]) == (2, 1)
    assert mall.run(task).counts == {}


def test_one_item_that_fails_stops_no_other_and_waits(mall: Place, products: list[Product]) -> None:
    mall.server.answers = {
        "P1": {"state": "failed", "message": "The title is taken"},
        "P2": {"state": "skipped", "message": "Belongs to another shop"},
    }
    task = mall.task("ExportProducts")
    run = mall.run(task)
    assert (run.counts["sent"], run.counts["failed"], run.counts["skipped"]) == (3, 1, 1)
    assert "P1: The title is taken" in run.message
    assert (mall.state("P1").reason, mall.state("P2").reason) == (
        "The title is taken",
        "Belongs to another shop",
    )
    mall.server.taken.clear()
    mall.run(task)
    assert mall.server.sent == []
    come_due()
    mall.server.answers = {}
    assert mall.run(task).counts == {"sent": 1}
    assert mall.server.sent == ["P1"]
    assert (mall.state("P1").state, mall.state("P1").tries, mall.state("P1").next_try_at) == (
        "synced",
        0,
        None,
    )


def test_a_batch_that_is_refused_is_halved_down_to_the_culprit(mall: Place, products: list[Product]) -> None:
    mall.server.refused = {"P1"}
    run = mall.run(mall.task("ExportProducts"))
    assert (run.state, run.counts["sent"], run.counts["failed"]) == (State.SUCCEEDED, 4, 1)
    assert sorted(mall.server.sent) == ["P0", "P2", "P3", "P4"]
    assert mall.state("P1").reason == "the batch holds what we do not take"


def test_a_full_compare_sends_differences_and_marks_what_was_deleted(
    mall: Place, products: list[Product]
) -> None:
    mall.run(mall.task("ExportProducts"))
    mall.server.taken.clear()
    products[4].delete()
    Product.objects.filter(sku="P1").update(unit="kg")  # without a word of when, as a script might
    full = mall.task("ExportProducts", "Nightly", Full=True)
    mall.server.failing = [answer(401, {"error": "the key is wrong"})]
    assert mall.run(full).state == State.FAILED
    run = mall.run(full)
    assert (run.state, mall.server.sent, run.counts["gone"]) == (State.SUCCEEDED, ["P1"], 1), run.message
    assert mall.state("P4").state == "gone"
    full.refresh_from_db()
    assert "full" not in full.cursor


def test_prices_of_a_list_and_customers_go_out(mall: Place, products: list[Product]) -> None:
    prices = {"B2B/": {"amount": "70.00", "currency": "NOK"}}
    touch("P1", properties={"PriceBefore": "120.00", "Prices": prices})
    touch("P2", properties={"PriceBefore": "dear"})
    run = mall.run(mall.task("ExportPrices"))
    assert (run.counts["sent"], run.counts["failed"]) == (4, 1)
    assert "P2: Its price cannot be read" in run.message
    assert next(item for item in mall.server.taken if item["sku"] == "P1")["before"] == "120.00"
    mall.server.taken.clear()
    mall.run(mall.task("ExportPrices", "B2B", PriceList="B2B"))
    assert [(item["sku"], item["price"], item["price_list"]) for item in mall.server.taken] == [
        ("P1", "70.00", "B2B")
    ]
    assert {row.part for row in SyncItem.objects.filter(kind="price", key="P1")} == {"", "B2B/"}
    mall.server.taken.clear()
    CustomerFactory(tenant=mall.tenant, number="C-1", properties={"Vat": "NO 1", "Consents": {"email": True}})
    settle(Customer)
    assert mall.run(mall.task("ExportCustomers")).counts["sent"] == 1
    assert (mall.server.taken[0]["fields"], mall.server.taken[0]["consents"]) == (
        {"vat_no": "NO 1"},
        {"email": True},
    )


def test_what_failed_for_one_list_is_not_given_up_by_the_task_of_another(
    mall: Place, products: list[Product]
) -> None:
    touch("P1", properties={"Prices": {"B2B/": {"amount": "70.00", "currency": "NOK"}}})
    own, b2b = mall.task("ExportPrices"), mall.task("ExportPrices", "B2B", PriceList="B2B")
    mall.run(own)
    mall.server.answers = {"P1": {"state": "failed", "message": "The list is closed"}}
    mall.run(b2b)
    mall.server.answers = {}
    come_due()
    mall.run(own)
    assert mall.state("P1", part="B2B/").next_try_at is not None
    mall.server.taken.clear()
    mall.run(b2b)
    assert [(item["sku"], item["price"]) for item in mall.server.taken] == [("P1", "70.00")]


def test_a_product_whose_price_cannot_be_read_holds_up_no_other(mall: Place, products: list[Product]) -> None:
    """As after an import that changed the currency alone."""
    touch("P1", price="100.50", currency="JPY")
    run = mall.run(mall.task("ExportProducts"))
    assert (run.state, run.counts["sent"], run.counts["failed"]) == (State.SUCCEEDED, 4, 1)
    assert "P1: Its price cannot be read" in run.message


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_two_exports_keep_the_ids_of_both(mall: Place, products: list[Product]) -> None:
    told = [Told(key="P0", item_id=products[0].pk, external_id="77")]

    def other() -> None:
        try:
            with tenant_scope(mall.tenant), transaction.atomic():
                keep_ids(Product, told, "Other")
        finally:
            connection.close()

    thread = Thread(target=other)
    with transaction.atomic():
        keep_ids(Product, told, "Mall")
        thread.start()
        until(_somebody_waits)
    thread.join()
    assert Product.objects.get(sku="P0").external_ids == {"Mall": "77", "Other": "77"}


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
