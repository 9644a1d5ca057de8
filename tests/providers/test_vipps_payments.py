"""What only Vipps does: references of attempts, amounts that decide, its problem documents."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.client.answer import HttpAnswer
from connectors.contracts.payment import Payment, State
from connectors.errors import Misconfigured, ReadBack, Rejected, RetryLater, Unknown
from connectors.providers.vipps.bodies import opening_reference, our_reference
from tenants.money import Money
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import LINES, nok
from tests.contract.scenarios.payment import paid
from tests.contract.test_webhooks import reader
from tests.providers.asking import Asked, ask

REFERENCE = "5f0c1d7a9b2e4c63a1f08d4be2713f55"
TOKEN = (200, fixture("vipps")["login"]["answer"]["body"])
PATH = "/epayment/v1/payments"


def vipps(operation: str, request: Payment, *answers: Any, **options: Any) -> Asked:
    """The login is answered first."""
    return ask("vipps", operation, request, TOKEN, *answers, **options)


def payment(**given: Any) -> Payment:
    return paid()(given)


def read(state: str = "AUTHORIZED", reference: str = REFERENCE, **amounts: int) -> tuple[int, Any]:
    """A payment as it is read; amounts in minor units."""
    body = copy.deepcopy(fixture("vipps")["scenarios"]["status"]["exchanges"][0]["answer"]["body"])
    for name, value in amounts.items():
        body["aggregate"][f"{name}Amount"]["value"] = value
    return 200, {**body, "state": state, "reference": reference}


def problem(status: int, code: str = "", **fields: Any) -> tuple[int, Any]:
    details = [{"name": "ErrorCode", "reason": code}] if code else []
    document = {
        "type": f"https://httpstatuses.io/{status}",
        "title": "No",
        "status": status,
        "detail": "No way.",
    }
    return status, {**document, "extraDetails": details, **fields}


OPENED = (201, {"reference": REFERENCE, "redirectUrl": "https://landing.vipps.example?token=1"})


@pytest.mark.parametrize(
    ("known_as", "opened"),
    [
        ("", "r"),
        ("r", "r-try2"),
        ("r-try2", "r-try3"),
        ("r-try9", "r-try10"),
        ("the-shops-own-1", "r"),
        ("rr-try2", "r"),
    ],
)
def test_each_attempt_has_a_reference_of_its_own(known_as: str, opened: str) -> None:
    request = replace(payment(), reference="r", provider_id=known_as)
    assert opening_reference(request) == opened
    assert our_reference(opened) == "r"


@pytest.mark.parametrize(
    ("amounts", "state"),
    [
        ({}, State.AUTHORIZED),
        ({"captured": 40000}, State.CAPTURED),
        ({"captured": 125000}, State.CAPTURED),
        ({"captured": 40000, "cancelled": 85000}, State.CAPTURED),
        ({"captured": 40000, "refunded": 15000}, State.CAPTURED),
        ({"captured": 40000, "refunded": 40000}, State.REFUNDED),
        ({"cancelled": 125000}, State.CANCELLED),
        ({"cancelled": 50000}, State.AUTHORIZED),
        ({"authorized": 0}, State.UNKNOWN),
    ],
    ids=str,
)
def test_the_amounts_decide(amounts: dict[str, int], state: State) -> None:
    asked = vipps("status", payment(provider_id=REFERENCE), read(**amounts))
    assert (asked.result.state, asked.result.raw_state) == (state, "AUTHORIZED")
    assert {name: getattr(asked.result, name).minor for name in amounts} == amounts


def test_a_payment_that_waits_for_the_shopper_shows_its_page_again() -> None:
    asked = vipps("authorize", payment(provider_id=REFERENCE), read("CREATED", authorized=0))
    assert (asked.result.state, asked.result.redirect_url[:8]) == (State.PENDING, "https://")
    assert asked.sent[1:] == [("GET", f"{PATH}/{REFERENCE}")]


@pytest.mark.parametrize(("state", "told"), [("AUTHORIZED", State.AUTHORIZED), ("ABORTED", State.DECLINED)])
def test_a_payment_that_the_shop_has_opened_is_taken_over_as_it_is(state: str, told: State) -> None:
    asked = vipps("authorize", payment(token="shop-order-77"), read(state, "shop-order-77"))
    assert (asked.result.state, asked.result.provider_id) == (told, "shop-order-77")
    assert asked.sent[1:] == [("GET", f"{PATH}/shop-order-77")]


@pytest.mark.parametrize("token", ["shop-order-77", "+4790000001"])
def test_a_session_is_a_page_whatever_the_token(token: str) -> None:
    asked = vipps("create_session", payment(token=token), OPENED)
    assert asked.bodies[1]["userFlow"] == "WEB_REDIRECT"
    lost = vipps("create_session", payment(token=token), read("CREATED", authorized=0), uncertain=True)
    assert lost.sent[1:] == [("GET", f"{PATH}/{REFERENCE}")]


def test_after_the_shops_own_payment_came_to_nothing_we_open_one() -> None:
    request = payment(token="shop-order-77", provider_id="shop-order-77")
    asked = vipps("authorize", request, read("EXPIRED", "shop-order-77"), OPENED)
    assert (asked.result.state, asked.result.provider_id) == (State.PENDING, REFERENCE)
    assert asked.bodies[2]["userFlow"] == "WEB_REDIRECT"


def test_a_payment_of_the_shop_that_is_not_there() -> None:
    asked = vipps("authorize", payment(token="shop-order-77"), problem(404, "5090"))
    assert (asked.outcome.ending, asked.error.code) == (Ending.FAILED, "5090")
    assert [method for method, _ in asked.sent] == ["POST", "GET"]


def test_lines_that_do_not_add_up_are_not_shown() -> None:
    for lines in (
        (),
        LINES[:1],
        (replace(LINES[0], total=nok("1350.00")), replace(LINES[1], total=nok("-100"))),
    ):
        asked = vipps("create_session", payment(lines=lines), OPENED)
        assert asked.result.provider_id == REFERENCE
        assert "receipt" not in asked.bodies[1]


def test_a_lost_opening_is_looked_for_under_its_own_reference() -> None:
    """Neither the earlier attempt's end nor its payment is the answer."""
    second = f"{REFERENCE}-try2"
    request = payment(provider_id=REFERENCE)
    ended, opened = read("ABORTED", authorized=0), read("CREATED", second, authorized=0)
    asked = vipps("authorize", request, ended, opened, uncertain=True)
    assert (asked.result.state, asked.result.provider_id) == (State.PENDING, second)
    assert asked.sent[1:] == [("GET", f"{PATH}/{REFERENCE}"), ("GET", f"{PATH}/{second}")]


def test_only_vipps_own_word_proves_that_there_is_no_payment() -> None:
    nothing = vipps("find", payment(), problem(404, "5090"))
    assert nothing.result is None
    somebody = vipps("authorize", payment(), (404, {"message": "no route"}), uncertain=True)
    assert somebody.outcome.ending is Ending.UNKNOWN
    assert [method for method, _ in somebody.sent] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"return_url": ""}, Misconfigured, "set ReturnUrl"),
        ({"token": "pm_card_visa"}, Rejected, "or the shopper's phone number"),
        ({"token": "+47 900 01"}, Rejected, "10 to 15 digits"),
        ({"amount": Money.of(1250, "JPY")}, Rejected, "DKK, EUR, NOK and no JPY"),
        ({"amount": Money.of("9.90", "SEK")}, Rejected, "no SEK"),
    ],
    ids=["no way back", "a card", "a short number", "yen", "kronor"],
)
def test_what_vipps_does_not_take_is_not_sent(given: dict[str, Any], kind: type, words: str) -> None:
    asked = vipps("authorize", payment(**given))
    assert isinstance(asked.error, kind)
    assert words in asked.error.message
    assert asked.sent == []


@pytest.mark.parametrize(
    ("answer", "writes", "reads"),
    [
        (problem(400), Rejected, Rejected),
        (problem(400, "6080"), Rejected, Rejected),
        (problem(400, "7010"), Rejected, Rejected),
        (problem(404, "5090"), Rejected, Rejected),
        (problem(409), ReadBack, Rejected),
        *((problem(409, code), ReadBack, Rejected) for code in ("4010", "4020", "4150")),
        *(
            (problem(400, code), ReadBack, Rejected)
            for code in ("6040", "6090", "6150", "6170", "6180", "6190")
        ),
        *((problem(403, code), Misconfigured, Misconfigured) for code in ("5040", "5060", "5080", "5100")),
        (problem(403), Misconfigured, Misconfigured),
        (problem(423, "6160"), RetryLater, RetryLater),
        (problem(400, "6160"), RetryLater, RetryLater),
        ((423, {}), RetryLater, RetryLater),
        ((401, {"statusCode": 401, "message": "Access denied."}), Misconfigured, Misconfigured),
        ((429, {"statusCode": 429, "message": "Rate limit is exceeded."}), RetryLater, RetryLater),
        (problem(500, "3010"), Unknown, RetryLater),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, tuple) else value.__name__,
)
def test_errors(answer: tuple[int, Any], writes: type, reads: type) -> None:
    status, body = answer
    given = HttpAnswer(status, {}, json.dumps(body).encode())
    assert [type(reader("vipps").classify(given, writing)) for writing in (True, False)] == [writes, reads]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "No way."),
        ({"detail": None}, "No"),
        ({"extraDetails": [{"name": "reference", "reason": "too long"}]}, "No way. (reference: too long)"),
        ({"extraDetails": None}, "No way."),
        ({"extraDetails": [7]}, "Vipps MobilePay answered with HTTP status 400"),
        ({"title": "", "detail": "", "type": None}, "Vipps MobilePay answered with HTTP status 400"),
    ],
    ids=str,
)
def test_problems_in_words(fields: dict[str, Any], message: str) -> None:
    asked = vipps("capture", payment(provider_id=REFERENCE), problem(400, **fields))
    assert asked.error.message == message
    assert isinstance(asked.error, Rejected)


def test_who_calls_is_told_and_keys_are_only_in_headers() -> None:
    asked = vipps("create_session", payment(), OPENED)
    login, create = asked.server.requests
    for request in (login, create):
        assert request.headers["vipps-system-plugin-name"] == "crossdock-vipps"
    assert (login.body, login.headers["content-length"]) == (b"", "0")
    assert "client_secret" not in create.headers
    assert "authorization" not in login.headers
