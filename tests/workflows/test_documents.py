from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.contracts.common import Address, Customer
from tenants.money import Money
from tenants.scoping import tenant_scope
from tests.factories.tenants import MarketGroupFactory, StoreFactory
from tests.factories.workflows import CustomerFactory, make_shop
from workflows import documents
from workflows.documents import draft_document, order_documents, register_section
from workflows.orders import create_order, read_new_order


@pytest.fixture
def sections(monkeypatch):
    documents.discover()
    monkeypatch.setattr(documents, "_sections", {})


def test_a_document_says_what_the_order_says(shop, sections):
    StoreFactory(tenant=shop.tenant, code="OSLO1")
    shop.market.groups.set(MarketGroupFactory(tenant=shop.tenant, code=code) for code in ("NORDIC", "EEA"))
    CustomerFactory(tenant=shop.tenant, number="C-1", email="a@buyer.example", external_ids={"crm": "9"})
    order = create_order(
        shop.order_data(
            number="WEB-1",
            store="OSLO1",
            customer={"number": "C-1", "first_name": "Ola"},
            tags=["web"],
            external_ids={"shop": "17"},
            properties={"gift": True},
            shipping_total="49.00",
            lines=[
                {"sku": "A", "quantity": "2", "unit_price": "100.00", "discount": "10.00", "tax_rate": "25"}
            ],
        )
    )
    document = order_documents([order.pk])[order.pk]
    assert (document.number, document.status, document.market, document.store) == (
        "WEB-1",
        "New",
        "NOR",
        "OSLO1",
    )
    assert document.market_groups == ("EEA", "NORDIC")
    assert document.customer == Customer(
        number="C-1",
        email="a@buyer.example",
        first_name="Ola",
        last_name="Nordmann",
        external_ids={"crm": "9"},
    )
    assert document.billing == Address(
        name="Kari Nordmann", line1="Storgata 1", postal_code="0155", city="Oslo", country="NO"
    )
    (line,) = document.lines
    assert (line.quantity, line.unit_price, line.discount) == (
        Decimal(2),
        Money.of("100.00", "NOK"),
        Money.of("10", "NOK"),
    )
    assert (document.total, document.shipping_total) == (Money.of("239.00", "NOK"), Money.of("49.00", "NOK"))
    assert (document.tags, document.external_ids, document.properties) == (
        ("web",),
        {"shop": "17"},
        {"gift": True},
    )
    assert document.sections == {}


def test_sections_of_other_apps_come_along(shop, sections):
    first, second = create_order(shop.order_data()), create_order(shop.order_data())
    asked = []

    def load(order_ids):
        asked.append(list(order_ids))
        return {first.pk: ["paid"]}

    register_section("payments", load)
    found = order_documents([first.pk, second.pk])
    assert (found[first.pk].sections, found[second.pk].sections) == ({"payments": ["paid"]}, {})
    assert [sorted(ids) for ids in asked] == [[first.pk, second.pk]]
    with pytest.raises(ValueError, match="payments"):
        register_section("payments", lambda order_ids: {})


def test_a_hundred_documents_cost_as_many_statements_as_one(shop, sections, django_assert_num_queries):
    orders = [create_order(shop.order_data(), run_workflow=False) for _ in range(100)]
    for some in (orders[:1], orders):
        with django_assert_num_queries(3):
            found = order_documents([order.pk for order in some])
        assert {len(document.lines) for document in found.values()} == {3}


def test_orders_of_other_tenants_are_missing(shop):
    order = create_order(shop.order_data())
    with tenant_scope(make_shop().tenant):
        assert order_documents([order.pk]) == {}


def test_a_cart_has_the_document_of_the_order_that_it_becomes(shop):
    with tenant_scope(shop.tenant):
        body = shop.order_data(shipping_total="49.00", tags=["gift"])
        draft, errors = read_new_order(body)
        assert draft is not None and not errors
        order = order_documents([create_order(body).pk])
    [placed] = order.values()
    before = draft_document(draft, placed.number)
    same = {"id": 0, "placed_at": before.placed_at, "sections": before.sections}
    assert replace(placed, **same) == before
