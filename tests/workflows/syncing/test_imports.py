"""What a shop has becomes ours: page by page, by the rules of the Field Mapping, and what fails stops nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.contracts.catalog import ProductRecord
from tests.factories.connectors import publish_connector
from tests.factories.workflows import CustomerFactory, ProductFactory
from tests.faultserver import answer
from tests.workflows.syncing.conftest import Place, come_due
from workflows.models import Customer, Product, ScheduledRun, SyncItem
from workflows.syncing.fields_in import REFUSED, FieldsIn

State = ScheduledRun.State


def item(sku: str, **values: Any) -> dict[str, Any]:
    return {"sku": sku, "external_id": f"id-{sku}", "name": f"Name {sku}", "price": "100.00", **values}


def test_products_are_made_changed_and_left_alone(mall: Place) -> None:
    mall.server.lists["products"] = [
        item("A", brand="Devold", gtin="709", weight_g="450", active=True, tax_rate="25", images=["https://a.example/1"]),
        item("B"),
        item("C", fields={"colour": "red", "vendor": "Norrona", "product_title": "Title C"}),
    ]  # fmt: skip
    task = mall.task("ImportProducts")
    run = mall.run(task)
    assert (run.state, run.counts["new"], run.total) == (State.SUCCEEDED, 3, 3), run.message
    a, c = Product.objects.get(sku="A"), Product.objects.get(sku="C")
    assert (a.name, a.price, a.currency, a.tax_rate) == ("Name A", Decimal("100"), "NOK", Decimal(25))
    assert a.properties == {
        "Brand": "Devold",
        "Gtin": "709",
        "WeightGrams": "450",
        "Images": ["https://a.example/1"],
    }
    assert a.external_ids == {"Mall": "id-A"}
    assert (c.name, c.properties) == ("Title C", {"Colour": "red", "Brand": "Norrona"})
    row = mall.state("A")
    assert (row.state, row.item_id, row.external_id) == ("synced", a.pk, "id-A")
    before = SyncItem.objects.get(key="B").seen_at
    mall.server.lists["products"] += [item("B"), item("A", price="90.00")]
    run = mall.run(task)
    assert (run.counts["unchanged"], run.counts["updated"]) == (1, 1)
    assert mall.server.cursors == ["", "2", "3"]
    assert mall.state("B").seen_at == before
    assert Product.objects.get(sku="A").price == 90


def test_the_rule_of_each_field_holds(mall: Place) -> None:
    """If empty fills, Never keeps, and what is not told overwrites nothing."""
    mine = {"name": "Ours", "properties": {"Description": "Ours", "Brand": "Old", "Colour": "blue"}}
    ProductFactory(tenant=mall.tenant, sku="A", price=None, currency="", **mine)
    told = {"vendor": "New", "product_title": "Theirs", "body": "Theirs", "colour": ""}
    mall.server.lists["products"] = [
        {"sku": "A", "description": "Theirs", "fields": told},
        {"sku": "NEW", "description": "Theirs", "fields": {"body": "Theirs"}},
    ]
    mall.run(mall.task("ImportProducts"))
    product = Product.objects.get(sku="A")
    assert product.name == "Ours"
    assert product.properties == {"Description": "Ours", "Brand": "New", "Colour": "blue"}
    assert Product.objects.get(sku="NEW").properties == {}


def test_what_cannot_be_taken_is_kept_and_tried_again(mall: Place) -> None:
    """An import reads each change once, so that a failure has to be remembered here."""
    mall.server.lists["prices"] = [
        {"sku": "LATER", "price": "10.00"},
        {"sku": "A", "price": "80.00", "includes_tax": False, "before": "100.00"},
        {"sku": "A", "price": "70.00", "price_list": "B2B"},
        {"sku": "A", "price": "1.00", "price_list": "SALE", "valid_from": (timezone.now() + timedelta(days=1)).isoformat()},
    ]  # fmt: skip
    ProductFactory(tenant=mall.tenant, sku="A", tax_rate=25)
    task = mall.task("ImportPrices")
    run = mall.run(task)
    assert (run.state, run.counts["failed"], run.counts["updated"], run.counts["skipped"]) == (
        State.SUCCEEDED,
        1,
        2,
        1,
    )
    assert "LATER: There is no such product here" in run.message
    product = Product.objects.get(sku="A")
    assert (product.price, product.properties["PriceBefore"]) == (Decimal("100"), "125.00")
    assert product.properties["Prices"] == {"B2B/": {"amount": "70.00", "currency": "NOK"}}
    row = mall.state("LATER")
    assert row.next_try_at and row.failed_at and row.next_try_at > row.failed_at
    assert "tried again" not in mall.run(task).counts
    come_due(key="LATER")
    assert mall.run(task).counts["mended"] == 0
    assert mall.state("LATER").tries == 2
    ProductFactory(tenant=mall.tenant, sku="LATER", price=None, currency="")
    come_due()
    assert mall.run(task).counts["mended"] == 1
    assert Product.objects.get(sku="LATER").price == 10
    assert (mall.state("LATER").state, mall.state("LATER").document) == ("synced", None)


def test_a_full_compare_finds_what_is_gone_and_leaves_the_cursor_right(mall: Place) -> None:
    """Broken off in the middle it goes on there; what a run of changes brings in meanwhile is not gone."""
    mall.server.lists["products"] = [item(sku) for sku in "ABCD"]
    mall.run(mall.task("ImportProducts"))
    Product.objects.filter(sku="C").update(name="")
    mall.server.lists["products"] = [item(sku) for sku in "ACDE"]
    full = mall.task("ImportProducts", "Nightly", Full=True, DeactivateGone=True)
    mall.server.failing = [None, answer(401, {"error": "the key is wrong"})]
    mall.server.requests.clear()
    assert mall.run(full).state == State.FAILED
    assert not SyncItem.objects.filter(state="gone").exists()
    run = mall.run(full)
    assert (run.state, run.counts["gone"], run.counts["switched off"]) == (State.SUCCEEDED, 1, 1), run.message
    assert mall.server.cursors == ["", "2", "2"]
    assert mall.state("B").reason == "Mall has it no more"
    assert set(Product.objects.filter(is_active=False).values_list("sku", flat=True)) == {"B"}
    assert Product.objects.get(sku="C").name == "Name C"
    full.refresh_from_db()
    assert full.cursor == "4"
    mall.server.lists["products"] = []
    assert "found nothing at all" in mall.run(full).message
    assert SyncItem.objects.filter(state="gone").count() == 1


def test_a_page_costs_the_same_statements_for_any_number_of_products(mall: Place) -> None:
    spent = []
    for skus in ("A", "BCDEFGH"):
        mall.server.lists["products"], mall.server.page_size = [item(sku) for sku in skus], 10
        task = mall.task("ImportProducts", f"Of {skus}")
        with CaptureQueriesContext(connection) as made:
            mall.run(task)
        spent.append(len([item for item in made if "SAVEPOINT" not in item["sql"]]))
    assert spent[0] == spent[1]


def test_customers_are_found_by_id_number_and_address(mall: Place) -> None:
    by_number = CustomerFactory(tenant=mall.tenant, number="C-1", email="old@buyer.example")
    by_email = CustomerFactory(tenant=mall.tenant, number="C-2", email="Kari@Buyer.example")
    mall.server.lists["customers"] = [
        {"external_id": "1", "number": "C-1", "email": "new@buyer.example", "consents": {"email": True, "sms": None}},
        {"external_id": "2", "email": "kari@buyer.example", "fields": {"vat_no": "NO 1"}},
        {"external_id": "3", "email": "ola@buyer.example", "first_name": "Ola"},
        {"external_id": "4", "email": "no address"},
    ]  # fmt: skip
    task = mall.task("ImportCustomers")
    run = mall.run(task)
    assert (run.counts["updated"], run.counts["new"], run.counts["failed"]) == (2, 1, 1), run.message
    by_number.refresh_from_db()
    by_email.refresh_from_db()
    assert (by_number.email, by_number.properties["Consents"]) == ("new@buyer.example", {"email": True})
    assert by_email.properties == {"Vat": "NO 1"}
    mall.server.lists["customers"] += [
        {"external_id": "3", "email": "ola.hansen@buyer.example"},
        {"external_id": "1", "number": "C-1", "deleted": True},
    ]
    run = mall.run(task)
    assert (run.counts["updated"], run.counts["gone"]) == (1, 1)
    assert Customer.objects.get(first_name="Ola").email == "ola.hansen@buyer.example"
    assert mall.state("1").state == "gone"
    assert Customer.objects.count() == 3


@pytest.mark.pg
def test_a_price_begins_by_the_databases_clock(mall: Place) -> None:
    """By a clock that is behind, what is due would be put off to a time that has come, again and again."""
    ProductFactory(tenant=mall.tenant, sku="A", tax_rate=25)
    begun = (timezone.now() - timedelta(seconds=5)).isoformat()
    mall.server.lists["prices"] = [{"sku": "A", "price": "80.00", "valid_from": begun}]
    with time_machine.travel(timezone.now() - timedelta(minutes=10)):
        run = mall.run(mall.task("ImportPrices"))
    assert (run.state, run.counts) == (State.SUCCEEDED, {"read": 1, "updated": 1})


@pytest.mark.parametrize("currency", ["XXX", "JPY"])
def test_a_currency_without_its_price_is_refused_where_the_price_does_not_fit(
    mall: Place, currency: str
) -> None:
    """Saved, the product could be shown and exported by nobody any more."""
    connector = publish_connector(
        mall.tenant,
        "mall",
        connector_id="other",
        host=mall.server.url,
        field_mapping={"Currency": "valuta"},
    )
    fields = FieldsIn(connector)
    product = ProductFactory(tenant=mall.tenant, sku="A", price=Decimal("100.50"), currency="NOK")
    with pytest.raises(REFUSED):
        fields.apply(product, ProductRecord(sku="A", fields={"valuta": currency}))
    assert fields.apply(product, ProductRecord(sku="A", fields={"valuta": "SEK"}))
