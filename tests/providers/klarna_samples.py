"""What Klarna's published samples have to come to. Some are cut short or older than the API: those are no success."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.calls import Ending, Outcome, perform
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.payment import State
from connectors.errors import ReadBack, Rejected
from connectors.providers.klarna.bodies import moved, order_body, page_body
from tenants.money import Money
from tests.contract.bench import Bench
from tests.contract.fixtures import fixture
from tests.contract.replay import Replay
from tests.contract.scenarios import payment
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {"klarna-om-capture-list": "captures are counted by the order's own totals"}


def outcome_of(name: str, *answers: Any, **given: Any) -> Outcome:
    """The outcome of a scenario's operation when the vendor answers these in turn, else as recorded."""
    scenario = next(item for item in payment.SCENARIOS if item.name == name)
    recorded = [dict(item) for item in fixture("klarna")["scenarios"][name]["exchanges"]]
    for exchange, answer in zip(recorded, answers, strict=False):
        exchange["answer"] = answer
    with Replay(recorded) as server:
        bench = Bench("klarna", server)
        return perform(bench.prepare(scenario), bench.ports)


def order(data: dict[str, Any], samples: Samples) -> None:
    result = outcome_of("status", {"body": data}).result
    assert (result.state, result.provider_id) == (State.AUTHORIZED, data["order_id"])
    assert result.authorized == Money.of(0, "USD")


def cut_short(data: dict[str, Any], samples: Samples) -> None:
    """Without its currency and fraud check, nothing can be said of an order's money."""
    assert "purchase_currency" not in data
    assert outcome_of("status", {"body": data}).ending is Ending.RETRY


def captured(data: dict[str, Any], samples: Samples) -> None:
    outcome = outcome_of("capture", {"status": data["status"], "headers": data["headers"]})
    assert outcome.result.operation_id == data["headers"]["Capture-Id"]
    outcome = outcome_of("capture", {"status": 201, "headers": {"Location": data["headers"]["Location"]}})
    assert outcome.result.operation_id == data["headers"]["Location"].rpartition("/")[2]


def session(data: dict[str, Any], samples: Samples) -> None:
    """The page is then asked for by the session's address, which the recorded one does not have."""
    page = fixture("klarna")["scenarios"]["session"]["exchanges"][1]["answer"]
    result = outcome_of("session", {"body": data}, page).result
    assert result.client_secret.reveal() == data["client_token"]


def page(data: dict[str, Any], samples: Samples) -> None:
    """Authorised, but no order is placed yet."""
    result = reader("klarna").read_page(data, "hpp:1")  # type: ignore[attr-defined]
    assert (result.state, result.raw_state) == (State.PENDING, data["status"])


def older_page(data: dict[str, Any], samples: Samples) -> None:
    assert "session_id" not in data
    own = fixture("klarna")["scenarios"]["session"]["exchanges"][0]["answer"]
    assert outcome_of("session", own, {"status": 201, "body": data}).ending is Ending.UNKNOWN


def callback(data: dict[str, Any], samples: Samples) -> None:
    """The hub asks for no such callback: Klarna places the order itself, or the shop hands the token over."""
    inbound = Inbound("POST", "https://hub.example/", {}, json.dumps(data).encode(), 0)
    with pytest.raises(Rejected):
        reader("klarna").read_webhook(inbound)  # type: ignore[attr-defined]


def error(data: dict[str, Any], samples: Samples) -> None:
    found = reader("klarna").classify(HttpAnswer(data["http"], {}, json.dumps(data["body"]).encode()), True)
    assert isinstance(found, ReadBack)
    assert found.code == data["body"]["error_code"]
    assert data["body"]["correlation_id"] in found.message


def minor(money: Money) -> int:
    return money.minor


def asked_for_session(data: dict[str, Any], samples: Samples) -> None:
    ours = order_body(payment.paid()({}), minor, "https://hub.example/")
    assert set(ours) <= set(data)
    assert set(ours["order_lines"][0]) <= set(data["order_lines"][0])
    assert set(ours["billing_address"]) <= set(data["billing_address"])
    assert set(ours["merchant_urls"]) <= set(data["merchant_urls"])


def asked_for_page(data: dict[str, Any], samples: Samples) -> None:
    """Newer than the sample: the page that places the order, the way back, and callbacks."""
    ours = page_body(payment.paid()({}), "https://api.example/", "https://hub.example/")
    assert set(ours) == set(data)
    newer = {"back", "error", "status_update"}
    assert set(ours["merchant_urls"]) - newer <= set(data["merchant_urls"])


def asked_for_capture(data: dict[str, Any], samples: Samples) -> None:
    assert set(moved(payment.paid()({}), "captured_amount", minor)) - {"reference"} <= set(data)


READERS = {
    "klarna-om-order": cut_short,
    "klarna-om-capture-created": captured,
    "klarna-kp-session-created": session,
    "klarna-hpp-session": page,
    "klarna-authorization-callback": callback,
    "klarna-om-error-capture-not-allowed": error,
    "klarna-OrderManagementGetOrderResponse": order,
    "klarna-OrderManagementCreateCaptureRequest": asked_for_capture,
    "klarna-PaymentCreateNewSessionRequest": asked_for_session,
    "klarna-PaymentCreateNewSessionResponse": session,
    "klarna-HostedPaymentPageCreateSessionRequest": asked_for_page,
    "klarna-HostedPaymentPageCreateSessionResponse": older_page,
}
