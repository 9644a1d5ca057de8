"""Scenarios of products, prices and customers, in and out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.calls import Outcome
from connectors.contracts.catalog import (
    BatchResult,
    CatalogPage,
    CustomerRecord,
    ItemState,
    PriceRecord,
    ProductRecord,
)
from tests.contract.scenarios.base import ADDRESS, Given, Scenario, nok, succeeded
from tests.contract.scenarios.shop import cursor

PRODUCTS = (
    ProductRecord(
        sku="WOOL-M",
        external_id="5001",
        name="Wool sweater",
        description="Knitted in Norway",
        brand="Nordstore",
        gtin="7090000000012",
        active=True,
        price=nok("499.00"),
        tax_rate=Decimal(25),
        weight_g=Decimal(450),
    ),
    ProductRecord(sku="SOCK-42", name="Socks", active=True, price=nok("252.00"), tax_rate=Decimal(25)),
)
PRICES = (
    PriceRecord(sku="WOOL-M", price=nok("449.00"), before=nok("499.00")),
    PriceRecord(sku="SOCK-42", price=nok("252.00")),
)
CUSTOMERS = (
    CustomerRecord(
        number="C-77",
        email="kari@example.com",
        phone="+4790000001",
        first_name="Kari",
        last_name="Nordmann",
        address=ADDRESS,
        consents={"email": True, "sms": False},
    ),
)


def products(given: Given) -> tuple[ProductRecord, ...]:
    return PRODUCTS


def prices(given: Given) -> tuple[PriceRecord, ...]:
    return PRICES


def customers(given: Given) -> tuple[CustomerRecord, ...]:
    return CUSTOMERS


def page(outcome: Outcome) -> CatalogPage[Any]:
    succeeded(outcome)
    assert isinstance(outcome.result, CatalogPage)
    return outcome.result


def articles(outcome: Outcome) -> None:
    assert page(outcome).items
    assert all(item.sku or item.external_id for item in page(outcome).items)


def people(outcome: Outcome) -> None:
    assert page(outcome).items
    assert all(item.external_id or item.number for item in page(outcome).items)


def continued(outcome: Outcome) -> None:
    assert page(outcome).more
    assert page(outcome).cursor


def ended(outcome: Outcome) -> None:
    assert not page(outcome).more


def batch(outcome: Outcome) -> BatchResult:
    """Every item gets an answer, whatever it is."""
    succeeded(outcome)
    assert isinstance(outcome.result, BatchResult)
    asked = outcome.prepared.spec.request
    keys = {getattr(item, "sku", "") or item.number or item.email for item in asked}
    told = {item.key for item in outcome.result.items}
    assert told <= keys | {getattr(item, "email", "") for item in asked}
    assert len(outcome.result.items) == len(asked)
    return outcome.result


def taken(outcome: Outcome) -> None:
    assert not list(batch(outcome).failed())


def partly(outcome: Outcome) -> None:
    """One item is refused with the vendor's words and stops no other."""
    failed = list(batch(outcome).failed())
    assert failed
    assert all(" " in item.message for item in failed)
    if len(outcome.prepared.spec.request) > 1:
        assert any(item.state is not ItemState.FAILED for item in batch(outcome).items)


def _reads(name: str, operation: str, expect: Any) -> tuple[Scenario, ...]:
    return (
        Scenario(name=name, operation=operation, build=cursor, expect=expect, write=False),
        Scenario(name=f"{name} continued", operation=operation, build=cursor, expect=continued, write=False),
        Scenario(name=f"{name}: nothing new", operation=operation, build=cursor, expect=ended, write=False),
    )


def _writes(name: str, operation: str, build: Any) -> tuple[Scenario, ...]:
    return (
        Scenario(name=name, operation=operation, build=build, expect=taken),
        Scenario(name=f"{name} partly refused", operation=operation, build=build, expect=partly),
    )


PRODUCT_SOURCE = _reads("products", "import_products", articles)
PRICE_SOURCE = _reads("prices", "import_prices", articles)
CUSTOMER_SOURCE = _reads("customers", "import_customers", people)
PRODUCT_SINK = _writes("export products", "export_products", products)
PRICE_SINK = _writes("export prices", "export_prices", prices)
CUSTOMER_SINK = _writes("export customers", "export_customers", customers)
