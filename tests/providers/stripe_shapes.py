"""What Stripe answers in its own tests: recorded objects with some fields changed, and how to ask."""

from __future__ import annotations

from typing import Any

from connectors.contracts.payment import Payment
from connectors.schema import SettingsValues
from tenants.secret_value import SecretValue
from tests.contract.fixtures import fixture
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


def page(*items: dict[str, Any], more: bool = False) -> tuple[int, dict[str, Any]]:
    return 200, {"object": "list", "data": list(items), "has_more": more, "url": "/v1/payment_intents"}


STRANGER = {**recorded("status"), "metadata": {}, "id": "pi_stranger"}
