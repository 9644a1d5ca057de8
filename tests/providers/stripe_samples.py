"""What Stripe's published samples and vectors have to come to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.calls import Ending, perform
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentEvent, State
from connectors.errors import BadSignature, Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.stripe import Stripe
from connectors.signing import HmacSha256
from tenants.secret_value import SecretValue
from tests.contract.bench import Bench
from tests.contract.replay import Replay
from tests.contract.scenarios import payment
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {"stripe-webhook_endpoint": "endpoints are made in Stripe's Dashboard; the hub reads none"}


def outcome_of(name: str, exchange: dict[str, Any], answer: Any) -> Any:
    """The outcome of a scenario's operation when the vendor answers this."""
    scenario = next(item for item in payment.SCENARIOS if item.name == name)
    with Replay([{"request": exchange, "answer": {"body": answer}}]) as server:
        bench = Bench("stripe", server)
        return perform(bench.prepare(scenario), bench.ports)


def intent(data: dict[str, Any], samples: Samples) -> None:
    path = "/v1/payment_intents/pi_3QabKx2eZvKYlo2C0NordStore"
    outcome = outcome_of("status", {"method": "GET", "path": path}, data)
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.result.state is State.DECLINED
    assert outcome.result.provider_id == data["id"]
    assert outcome.result.captured.minor == data["amount_received"]


def refund(data: dict[str, Any], samples: Samples) -> None:
    outcome = outcome_of("refund", {"method": "POST", "path": "/v1/refunds"}, data)
    assert outcome.ending is Ending.SUCCEEDED
    assert (outcome.result.state, outcome.result.operation_id) == (State.REFUNDED, data["id"])


def event(data: dict[str, Any], samples: Samples) -> None:
    """An event that is not about money of ours is known by its id and changes nothing."""
    [found] = reader("stripe").read_webhook(inbound(json.dumps(data)))  # type: ignore[attr-defined]
    assert (found.id, found.type) == (data["id"], data["type"])
    assert not isinstance(found, PaymentEvent)


def inbound(body: str, header: str = "") -> Inbound:
    headers = {"stripe-signature": header}
    return Inbound(
        method="POST", url="https://hub.example/", headers=headers, body=body.encode(), received_at=0
    )


def digest(data: dict[str, Any], samples: Samples) -> None:
    scheme = HmacSha256(header="Signature", key="secret")
    signed = scheme.sign(data["signed_payload"].encode(), [SecretValue(data["secret"])], now=0)
    assert signed == {"Signature": data["hmac_sha256_hex"]}


def header(data: dict[str, Any], samples: Samples) -> None:
    verify(data, data["header"])
    verify(data, data["header"], late=data["tolerance_seconds_default"])
    with pytest.raises(BadSignature):
        verify(data, data["header"], late=data["tolerance_seconds_default"] + 1)


def verify(signed: dict[str, Any], given: str, late: int = 0) -> None:
    secrets = [SecretValue(signed["secret"])]
    Stripe.webhook.verify(inbound(signed["payload"], given), secrets, signed["timestamp"] + late)


def headers(data: list[dict[str, Any]], samples: Samples) -> None:
    signed = samples["stripe-webhook-header"]
    for item in data:
        if item["why"].startswith("MUST BE ACCEPTED"):
            verify(signed, item["header"])
        else:
            with pytest.raises(BadSignature):
                verify(signed, item["header"])


KINDS = {
    "InvalidRequest": (Rejected, Rejected),
    "Idempotency": (Unknown, Unknown),
    "Authentication": (Misconfigured, Misconfigured),
    "Permission": (Misconfigured, Misconfigured),
    "Card": (Rejected, Rejected),
    "RateLimit": (RetryLater, RetryLater),
    "API": (Unknown, RetryLater),
}


def errors(data: list[dict[str, Any]], samples: Samples) -> None:
    for item in data:
        answer = HttpAnswer(item["http"], {}, json.dumps(item["body"]).encode())
        kinds = tuple(type(reader("stripe").classify(answer, writes)) for writes in (True, False))
        assert kinds == KINDS[item["class"]], item


READERS = {
    "stripe-payment_intent": intent,
    "stripe-refund": refund,
    "stripe-event": event,
    "stripe-hmac-empty": digest,
    "stripe-hmac-json": digest,
    "stripe-webhook-header": header,
    "stripe-webhook-header-rejects": headers,
    "stripe-error-classes": errors,
}
