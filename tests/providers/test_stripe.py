"""What only Stripe does: modes and keys, error codes, its own minor units, hosted checkouts, looking payments up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.payment import Payment, State
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.stripe import PAGES, Stripe
from connectors.providers.stripe.words import DECLINES, DISCREET, EVENTS, decline, locale
from connectors.schema import SettingsValues
from tenants.money import Money
from tenants.secret_value import SecretValue
from tests.contract.fixtures import fixture
from tests.contract.published import description, specs
from tests.contract.scenarios.base import LINES, PLACED_AT, nok
from tests.contract.scenarios.payment import paid
from tests.providers.asking import Asked, ask

INTENT = "pi_3QabKx2eZvKYlo2C0NordStore"
SESSION = "cs_test_a1NordStoreCheckout0001"
PATH = f"/v1/payment_intents/{INTENT}"


def payment(**given: Any) -> Payment:
    return paid(**{name: given.pop(name) for name in ("authorized", "captured") if name in given})(
        {"provider_id": INTENT, **given}
    )


def stripe(operation: str, request: Payment, *answers: Any, **options: Any) -> Asked:
    return ask("stripe", operation, request, *answers, **options)


def recorded(name: str, number: int = 0) -> dict[str, Any]:
    body: dict[str, Any] = fixture("stripe")["scenarios"][name]["exchanges"][number]["answer"]["body"]
    return body


def intent(**fields: Any) -> tuple[int, dict[str, Any]]:
    return 200, {**recorded("status"), **fields}


def session(**fields: Any) -> tuple[int, dict[str, Any]]:
    return 200, {**recorded("session"), **fields}


def charge(**fields: Any) -> tuple[int, dict[str, Any]]:
    return 200, {**recorded("capture twice", 2), **fields}


def error(status: int, headers: dict[str, str] | None = None, **fields: str) -> tuple[Any, ...]:
    return (
        status,
        {"error": {"type": "invalid_request_error", "message": "It did not work.", **fields}},
        headers or {},
    )


CAPTURED = {"status": "succeeded", "amount_capturable": 0, "amount_received": 125000}


def values(**given: Any) -> SettingsValues:
    known = {"api_token": SecretValue("sk_test_1"), "client_id": None, "webhook_secret": None}
    return SettingsValues({**known, **given})


# Modes


@pytest.mark.parametrize(
    ("key", "is_test"),
    [
        ("sk_live_51abc", True),
        ("rk_live_51abc", True),
        ("sk_test_51abc", False),
        ("rk_test_51abc", False),
        ("pk_test_51abc", True),
    ],
)
def test_a_key_of_the_other_mode_never_leaves(key: str, is_test: bool) -> None:
    asked = stripe("capture", payment(), intent(), values=values(api_token=SecretValue(key)), is_test=is_test)

    assert isinstance(asked.error, Misconfigured)
    assert "API Token" in asked.error.message
    assert key not in asked.error.message
    assert asked.sent == []


@pytest.mark.parametrize(("key", "is_test"), [("sk_live_51abc", False), ("rk_test_51abc", True)])
def test_a_key_of_the_right_mode_is_used(key: str, is_test: bool) -> None:
    asked = stripe(
        "status",
        payment(),
        intent(livemode=not is_test),
        values=values(api_token=SecretValue(key)),
        is_test=is_test,
    )
    assert asked.result.state is State.AUTHORIZED


@pytest.mark.parametrize("is_test", [True, False])
def test_an_object_of_the_other_mode_is_not_believed(is_test: bool) -> None:
    key = values(api_token=SecretValue("sk_secret"))
    asked = stripe("status", payment(), intent(livemode=is_test), values=key, is_test=is_test)
    assert isinstance(asked.error, Misconfigured)
    assert "Is Test" in asked.error.message


def test_the_account_header_is_sent_only_for_a_connected_account() -> None:
    [request] = stripe("status", payment(), intent(), values=values()).server.requests
    assert "stripe-account" not in request.headers
    [request] = stripe("status", payment(), intent(), values=values(client_id="acct_9")).server.requests
    assert request.headers["stripe-account"] == "acct_9"


# Errors


@pytest.mark.parametrize(
    ("answer", "kind", "ending"),
    [
        (error(429, code="lock_timeout"), RetryLater, Ending.RETRY),
        (error(409), RetryLater, Ending.RETRY),
        (error(400, code="rate_limit"), RetryLater, Ending.RETRY),
        (error(401), Misconfigured, Ending.FAILED),
        (error(401, code="api_key_expired"), Misconfigured, Ending.FAILED),
        (error(403), Misconfigured, Ending.FAILED),
        (error(404, code="resource_missing"), Rejected, Ending.FAILED),
        (error(400, code="amount_too_large"), Rejected, Ending.FAILED),
        (error(402, type="card_error", code="card_declined"), Rejected, Ending.FAILED),
        (error(400, type="idempotency_error"), Unknown, Ending.UNKNOWN),
        (error(409, code="idempotency_key_in_use"), Unknown, Ending.UNKNOWN),
        (error(500, type="api_error"), Unknown, Ending.UNKNOWN),
    ],
)
def test_error_codes(answer: Any, kind: type[Exception], ending: Ending) -> None:
    asked = stripe("capture", payment(), answer)
    assert type(asked.error) is kind
    assert asked.outcome.ending is ending


def test_a_key_in_use_answers_nothing_for_the_try_that_holds_it() -> None:
    asked = stripe("capture", payment(), error(409, code="idempotency_key_in_use"))
    assert asked.error.answered is False
    assert stripe("capture", payment(), error(400, type="idempotency_error")).error.answered is True


@pytest.mark.parametrize(
    ("status", "word", "kind", "tries"),
    [
        (400, "true", RetryLater, 3),
        (404, "true", RetryLater, 3),
        (409, "false", RetryLater, 1),
        (429, "false", RetryLater, 1),
        (500, "false", Unknown, 1),
        (500, "true", Unknown, 3),
        (400, "false", Rejected, 1),
    ],
)
def test_should_retry_header_is_obeyed(status: int, word: str, kind: type[Exception], tries: int) -> None:
    asked = stripe("capture", payment(), error(status, {"Stripe-Should-Retry": word}))
    assert type(asked.error) is kind
    assert len(asked.sent) == tries


@pytest.mark.parametrize(
    ("operation", "code", "read", "state"),
    [
        ("capture", "charge_already_captured", CAPTURED, State.CAPTURED),
        ("refund", "charge_already_refunded", CAPTURED, State.REFUNDED),
        ("cancel", "payment_intent_unexpected_state", {"status": "canceled"}, State.CANCELLED),
        ("authorize", "payment_intent_unexpected_state", {}, State.AUTHORIZED),
    ],
)
def test_already_done_is_success_once_read_back(
    operation: str, code: str, read: dict[str, Any], state: State
) -> None:
    asked = stripe(
        operation,
        payment(),
        error(400, code=code),
        intent(**read),
        charge(amount_refunded=125000, refunded=True),
    )
    assert asked.result.state in {state, State.REFUNDED}


@pytest.mark.parametrize(("operation", "read"), [("capture", {"status": "canceled"}), ("cancel", CAPTURED)])
def test_already_done_is_refused_when_reading_back_says_otherwise(
    operation: str, read: dict[str, Any]
) -> None:
    asked = stripe(
        operation, payment(), error(400, code="payment_intent_unexpected_state"), intent(**read), charge()
    )
    assert asked.outcome.ending is Ending.FAILED
    assert isinstance(asked.error, Rejected)


@pytest.mark.parametrize("code", [*DECLINES, *DISCREET, "do_not_honor", "a_code_of_tomorrow"])
def test_declines_are_told_in_words(code: str) -> None:
    answer = error(
        402, type="card_error", code="card_declined", decline_code=code, message="Your card was declined."
    )
    asked = stripe("authorize", payment(provider_id="", token="pm_1"), answer)
    assert asked.error.code == code
    assert asked.error.message == decline({"decline_code": code})
    assert (code in asked.error.message) is (code not in DISCREET)


def test_a_refund_that_fails_at_once_is_refused() -> None:
    refund = {**recorded("refund"), "status": "failed", "failure_reason": "insufficient_funds"}
    asked = stripe("refund", payment(), (200, refund))
    assert isinstance(asked.error, Rejected)
    assert "insufficient_funds" in asked.error.message


# Minor units


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("1250.00", "NOK", 125000),
        ("1250", "JPY", 1250),
        ("1250", "ISK", 125000),
        ("1250", "UGX", 125000),
        ("1250.00", "MGA", 1250),
        ("1.230", "KWD", 1230),
        ("12.34", "HUF", 1234),
        ("12.34", "TWD", 1234),
    ],
)
def test_minor_units_both_ways(amount: str, currency: str, units: int) -> None:
    money = Money.of(amount, currency)
    answer = intent(currency=currency.lower(), amount=units, amount_capturable=units)
    asked = stripe("authorize", payment(provider_id="", token="pm_1", amount=money), answer)
    assert asked.bodies[0]["amount"] == str(units)
    assert asked.result.authorized == money


@pytest.mark.parametrize(("amount", "currency"), [("1.234", "KWD"), ("0.001", "TND"), ("12.50", "MGA")])
def test_amounts_between_two_steps_are_not_rounded(amount: str, currency: str) -> None:
    asked = stripe("authorize", payment(provider_id="", amount=Money.of(amount, currency)), intent())
    assert isinstance(asked.error, Rejected)
    assert amount in asked.error.message
    assert asked.sent == []


# Authorising


def test_an_intent_of_the_shops_own_page_is_confirmed() -> None:
    asked = stripe("authorize", payment(token="pm_1"), intent())
    assert asked.sent == [("POST", f"{PATH}/confirm")]
    assert asked.bodies == [{"payment_method": "pm_1", "return_url": "https://shop.example/thanks"}]


def test_without_a_payment_method_the_shop_gets_a_secret_to_finish_with() -> None:
    answer = intent(status="requires_payment_method", amount_capturable=0)
    asked = stripe("authorize", payment(provider_id="", return_url=""), answer)
    assert asked.result.state is State.PENDING
    assert asked.result.client_secret.reveal() == answer[1]["client_secret"]
    assert not {"confirm", "payment_method", "automatic_payment_methods", "return_url"} & set(asked.bodies[0])


def test_a_declined_intent_that_is_read_says_why() -> None:
    failed = {"type": "card_error", "code": "card_declined", "decline_code": "expired_card"}
    asked = stripe("status", payment(), intent(status="requires_payment_method", last_payment_error=failed))
    assert asked.result.state is State.DECLINED
    assert "has expired" in asked.result.reason


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "requires_capture", "amount_capturable": 0}, State.UNKNOWN),
        ({"status": "canceled", "cancellation_reason": "automatic"}, State.EXPIRED),
        ({"status": "canceled", "cancellation_reason": "abandoned"}, State.CANCELLED),
        ({"status": "processing"}, State.PENDING),
        ({"status": "requires_confirmation"}, State.PENDING),
    ],
)
def test_states(fields: dict[str, Any], state: State) -> None:
    assert stripe("status", payment(), intent(**fields)).result.state is state


def test_an_id_cannot_lead_elsewhere() -> None:
    asked = stripe("status", payment(provider_id="pi_1/../../refunds?x=1"), intent())
    assert all(path.startswith("/v1/payment_intents/pi_1%2F") for _, path in asked.sent)


# Refunds in what is read


@pytest.mark.parametrize(
    ("captured", "counted", "refunded", "state"),
    [
        (125000, 0, "0.00", State.CAPTURED),
        (125000, 40000, "400.00", State.CAPTURED),
        (125000, 125000, "1250.00", State.REFUNDED),
        (40000, 85000, "0.00", State.CAPTURED),
        (40000, 95000, "100.00", State.CAPTURED),
        (40000, 125000, "400.00", State.REFUNDED),
    ],
)
def test_what_a_partial_capture_released_is_no_refund(
    captured: int, counted: int, refunded: str, state: State
) -> None:
    asked = stripe(
        "status",
        payment(),
        intent(status="succeeded", amount_capturable=0, amount_received=captured),
        charge(amount_captured=captured, amount_refunded=counted, refunded=counted == 125000),
    )
    assert (asked.result.refunded, asked.result.state) == (nok(refunded), state)


# Hosted checkout


def test_lines_that_do_not_add_up_are_one_line() -> None:
    for lines in ((), LINES[:1], LINES * 60):
        asked = stripe("create_session", payment(provider_id="", lines=lines), session())
        price = {"currency": "nok", "unit_amount": "125000", "product_data": {"name": "Order 100234"}}
        assert asked.bodies[0]["line_items"] == {"0": {"quantity": "1", "price_data": price}}


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("sv", "sv"),
        ("en-GB", "en-GB"),
        ("pt-BR", "pt-BR"),
        ("", "auto"),
        ("tlh", "auto"),
    ],
)
def test_locale(language: str, wanted: str) -> None:
    assert locale(language) == wanted


def test_an_open_checkout_is_pending_and_a_paid_one_is_its_intent() -> None:
    at = payment(provider_id=SESSION)
    assert stripe("status", at, session()).result.provider_id == SESSION
    asked = stripe("status", at, session(status="complete", payment_intent=INTENT), intent())
    assert (asked.result.provider_id, asked.result.state) == (INTENT, State.AUTHORIZED)
    assert stripe("status", at, session(status="expired")).result.state is State.EXPIRED


def test_a_checkout_that_nobody_paid_is_not_captured() -> None:
    asked = stripe("capture", payment(provider_id=SESSION), session())
    assert isinstance(asked.error, Rejected)
    assert asked.sent == [("GET", f"/v1/checkout/sessions/{SESSION}")]


def test_a_paid_checkout_is_captured_and_refunded_by_its_intent() -> None:
    done = session(status="complete", payment_intent=INTENT)
    asked = stripe("capture", payment(provider_id=SESSION), done, intent(**CAPTURED))
    assert asked.sent[1] == ("POST", f"{PATH}/capture")
    asked = stripe("refund", payment(provider_id=SESSION), done, (200, recorded("refund")))
    assert asked.bodies[1]["payment_intent"] == INTENT
    assert asked.result.provider_id == INTENT


def test_an_open_checkout_is_expired_and_a_paid_one_cancelled() -> None:
    at = payment(provider_id=SESSION)
    asked = stripe("cancel", at, session(payment_intent=INTENT), session(status="expired"))
    assert asked.sent[1] == ("POST", f"/v1/checkout/sessions/{SESSION}/expire")
    assert asked.result.state is State.CANCELLED
    asked = stripe("cancel", at, session(status="complete", payment_intent=INTENT), intent(status="canceled"))
    assert asked.sent[1] == ("POST", f"{PATH}/cancel")


# Looking up


def page(*items: dict[str, Any], more: bool = False) -> tuple[int, dict[str, Any]]:
    return 200, {"object": "list", "data": list(items), "has_more": more, "url": "/v1/payment_intents"}


STRANGER = {**recorded("status"), "metadata": {}, "id": "pi_stranger"}


def test_a_look_up_that_finds_no_end_is_no_answer() -> None:
    asked = stripe("find", payment(provider_id=""), page(STRANGER, more=True))
    assert isinstance(asked.error, Unknown)
    assert len(asked.sent) == PAGES


def test_a_lost_authorisation_is_not_repeated_while_the_look_up_is_open() -> None:
    lost = payment(provider_id="", token="pm_1")
    asked = stripe("authorize", lost, page(STRANGER, more=True), uncertain=True)
    assert asked.outcome.ending is Ending.UNKNOWN
    assert {method for method, _ in asked.sent} == {"GET"}


def test_a_lost_authorisation_is_found_by_our_reference() -> None:
    asked = stripe(
        "authorize", payment(provider_id="", token="pm_1"), page(recorded("status")), uncertain=True
    )
    assert asked.result.provider_id == INTENT
    assert len(asked.sent) == 1


def test_a_lost_authorisation_that_is_nowhere_is_carried_out() -> None:
    asked = stripe(
        "authorize", payment(provider_id="", token="pm_1"), page(STRANGER), page(), intent(), uncertain=True
    )
    assert asked.result.state is State.AUTHORIZED
    assert [method for method, _ in asked.sent] == ["GET", "GET", "POST"]


def test_a_lost_checkout_is_found_among_the_sessions() -> None:
    asked = stripe(
        "create_session", payment(provider_id=""), page(), page(recorded("session")), uncertain=True
    )
    assert asked.result.redirect_url
    assert asked.sent[1] == ("GET", "/v1/checkout/sessions?limit=100")


def test_a_look_up_ends_where_the_payment_began() -> None:
    long_ago = {
        **recorded("session"),
        "created": int(PLACED_AT.timestamp()) - 3600,
        "client_reference_id": "x",
    }
    asked = stripe("find", payment(provider_id=""), page(), page({**long_ago, "metadata": {}}, more=True))
    assert asked.result is None
    assert len(asked.sent) == 2


def test_the_newest_of_two_attempts_counts() -> None:
    newer = {**recorded("status"), "id": "pi_newer"}
    asked = stripe("find", replace(payment(provider_id=""), created_at=None), page(newer, recorded("status")))
    assert asked.result.provider_id == "pi_newer"
    assert asked.sent == [("GET", "/v1/payment_intents?limit=100")]


# Webhooks


def test_fixtures_show_every_event_that_the_guide_asks_for() -> None:
    shown = {delivery["body"]["type"] for delivery in fixture("stripe")["webhooks"]}
    assert shown >= EVENTS
    assert all(event in Stripe.guide for event in EVENTS)


@pytest.mark.skipif(
    not (specs() / "stripe.json").exists(), reason="set CROSSDOCK_SPECS to the descriptions' folder"
)
@pytest.mark.parametrize("delivery", fixture("stripe")["webhooks"], ids=lambda item: item["body"]["type"])
def test_recorded_webhooks_are_as_published(delivery: dict[str, Any]) -> None:
    judge, item = description("stripe.json"), delivery["body"]["data"]["object"]
    schemas = {"event": delivery["body"], item["object"]: item}
    for name in set(schemas) & set(judge.document["components"]["schemas"]):
        assert judge.violations(name, schemas[name]) == []
