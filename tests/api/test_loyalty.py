"""Checkout asks what a buyer may use: of the CRM that serves the market, live or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox import Sandbox, start
from tenants.scoping import tenant_scope
from tests.api.conftest import fields
from tests.factories.connectors import publish_connector
from workflows.checkout import at_once
from workflows.models import Customer


@pytest.fixture
def vendor(settings: Any) -> Iterator[Sandbox]:
    with start() as sandbox:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{sandbox.port}"]
        yield sandbox


@pytest.fixture
def crm(shop: Any, vendor: Sandbox) -> Iterator[Any]:
    """Publish a Voyado of the simulator's."""

    def crm(connector_id: str, **values: Any) -> Any:
        told = {"host": f"{vendor.url}/voyado", "is_test": True, "bearer_token": "engage-7f3a91c2d4"}
        return publish_connector(shop.tenant, "voyado", connector_id=connector_id, **{**told, **values})

    with tenant_scope(shop.tenant):
        yield crm
        at_once.settle()


def body(**customer: str) -> dict[str, Any]:
    return {"market": "nor", "customer": customer}


def test_a_member_is_known_by_whatever_is_told_of_him(
    api: Any, stranger: Any, crm: Any, vendor: Sandbox
) -> None:
    crm("club", enabled_markets=["NOR"], properties={"StoreExternalId": "900"})
    contact = {"email": "kari@buyer.example", "points": 1840, "contactType": "Member"}
    made = vendor.control("POST", "voyado/contacts", contact)
    vendor.control(
        "POST",
        "voyado/promotions",
        {"email": contact["email"], "name": "A hundred", "amount": 100, "currency": "NOK"},
    )
    Customer.objects.create(number="C-1", email="kari@old.example", external_ids={"club": made["id"]})
    for who in ({"email": contact["email"]}, {"number": "C-1"}):
        found = api.send("checkout/loyalty/", body(**who)).json()
        assert (found["source"], found["connector_id"], found["points"], found["member"]) == (
            "live",
            "club",
            "1840",
            True,
        )
        [promotion] = found["promotions"]
        assert (promotion["name"], promotion["value"], promotion["percent"]) == ("A hundred", "100.00", None)
    nobody = api.send("checkout/loyalty/", body(email="ola@buyer.example")).json()
    assert (nobody["known"], nobody["points"], nobody["promotions"]) == (False, None, [])
    assert "No CRM" in fields(stranger.send("checkout/loyalty/", body(number="C-1")))["market"]


def test_checkout_goes_on_without_a_crm_that_does_not_answer(api: Any, crm: Any, vendor: Sandbox) -> None:
    crm("club", properties={"StoreExternalId": "900"})
    vendor.faults(vendor="voyado", status=401, times=None)
    answer = api.send("checkout/loyalty/", body(email="kari@buyer.example"))
    assert answer.status_code == 200
    found = answer.json()
    assert (found["source"], found["known"], found["points"]) == ("failed", False, None)
    assert found["reason"]


def test_who_asks_has_to_say_about_whom_and_where(api: Any, crm: Any) -> None:
    assert {"customer", "market"} == set(
        fields(api.send("checkout/loyalty/", {"market": "XX", "customer": {}}))
    )
    crm("north", enabled_markets=["NOR"])
    crm("south", enabled_markets=["NOR"])
    tie = fields(api.send("checkout/loyalty/", body(email="kari@buyer.example")))["market"]
    assert "could all serve this" in tie
    chosen = {**body(email="kari@buyer.example"), "connector_id": "south"}
    assert api.send("checkout/loyalty/", chosen).json()["connector_id"] == "south"
