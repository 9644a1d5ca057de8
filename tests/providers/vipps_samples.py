"""What Vipps' published samples and vectors have to come to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentEvent, State
from connectors.errors import BadSignature, Misconfigured, Rejected
from connectors.providers.vipps import Vipps, VippsLogin
from tenants.secret_value import SecretValue
from tests.contract.published import description, specs
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {
    "vipps-event-log": "the log of a payment is for people; the hub reads the payment and hears its webhooks",
    "vipps-webhook-register": "webhooks are registered by hand, as the guide says; the hub registers none",
}


def token(data: dict[str, Any], samples: Samples) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    found = VippsLogin().read_token(HttpAnswer(200, {}, json.dumps(data).encode()), now)
    assert found.access.reveal() == data["access_token"]
    assert found.expires_at == now + timedelta(seconds=int(data["expires_in"]))


def request(schema: str) -> Any:
    """The judge of our own requests takes the vendor's example for good."""

    def read(data: dict[str, Any], samples: Samples) -> None:
        if not (specs() / "vipps-epayment.json").exists():
            pytest.skip("set CROSSDOCK_SPECS to the folder of the descriptions")
        assert description("vipps-epayment.json").violations(schema, data) == []

    return read


def opened(data: dict[str, Any], samples: Samples) -> None:
    result = reader("vipps").read_opened(data)  # type: ignore[attr-defined]
    assert (result.provider_id, result.state) == (data["reference"], State.PENDING)
    assert result.redirect_url == data["redirectUrl"]


def totals(data: dict[str, Any], samples: Samples) -> None:
    """An excerpt: the amounts without the payment that they are of."""
    found = reader("vipps").read_totals(data["aggregate"])  # type: ignore[attr-defined]
    assert {f"{name}Amount": amount.minor for name, amount in found._asdict().items()} == {
        name: amount["value"] for name, amount in data["aggregate"].items()
    }


def cancelled(data: dict[str, Any], samples: Samples) -> None:
    result = reader("vipps").read_payment(data)  # type: ignore[attr-defined]
    assert (result.state, result.raw_state, result.provider_id) == (
        State.CANCELLED,
        data["state"],
        data["reference"],
    )
    assert result.cancelled == result.authorized


def authorized(data: dict[str, Any], samples: Samples) -> None:
    """An event of a sales unit that is not the connector's is refused, the same of its own is read."""
    provider: Any = reader("vipps")
    with pytest.raises(Misconfigured, match=data["msn"]):
        provider.read_webhook(_inbound(json.dumps(data)))
    [event] = provider.read_webhook(_inbound(json.dumps({**data, "msn": provider.values.merchant_id})))
    assert isinstance(event, PaymentEvent)
    assert (event.result.state, event.operation, event.amount.minor) == (
        State.AUTHORIZED,
        "authorize",
        data["amount"]["value"],
    )
    assert (event.reference, event.provider_id) == (data["reference"], data["reference"])
    assert event.occurred_at.isoformat() == data["timestamp"].replace("Z", "000+00:00")


def signature(data: dict[str, Any], samples: Samples) -> None:
    """The vector holds at its own time, with either header, and for nothing else."""
    headers = {name.lower(): value for name, value in data["headers"].items()}
    inbound = replace(_inbound(data["body"]), url=data["url"], headers=headers)
    secrets = [SecretValue(data["secret"])]
    at = parsedate_to_datetime(data["headers"]["x-ms-date"]).timestamp()
    Vipps.webhook.verify(inbound, secrets, at)
    authorization = headers.pop("authorization")
    Vipps.webhook.verify(
        replace(inbound, headers={**headers, "x-vipps-authorization": authorization}), secrets, at
    )
    made = Vipps.webhook.sign(data["body"].encode(), secrets, now=at, url=data["url"])
    assert {name.lower(): value for name, value in made.items()} == {
        name: value for name, value in {**headers, "authorization": authorization}.items() if name != "host"
    }
    elsewhere = urlsplit(data["url"])._replace(netloc="hub.example").geturl()
    for url in (elsewhere, data["url"] + "/"):
        with pytest.raises(BadSignature):
            Vipps.webhook.verify(
                replace(inbound, url=url, headers={**headers, "authorization": authorization}), secrets, at
            )


def problem(data: dict[str, Any], samples: Samples) -> None:
    """The form of the knowledge base, whose status is a text."""
    error = reader("vipps").classify(HttpAnswer(400, {}, json.dumps(data).encode()), True)
    assert isinstance(error, Rejected)
    assert error.code == "validation-error"
    assert error.message.startswith(data["detail"])
    assert all(f"{item['name']}: {item['reason']}" in error.message for item in data["extraDetails"])


def _inbound(body: str) -> Inbound:
    return Inbound(method="POST", url="https://hub.example/", headers={}, body=body.encode(), received_at=0)


READERS = {
    "vipps-token": token,
    "vipps-create-request": request("CreatePaymentRequest"),
    "vipps-create-response": opened,
    "vipps-capture-full-request": request("CaptureModificationRequest"),
    "vipps-capture-full-response": totals,
    "vipps-cancel-after-authorization": cancelled,
    "vipps-webhook-authorized": authorized,
    "vipps-webhook-signature": signature,
    "vipps-error-problem-json": problem,
}
