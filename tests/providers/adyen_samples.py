"""What Adyen's published samples and vectors have to come to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending, perform
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentEvent, State
from connectors.errors import BadSignature, Rejected
from connectors.providers.adyen import Adyen
from tenants.secret_value import SecretValue
from tests.contract.bench import Bench, connector
from tests.contract.fixtures import fixture
from tests.contract.replay import Replay
from tests.contract.scenarios import payment
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {
    "adyen-sessions-success": "sessions serve Adyen's own client code in the shop; the hub opens payment links"
}


def result_of(name: str, status: int, answer: Any) -> Any:
    """The result of a scenario's operation when Adyen answers this."""
    scenario = next(item for item in payment.SCENARIOS if item.name == name)
    request = fixture("adyen")["scenarios"][name]["exchanges"][0]["request"]
    with Replay([{"request": request, "answer": {"status": status, "body": answer}}]) as server:
        bench = Bench("adyen", server)
        outcome = perform(bench.prepare(scenario), bench.ports)
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    return outcome.result


def paid(data: dict[str, Any], samples: Samples) -> None:
    result = result_of("authorise", 200, data)
    assert (result.state, result.provider_id) == (State.AUTHORIZED, data["pspReference"])
    assert result.authorized == payment.ALL


def taken_on(name: str) -> Any:
    def read(data: dict[str, Any], samples: Samples) -> None:
        result = result_of(name, 201, data)
        assert (result.state, result.operation_id) == (State.PENDING, data["pspReference"])

    return read


def link(data: dict[str, Any], samples: Samples) -> None:
    result = result_of("session", 201, data)
    assert (result.provider_id, result.redirect_url) == (data["id"], data["url"])


def error(data: dict[str, Any], samples: Samples) -> None:
    answer = HttpAnswer(data["status"], {}, json.dumps(data).encode())
    found = reader("adyen").classify(answer, writes=True)
    assert isinstance(found, Rejected)
    assert (found.code, found.message) == (data["errorCode"], data["message"])


def event(operation: str, state: State) -> Any:
    def read(data: dict[str, Any], samples: Samples) -> None:
        item = data["notificationItems"][0]["NotificationRequestItem"]
        [found] = of_account(item["merchantAccountCode"]).read_webhook(inbound(data))
        assert isinstance(found, PaymentEvent)
        assert (found.operation, found.result.state) == (operation, state)
        assert (found.reference, found.amount.minor) == (item["merchantReference"], item["amount"]["value"])
        assert found.result.operation_id == item["pspReference"]

    return read


def of_account(merchant: str) -> Adyen:
    config = connector("adyen", host="https://vendor.invalid")
    columns = {"merchant_id": merchant, "bearer_token": "AQE1", "is_test": True}
    return Adyen(replace(config, values=Adyen.settings.compile(columns, {})), None)  # type: ignore[arg-type]


def inbound(data: Any) -> Inbound:
    body = json.dumps(data).encode()
    return Inbound(method="POST", url="https://hub.example/", headers={}, body=body, received_at=0)


def signature(data: dict[str, Any], samples: Samples) -> None:
    key, item = SecretValue(data["hmac_key_hex"]), data["item"]
    extra = {**item.get("additionalData", {}), "hmacSignature": data["hmac_base64"]}
    whole = wrapped({**item, "additionalData": extra})
    Adyen.webhook.verify(inbound(whole), [key], 0)
    assert json.loads(Adyen.webhook.sign_body(json.dumps(wrapped(item)).encode(), [key])) == whole
    for changed in ({"success": "false"}, {"merchantReference": "another"}, {"pspReference": ""}):
        with pytest.raises(BadSignature):
            Adyen.webhook.verify(inbound(wrapped({**item, "additionalData": extra, **changed})), [key], 0)


def wrapped(item: dict[str, Any]) -> dict[str, Any]:
    return {"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}


READERS = {
    "adyen-payments-success": paid,
    "adyen-paymentcapture-success": taken_on("capture"),
    "adyen-paymentscancels-success": taken_on("cancel"),
    "adyen-paymentlinks-success": link,
    "adyen-payments-error-invalid-data-422": error,
    "adyen-webhook-authorisationTrue": event("authorize", State.AUTHORIZED),
    "adyen-webhook-captureTrue": event("capture", State.CAPTURED),
    "adyen-webhook-refundFalse": event("refund", State.DECLINED),
    "adyen-hmac-authorisation": signature,
    "adyen-hmac-with-original-reference": signature,
    "adyen-hmac-backslash": signature,
    "adyen-hmac-mixed": signature,
}
