"""What PayPal's published samples and vectors have to come to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.auth import Token
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentEvent
from connectors.errors import BadSignature, RetryLater, Unknown
from connectors.providers.paypal import Paypal
from tenants.secret_value import SecretValue
from tests.contract.published import description, specs
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {"paypal-webhook-create": "webhooks are made in PayPal's dashboard; the hub makes none"}


def signature(data: dict[str, Any], samples: Samples) -> None:
    """The vector's certificate has expired since, so the clock stands at the moment of the transmission."""
    headers = {name.lower(): value for name, value in data["headers"].items()}
    sent = datetime.fromisoformat(headers["paypal-transmission-time"]).timestamp()
    inbound = Inbound(
        method="POST",
        url="https://hub.example/",
        headers=headers,
        body=data["body"].encode(),
        received_at=sent,
        fetched={headers["paypal-cert-url"]: data["certificate_pem"].encode()},
    )
    webhook = SecretValue(data["webhook_id"])
    Paypal.webhook.verify(inbound, [webhook], sent)
    [event] = reader("paypal").read_webhook(inbound)  # type: ignore[attr-defined]
    assert (event.id, type(event).__name__) == (json.loads(data["body"])["id"], "WebhookEvent")
    longer = replace(Paypal.webhook, tolerance=10**9)
    for scheme, secret, changed, now in (
        (Paypal.webhook, SecretValue("NotToBeFound"), inbound, sent),
        (Paypal.webhook, webhook, replace(inbound, body=inbound.body + b" "), sent),
        (Paypal.webhook, webhook, replace(inbound, fetched={}), sent),
        (longer, webhook, inbound, datetime(2020, 1, 1, tzinfo=UTC).timestamp()),
    ):
        with pytest.raises(BadSignature):
            scheme.verify(changed, [secret], now)


def request(path: str, schema: str) -> Any:
    """The judge of our own requests takes the vendor's example for good."""

    def read(data: dict[str, Any], samples: Samples) -> None:
        if not (specs() / path).exists():
            pytest.skip("set CROSSDOCK_SPECS to the folder of the descriptions")
        assert description(path).violations(schema, data) == []

    return read


def server_error(data: dict[str, Any], samples: Samples) -> None:
    """PayPal may have done it."""
    answer = HttpAnswer(500, {}, json.dumps(data).encode())
    error = reader("paypal").classify(answer, True)
    assert isinstance(error, Unknown)
    assert data["debug_id"] in error.message
    assert isinstance(reader("paypal").classify(answer, False), RetryLater)


def throttled(data: dict[str, Any], samples: Samples) -> None:
    answer = HttpAnswer(data["http"], {}, json.dumps(data["body"]).encode())
    error = reader("paypal").classify(answer, True)
    assert isinstance(error, RetryLater)
    assert error.code == data["body"]["name"]


def token(data: dict[str, Any], samples: Samples) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    found = Paypal.auth.read_token(HttpAnswer(200, {}, json.dumps(data).encode()), now)
    assert isinstance(found, Token)
    assert found.access.reveal() == data["access_token"]
    assert found.expires_at is not None
    assert (found.expires_at - now).total_seconds() == data["expires_in"]


def stranger(data: dict[str, Any], samples: Samples) -> None:
    """A capture that names neither our reference nor its order is known by its id and changes nothing."""
    body = json.dumps(data).encode()
    inbound = Inbound(method="POST", url="https://hub.example/", headers={}, body=body, received_at=0)
    [found] = reader("paypal").read_webhook(inbound)  # type: ignore[attr-defined]
    assert (found.id, found.type) == (data["id"], data["event_type"])
    assert not isinstance(found, PaymentEvent)
    data["resource"]["custom_id"] = "ours"
    inbound = replace(inbound, body=json.dumps(data).encode())
    [found] = reader("paypal").read_webhook(inbound)  # type: ignore[attr-defined]
    assert isinstance(found, PaymentEvent)
    amount = data["resource"]["amount"]
    assert (found.reference, str(found.amount)) == ("ours", f"{amount['value']} {amount['currency_code']}")
    assert found.result.operation_id == data["resource"]["id"]


READERS = {
    "paypal-webhook-signature": signature,
    "paypal-order-create": request("paypal-orders.json", "order_request"),
    "paypal-authorization-capture": request("paypal-payments.json", "capture_request"),
    "paypal-error-500": server_error,
    "paypal-error-429": throttled,
    "paypal-token": token,
    "paypal-webhook-capture-completed": stranger,
}
