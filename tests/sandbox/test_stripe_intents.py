"""Payment intents as Stripe treats them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import FORM, Caller, StripeCaller


def capture(stripe: StripeCaller, intent: str, key: str = "", **params: Any) -> Any:
    return stripe.post(f"payment_intents/{intent}/capture", params, key)


def test_reserve_then_take_all(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.authorize().json
    assert (intent["status"], intent["amount_capturable"], intent["amount_received"]) == (
        "requires_capture",
        10_000,
        0,
    )
    taken = capture(stripe, intent["id"]).json
    assert (taken["status"], taken["amount_capturable"], taken["amount_received"]) == ("succeeded", 0, 10_000)
    charge = stripe.get(f"charges/{taken['latest_charge']}").json
    assert (charge["captured"], charge["amount_captured"], charge["amount_refunded"]) == (True, 10_000, 0)
    entries = [(e["operation"], e["reference"], e["amount_minor"], e["currency"]) for e in sandbox.ledger()]
    assert entries == [("authorize", "r1", 10_000, "NOK"), ("capture", "r1", 10_000, "NOK")]


def test_automatic_capture_is_both_at_once(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.authorize(capture_method="automatic").json
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 10_000)
    assert [entry["operation"] for entry in sandbox.ledger()] == ["authorize", "capture"]


def test_partial_capture_releases_the_rest_at_once(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    taken = capture(stripe, intent, amount_to_capture=4_000).json
    assert (taken["status"], taken["amount"], taken["amount_received"], taken["amount_capturable"]) == (
        "succeeded",
        10_000,
        4_000,
        0,
    )
    charge = stripe.get(f"charges/{taken['latest_charge']}").json
    assert (charge["amount_captured"], charge["amount_refunded"], charge["refunded"]) == (4_000, 6_000, False)
    again = capture(stripe, intent, amount_to_capture=1_000)
    assert (again.status, again.error["code"]) == (400, "payment_intent_unexpected_state")
    assert again.error["payment_intent"]["amount_received"] == 4_000
    assert [entry["amount_minor"] for entry in sandbox.ledger(operation="capture")] == [4_000]


def test_more_than_reserved_cannot_be_taken(sandbox: Sandbox, stripe: StripeCaller) -> None:
    refused = capture(stripe, stripe.authorized(), amount_to_capture=10_001)
    assert (refused.status, refused.error["code"], refused.error["param"]) == (
        400,
        "amount_too_large",
        "amount_to_capture",
    )
    assert sandbox.ledger(operation="capture") == []


def test_cancel_releases_and_is_final(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    gone = stripe.post(
        f"payment_intents/{intent}/cancel", {"cancellation_reason": "requested_by_customer"}
    ).json
    assert (gone["status"], gone["amount_capturable"], gone["cancellation_reason"]) == (
        "canceled",
        0,
        "requested_by_customer",
    )
    assert stripe.get(f"charges/{gone['latest_charge']}").json["refunded"] is True
    assert capture(stripe, intent).error["code"] == "payment_intent_unexpected_state"
    assert stripe.post(f"payment_intents/{intent}/cancel").error["code"] == "payment_intent_unexpected_state"
    assert [entry["operation"] for entry in sandbox.ledger()] == ["authorize", "cancel"]


def test_what_was_taken_cannot_be_canceled(stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    capture(stripe, intent)
    assert stripe.post(f"payment_intents/{intent}/cancel").status == 400


def test_canceling_before_any_reservation_is_no_effect(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.post("payment_intents", {"amount": 500, "currency": "nok"}).json
    assert intent["status"] == "requires_payment_method"
    assert stripe.post(f"payment_intents/{intent['id']}/cancel").json["status"] == "canceled"
    assert sandbox.ledger() == []


def test_create_then_confirm(sandbox: Sandbox, stripe: StripeCaller) -> None:
    params = {"amount": 500, "currency": "NOK", "capture_method": "manual", "payment_method": "pm_card_visa"}
    intent = stripe.post("payment_intents", params).json
    assert (intent["status"], intent["currency"]) == ("requires_confirmation", "nok")
    assert sandbox.ledger() == []
    assert stripe.post(f"payment_intents/{intent['id']}/confirm").json["status"] == "requires_capture"
    assert (
        stripe.post(f"payment_intents/{intent['id']}/confirm").error["code"]
        == "payment_intent_unexpected_state"
    )


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ],
)
def test_a_declined_card(
    sandbox: Sandbox, stripe: StripeCaller, method: str, code: str, decline_code: str | None
) -> None:
    refused = stripe.authorize(payment_method=method)
    error = refused.error
    assert (refused.status, error["type"], error["code"]) == (402, "card_error", code)
    assert error.get("decline_code") == decline_code
    intent = stripe.get(f"payment_intents/{error['payment_intent']['id']}").json
    assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
    assert intent["last_payment_error"]["code"] == code
    assert stripe.get(f"charges/{error['charge']}").json["status"] == "failed"
    assert sandbox.ledger() == []


def test_another_card_after_a_decline(stripe: StripeCaller) -> None:
    intent = stripe.authorize(payment_method="pm_card_chargeDeclined").error["payment_intent"]["id"]
    confirmed = stripe.post(
        f"payment_intents/{intent}/confirm", {"payment_method": "pm_card_mastercard"}
    ).json
    assert (confirmed["status"], confirmed["last_payment_error"]) == ("requires_capture", None)


def test_card_numbers_as_payment_method_data(stripe: StripeCaller) -> None:
    card = {"payment_method": "", "payment_method_data[type]": "card"}
    good = stripe.authorize(**card, **{"payment_method_data[card][number]": "4242 4242 4242 4242"})
    assert good.json["status"] == "requires_capture"
    declined = stripe.authorize(**card, **{"payment_method_data[card][number]": "4000000000000002"})
    assert declined.error["decline_code"] == "generic_decline"
    wrong = stripe.authorize(**card, **{"payment_method_data[card][number]": "4111111111111112"})
    assert (wrong.status, wrong.error["code"]) == (400, "incorrect_number")


@pytest.mark.parametrize(
    ("outcome", "status", "effects"),
    [("succeed", "requires_capture", 1), ("fail", "requires_payment_method", 0)],
)
def test_3d_secure(sandbox: Sandbox, stripe: StripeCaller, outcome: str, status: str, effects: int) -> None:
    asked = {"payment_method": "pm_card_authenticationRequired", "return_url": "https://shop.example/back"}
    intent = stripe.authorize(**asked).json
    assert (intent["status"], intent["next_action"]["type"]) == ("requires_action", "redirect_to_url")
    assert sandbox.ledger() == []
    page = intent["next_action"]["redirect_to_url"]["url"].removeprefix(sandbox.url)
    shopper = Caller(sandbox)
    assert shopper.call("GET", page).headers["content-type"].startswith("text/html")
    back = shopper.call("POST", page, f"outcome={outcome}".encode(), {"Content-Type": FORM})
    assert (back.status, back.headers["location"]) == (303, "https://shop.example/back")
    assert stripe.get(f"payment_intents/{intent['id']}").json["status"] == status
    assert len(sandbox.ledger()) == effects
    assert shopper.call("POST", page).status == 400


@pytest.mark.parametrize("absent", [{"off_session": "true"}, {"error_on_requires_action": "true"}])
def test_3d_secure_without_a_shopper_is_a_decline(stripe: StripeCaller, absent: dict[str, str]) -> None:
    refused = stripe.authorize(payment_method="pm_card_authenticationRequired", **absent)
    assert (refused.status, refused.error["code"]) == (402, "authentication_required")


def test_a_reservation_lapses(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    sandbox.control("POST", f"stripe/lapse/{intent}")
    found = stripe.get(f"payment_intents/{intent}").json
    assert (found["status"], found["cancellation_reason"]) == ("canceled", "automatic")
    assert capture(stripe, intent).status == 400


def test_metadata_is_merged(stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    stripe.post(
        f"payment_intents/{intent}", {"metadata[a]": "1", "metadata[b]": "2", "description": "Order 7"}
    )
    changed = stripe.post(f"payment_intents/{intent}", {"metadata[a]": ""}).json
    assert changed["metadata"] == {"reference": "r1", "b": "2"}
    assert changed["description"] == "Order 7"


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"currency": "nok"}, "amount", "parameter_missing"),
        ({"amount": 100}, "currency", "parameter_missing"),
        ({"amount": "1.5", "currency": "nok"}, "amount", "parameter_invalid_integer"),
        ({"amount": 0, "currency": "nok"}, "amount", "parameter_invalid_integer"),
        ({"amount": 100_000_000, "currency": "nok"}, "amount", "amount_too_large"),
        ({"amount": 100, "currency": "kroner"}, "currency", None),
        ({"amount": 100, "currency": "nok", "capture_method": "later"}, "capture_method", None),
        ({"amount": 100, "currency": "nok", "colour": "red"}, "colour", "parameter_unknown"),
        ({"amount": 100, "currency": "nok", "metadata": "x"}, "metadata", None),
        (
            {"amount": 100, "currency": "nok", "payment_method": "pm_nobody"},
            "payment_method",
            "resource_missing",
        ),
    ],
)
def test_bad_parameters_are_named(
    stripe: StripeCaller, params: dict[str, Any], param: str, code: str | None
) -> None:
    refused = stripe.post("payment_intents", params)
    assert (refused.status, refused.error["type"]) == (400, "invalid_request_error")
    assert (refused.error["param"], refused.error.get("code")) == (param, code)
    assert stripe.get("payment_intents").json["data"] == []


def test_json_is_not_read(stripe: StripeCaller) -> None:
    headers = {"Authorization": "Bearer sk_test_1", "Content-Type": "application/json"}
    refused = stripe.call("POST", "/stripe/v1/payment_intents", b'{"amount": 1}', headers)
    assert (refused.status, FORM in refused.error["message"]) == (400, True)


def test_an_unknown_intent_or_url_is_404(stripe: StripeCaller) -> None:
    assert stripe.get("payment_intents/pi_nobody").error["code"] == "resource_missing"
    assert stripe.get("payment_intents/search").status == 404
    assert stripe.get("balance").error["message"].startswith("Unrecognized request URL (GET")


@pytest.mark.parametrize("key", ["", "nonsense", "pk_test_1", "sk_test_", "sk_prod_1"])
def test_a_bad_key_is_401(sandbox: Sandbox, key: str) -> None:
    refused = StripeCaller(sandbox, key).get("payment_intents")
    assert (refused.status, refused.error["type"]) == (401, "invalid_request_error")


def test_a_refused_key_is_not_repeated_in_full(sandbox: Sandbox) -> None:
    refused = StripeCaller(sandbox, "sk_prod_averylongsecret").get("payment_intents")
    assert "averylong" not in refused.error["message"]


def test_basic_auth_works_too(stripe: StripeCaller) -> None:
    for header, status in [("sk_test_1:", 200), (":", 401)]:
        basic = "Basic " + base64.b64encode(header.encode()).decode()
        assert (
            stripe.call("GET", "/stripe/v1/payment_intents", None, {"Authorization": basic}).status == status
        )
    assert stripe.call("GET", "/stripe/v1/payment_intents", None, {"Authorization": "Basic ?"}).status == 401


def test_the_key_decides_mode_and_account(sandbox: Sandbox) -> None:
    intent = StripeCaller(sandbox, "sk_test_acme_k1").authorized()
    assert StripeCaller(sandbox, "rk_test_acme_k2").get(f"payment_intents/{intent}").json["livemode"] is False
    for other in ("sk_test_k1", "sk_test_nordic_k1", "sk_live_acme_k1"):
        assert StripeCaller(sandbox, other).get(f"payment_intents/{intent}").status == 404


def test_test_cards_are_declined_in_live_mode(sandbox: Sandbox) -> None:
    refused = StripeCaller(sandbox, "sk_live_1").authorize()
    assert (refused.status, refused.error["decline_code"]) == (402, "live_mode_test_card")
    assert refused.error["payment_intent"]["livemode"] is True


def test_lists_are_newest_first_with_cursors(stripe: StripeCaller) -> None:
    ids = [stripe.authorized(f"r{number}") for number in range(5)][::-1]
    first = stripe.get("payment_intents", limit=2).json
    assert ([item["id"] for item in first["data"]], first["has_more"]) == (ids[:2], True)
    rest = stripe.get("payment_intents", limit=10, starting_after=ids[1]).json
    assert ([item["id"] for item in rest["data"]], rest["has_more"]) == (ids[2:], False)
    back = stripe.get("payment_intents", limit=2, ending_before=ids[3]).json
    assert ([item["id"] for item in back["data"]], back["has_more"]) == (ids[1:3], True)


def test_lists_filter_by_time_and_refuse_the_rest(stripe: StripeCaller) -> None:
    created = stripe.authorize().json["created"]
    assert len(stripe.get("payment_intents", **{"created[gte]": created}).json["data"]) == 1
    assert stripe.get("payment_intents", **{"created[gt]": created}).json["data"] == []
    assert stripe.get("payment_intents", **{"created[lte]": created - 1}).json["data"] == []
    assert stripe.get("payment_intents", status="succeeded").error["code"] == "parameter_unknown"
    assert stripe.get("payment_intents", limit=101).status == 400
    assert stripe.get("payment_intents", starting_after="pi_nobody").error["code"] == "resource_missing"


def test_every_answer_carries_a_request_id(stripe: StripeCaller) -> None:
    replies = [stripe.authorize(), stripe.get("payment_intents/pi_nobody"), stripe.post("payment_intents")]
    assert len({reply.headers["request-id"] for reply in replies}) == 3
