"""Every document that the provider sends, over all scenarios, against Shopify's published schema of its API version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors import registry
from connectors.providers.shopify import catalog_queries, order_queries, queries
from connectors.providers.shopify.graphql import VERSION
from tests.contract.bench import play
from tests.contract.fixtures import fixture
from tests.contract.graphql_schema import answer_problems, request_problems, schema
from tests.contract.published import specs
from tests.contract.scenarios import scenarios_of
from tests.contract.scenarios.base import Scenario

NAME = "shopify.graphql"
SCENARIOS = [pytest.param(item, id=item.name) for item in scenarios_of(registry.get("shopify"))]

pytestmark = pytest.mark.skipif(
    not (specs() / NAME).exists(),
    reason=f"the vendor's description {NAME} is not at hand; set CROSSDOCK_SPECS to its folder",
)


def documents() -> dict[str, str]:
    every = {**vars(queries), **vars(catalog_queries), **vars(order_queries)}
    return {
        name: text
        for name, text in every.items()
        if name[0].isupper() and name.isupper() and isinstance(text, str)
    }


def body(document: str, **variables: Any) -> dict[str, Any]:
    name = document.split("(")[0].split("{")[0].split()[-1]
    return {"query": document, "operationName": name, "variables": variables}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_requests_are_as_published(scenario: Scenario) -> None:
    played = play("shopify", scenario)
    assert played.requests
    for request in played.requests:
        assert request.path == f"/admin/api/{VERSION}/graphql.json"
        assert request_problems(schema(NAME), json.loads(request.body)) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_recorded_answers_are_as_published(scenario: Scenario) -> None:
    played = play("shopify", scenario)
    exchanges = fixture("shopify")["scenarios"][scenario.name]["exchanges"]
    for request, exchange in zip(played.requests, exchanges, strict=True):
        asked, data = json.loads(request.body), exchange["answer"]["body"]["data"]
        assert answer_problems(schema(NAME), asked, data) == []


@pytest.mark.parametrize("name", documents())
def test_every_document_fits_the_schema(name: str) -> None:
    """Also those that no scenario sends; their variables are left out here."""
    found = request_problems(schema(NAME), body(documents()[name]))
    assert [text for text in found if not text.endswith("to be provided.")] == []


def wrong_requests() -> Iterator[dict[str, Any]]:
    good = {"first": 10, "after": None, "query": None}
    yield body(queries.ORDERS.replace("taxesIncluded", "taxIncluded"), **good)
    yield body(queries.ORDERS, **{**good, "first": "ten"})
    yield body(queries.ORDERS, **good, colour="red")
    yield body(queries.SET_STOCK, input={"name": "available"}, idempotencyKey="k")
    yield body(queries.SET_STOCK.replace("@idempotent", "@once"), input={}, idempotencyKey="k")
    yield {**body(queries.ORDERS, **good), "operationName": "Other"}
    yield body("query Broken {")


@pytest.mark.parametrize("request_", list(wrong_requests()))
def test_the_judge_objects_to_requests(request_: dict[str, Any]) -> None:
    assert request_problems(schema(NAME), request_) != []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"shop": None},
        {"shop": {"name": "x", "myshopifyDomain": "y"}},
        {"shop": {"name": "x", "myshopifyDomain": "y", "currencyCode": "KRONER"}},
        {"shop": {"name": 1, "myshopifyDomain": "y", "currencyCode": "NOK"}},
        {"shop": {"name": "x", "myshopifyDomain": "y", "currencyCode": "NOK", "plan": "Plus"}},
    ],
)
def test_the_judge_objects_to_answers(data: dict[str, Any]) -> None:
    assert answer_problems(schema(NAME), body(queries.SHOP), data) != []
    good = {"shop": {"name": "x", "myshopifyDomain": "y", "currencyCode": "NOK"}}
    assert answer_problems(schema(NAME), body(queries.SHOP), good) == []
