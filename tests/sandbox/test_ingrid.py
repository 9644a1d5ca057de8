"""Ingrid as a simulated delivery checkout: keys, sessions, choices, completions."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import Caller, Reply

CART = {
    "cart_id": "c-1",
    "total_value": 50_000,
    "total_discount": 0,
    "items": [{"sku": "A", "name": "Sweater", "quantity": 1, "price": 50_000, "discount": 0}],
}
ASKED = {
    "purchase_country": "NO",
    "purchase_currency": "NOK",
    "locales": ["nb-NO"],
    "cart": CART,
    "search_address": {"country": "NO", "postal_code": "5014", "city": "Bergen"},
}


class IngridCaller(Caller):
    def __init__(self, sandbox: Sandbox, key: str = "shop-1") -> None:
        super().__init__(sandbox)
        self.headers = {"Authorization": f"Bearer {base64.b64encode(key.encode()).decode()}"}

    def post(self, verb: str, data: Any) -> Reply:
        return self.call(
            "POST", f"/ingrid/v1/delivery_checkout/session.{verb}", json.dumps(data).encode(), self.headers
        )

    def get(self, session: str) -> Reply:
        return self.call(
            "GET",
            f"/ingrid/v1/delivery_checkout/session.get?checkout_session_id={session}",
            None,
            self.headers,
        )

    def opened(self) -> str:
        return str(self.post("create", ASKED).json["session"]["checkout_session_id"])

    def complete(self, session: str, order: str = "A-1") -> Reply:
        return self.post("complete", {"checkout_session_id": session, "external_id": order})


@pytest.fixture
def ingrid(sandbox: Sandbox) -> IngridCaller:
    return IngridCaller(sandbox)


def only_group(reply: Reply) -> dict[str, Any]:
    [group] = reply.json["session"]["delivery_groups"]
    return dict(group)


def test_a_session_has_a_widget_and_something_preselected(ingrid: IngridCaller) -> None:
    made = ingrid.post("create", ASKED)
    group = only_group(made)
    assert made.json["html_snippet"].startswith("<section")
    assert made.json["token"]
    assert (group["selection"], group["pricing"]["price"]) == ("PRESELECTED_CHOICE", 4_900)
    assert group["addresses"]["location"]["external_id"] == "50141"


def test_what_the_shopper_chooses_and_what_the_cart_is_worth(ingrid: IngridCaller) -> None:
    session = ingrid.opened()
    ingrid.control("POST", "ingrid/choose", {"session": session, "product": "home-delivery"})
    assert only_group(ingrid.get(session))["selection"] == "USER_CHOICE"
    worth = {**CART, "total_value": 250_000}
    group = only_group(ingrid.post("update", {"checkout_session_id": session, "cart": worth}))
    assert (group["shipping"]["delivery_type"], group["pricing"]["price"]) == ("delivery", 0)
    assert ingrid.control("POST", "ingrid/choose", {"session": session, "product": "drone"}).status == 400


def test_a_session_is_completed_once_and_its_order_comes_later(ingrid: IngridCaller) -> None:
    session = ingrid.opened()
    done = ingrid.complete(session)
    assert (done.json["session"]["status"], only_group(done)["tos_id"]) == ("COMPLETE", "")
    [entry] = ingrid.sandbox.ledger(vendor="ingrid")
    assert only_group(ingrid.get(session))["tos_id"] == entry["object"]
    assert entry["reference"] == "A-1"
    for again in (ingrid.complete(session), ingrid.post("update", {**ASKED, "checkout_session_id": session})):
        assert (again.status, again.json["error"].partition(":")[0]) == (412, "failed_precondition")
    ingrid.complete(ingrid.opened())
    assert [double["identity"] for double in ingrid.sandbox.doubles()] == ["complete A-1"]


def test_a_choice_that_cannot_be_kept_falls_back(ingrid: IngridCaller) -> None:
    session = ingrid.opened()
    ingrid.control("POST", "ingrid/choose", {"session": session, "product": "home-delivery"})
    ingrid.control("POST", "ingrid/coverage", {"home": False})
    group = only_group(ingrid.complete(session))
    assert (group["selection"], group["shipping"]["delivery_type"]) == ("FALLBACK_FROM_USER_CHOICE", "pickup")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({**ASKED, "locales": None}, "locales: value is required"),
        ({**ASKED, "cart": {**CART, "items": [{"sku": "A"}]}}, "cart.items[0].name: value is required"),
        (
            {**ASKED, "cart": {**CART, "total_value": "500.00"}},
            "cart.total_value: value must be a whole number",
        ),
        ([], "body: value is no JSON object"),
    ],
)
def test_what_is_wrong_is_said_in_ingrid_s_words(ingrid: IngridCaller, asked: Any, text: str) -> None:
    reply = ingrid.post("create", asked)
    assert reply.status == 400
    assert reply.json["error"].startswith(f"invalid_argument: {text}")
    assert reply.json["trace_id"]


def test_keys_and_sessions_of_others(ingrid: IngridCaller) -> None:
    session, other = ingrid.opened(), IngridCaller(ingrid.sandbox, "shop-2")
    assert other.get(session).json["error"] == "not_found: session does not exist"
    ingrid.control("POST", "ingrid/keys", {"key": "shop-1"})
    assert (ingrid.get(session).status, other.get(session).status) == (200, 401)
    ingrid.headers = {"Authorization": "Bearer not base64!"}
    assert ingrid.get(session).json["error"] == "unauthenticated: malformed authorization token"


def test_faults_in_ingrid_s_shape(ingrid: IngridCaller) -> None:
    ingrid.sandbox.faults(vendor="ingrid", status=500)
    assert ingrid.post("create", ASKED).json["error"].startswith("internal:")
    assert ingrid.get("nobody").status == 404
