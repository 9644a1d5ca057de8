"""Hosted checkout, from the session to the paid intent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import FORM, Caller, StripeCaller

SESSION = {
    "mode": "payment",
    "success_url": "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
    "line_items[0][quantity]": 2,
    "line_items[0][price_data][currency]": "sek",
    "line_items[0][price_data][unit_amount]": 12_550,
    "line_items[0][price_data][product_data][name]": "Boots",
    "payment_intent_data[capture_method]": "manual",
    "payment_intent_data[metadata][reference]": "r9",
    "client_reference_id": "r9",
}


def opened(stripe: StripeCaller, **more: Any) -> dict[str, Any]:
    reply = stripe.post("checkout/sessions", {**SESSION, **more})
    assert reply.status == 200, reply.body
    return reply.json


def test_a_shopper_pays_in_the_browser(sandbox: Sandbox, stripe: StripeCaller) -> None:
    session = opened(stripe)
    assert (session["status"], session["payment_intent"], session["amount_total"]) == ("open", None, 25_100)
    page, shopper = session["url"].removeprefix(sandbox.url), Caller(sandbox)
    assert b"25100 SEK" in shopper.call("GET", page).body
    paid = shopper.call("POST", page, b"payment_method=pm_card_visa", {"Content-Type": FORM})
    assert (paid.status, paid.headers["location"]) == (
        303,
        f"https://shop.example/thanks?session={session['id']}",
    )
    done = stripe.get(f"checkout/sessions/{session['id']}").json
    assert (done["status"], done["payment_status"], done["url"]) == ("complete", "unpaid", None)
    intent = stripe.get(f"payment_intents/{done['payment_intent']}").json
    assert (intent["status"], intent["amount_capturable"], intent["metadata"]) == (
        "requires_capture",
        25_100,
        {"reference": "r9"},
    )
    assert [(e["operation"], e["reference"]) for e in sandbox.ledger()] == [("authorize", "r9")]


def test_with_automatic_capture_it_is_paid(sandbox: Sandbox, stripe: StripeCaller) -> None:
    session = opened(stripe, **{"payment_intent_data[capture_method]": "automatic"})
    sandbox.control("POST", f"stripe/pay/{session['id']}", {"email": "kari@example.no"})
    done = stripe.get(f"checkout/sessions/{session['id']}").json
    assert (done["payment_status"], done["customer_details"]["email"]) == ("paid", "kari@example.no")


def test_a_declined_card_leaves_the_session_open(sandbox: Sandbox, stripe: StripeCaller) -> None:
    session = opened(stripe)
    with pytest.raises(ValueError, match="card_declined"):
        sandbox.control("POST", f"stripe/pay/{session['id']}", {"payment_method": "pm_card_chargeDeclined"})
    assert stripe.get(f"checkout/sessions/{session['id']}").json["status"] == "open"
    sandbox.control("POST", f"stripe/pay/{session['id']}")
    assert len(sandbox.ledger()) == 1


def test_a_session_is_paid_once(sandbox: Sandbox, stripe: StripeCaller) -> None:
    session = opened(stripe)
    sandbox.control("POST", f"stripe/pay/{session['id']}")
    with pytest.raises(ValueError, match="status of complete"):
        sandbox.control("POST", f"stripe/pay/{session['id']}")
    assert stripe.post(f"checkout/sessions/{session['id']}/expire").status == 400
    assert len(sandbox.ledger()) == 1


def test_an_expired_session_cannot_be_paid(sandbox: Sandbox, stripe: StripeCaller) -> None:
    session = opened(stripe)
    assert stripe.post(f"checkout/sessions/{session['id']}/expire").json["status"] == "expired"
    with pytest.raises(ValueError, match="status of expired"):
        sandbox.control("POST", f"stripe/pay/{session['id']}")
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"success_url": ""}, "success_url"),
        ({"mode": ""}, "mode"),
        ({"mode": "subscription"}, "mode"),
        ({"line_items[0][price_data][unit_amount]": "12.5"}, "line_items[0][price_data][unit_amount]"),
        ({"line_items[0][quantity]": ""}, "line_items[0][quantity]"),
        (
            {"line_items[0][price_data][product_data][name]": ""},
            "line_items[0][price_data][product_data][name]",
        ),
        ({"payment_intent_data[confirm]": "true"}, "payment_intent_data[confirm]"),
        ({"expires_at": 1_000_000_000}, "expires_at"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
    ],
)
def test_bad_parameters_are_named(stripe: StripeCaller, changed: dict[str, Any], param: str) -> None:
    refused = stripe.post("checkout/sessions", {**SESSION, **changed})
    assert (refused.status, refused.error["param"]) == (400, param)
    assert stripe.get("checkout/sessions").json["data"] == []


def test_line_items_are_needed_and_have_one_currency(stripe: StripeCaller) -> None:
    bare = {name: value for name, value in SESSION.items() if not name.startswith("line_items")}
    assert stripe.post("checkout/sessions", bare).error["param"] == "line_items"
    second = {
        name.replace("[0]", "[1]"): "nok" if "currency" in name else value
        for name, value in SESSION.items()
        if name.startswith("line_items")
    }
    assert "same currency" in stripe.post("checkout/sessions", {**SESSION, **second}).error["message"]


def test_an_expiry_of_its_own(stripe: StripeCaller) -> None:
    expiry = int(time.time()) + 3_600
    assert opened(stripe, expires_at=expiry)["expires_at"] == expiry


def test_an_unknown_session_is_404(sandbox: Sandbox, stripe: StripeCaller) -> None:
    assert stripe.get("checkout/sessions/cs_nobody").error["code"] == "resource_missing"
    assert Caller(sandbox).control("GET", "stripe/pay/cs_nobody").status == 404
