"""What only the Webhook implementation does: addresses with order fields, headers, signatures, reading any answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.erp import OrderExport
from connectors.contracts.validation import ValidationRequest
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.webhook import Webhook
from connectors.schema import SettingsError, SettingsValues
from tenants.secret_value import SecretValue
from tests.contract.bench import KEY
from tests.contract.scenarios.base import ORDER
from tests.providers.asking import Asked, Says, ask

RAW_KEY = b"a key of twenty-four byt"
SIGNING = SecretValue("whsec_" + base64.b64encode(RAW_KEY).decode())
DONE = (200, {})


def values(**given: Any) -> SettingsValues:
    properties = {key: given.pop(key) for key in list(given) if key[0].isupper()}
    return Webhook.settings.compile(given, properties)


def send(
    answer: Any = DONE,
    *,
    operation: str = "exchange_order",
    step: Any = None,
    order: Any = ORDER,
    **options: Any,
) -> Asked:
    request = OrderExport(reference="100234", order=order, properties=step or {})
    return ask("webhook", operation, request, answer, **{"values": values(), **options})


# The address


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", "/"),
        ("/orders/{number}", "/orders/100234"),
        ("/orders/{number}/", "/orders/100234/"),
        ("/o?n={Number}&m={market}&to={customer.email}", "/o?n=100234&m=NOR&to=kari%40example.com"),
        ("/{order_type}/{OrderType}/{properties.GiftWrap}", "/Online/Online/True"),
        ("/o?store={store}", "/o?store="),
    ],
)
def test_order_fields_in_the_address(path: str, wanted: str) -> None:
    asked = send(path=path)
    assert asked.result
    assert asked.sent == [("POST", wanted)]


def test_order_fields_are_encoded() -> None:
    asked = send(path="/orders/{number}?x={number}", order=replace(ORDER, number="A/1 ?&#ø=../"))
    encoded = "A%2F1%20%3F%26%23%C3%B8%3D..%2F"
    assert asked.sent == [("POST", f"/orders/{encoded}?x={encoded}")]


@pytest.mark.parametrize(
    "path",
    ["/{colour}", "/{customer.shoe_size}", "/{customer}", "/{lines}", "/{}", "/{number.x}", "/{__class__}"],
)
def test_unknown_order_fields_are_refused(path: str) -> None:
    asked = send(path=path)
    assert isinstance(asked.error, Misconfigured)
    assert path.strip("/") in asked.error.message
    assert asked.sent == []


@pytest.mark.parametrize("number", ["..", "."])
def test_an_order_number_cannot_climb_out_of_the_address(number: str) -> None:
    asked = send(path="/orders/{number}", order=replace(ORDER, number=number))
    assert isinstance(asked.error, Misconfigured)
    assert asked.sent == []


@pytest.mark.parametrize("url", ["https://{market}.example/x", "https://hub{number}/x"])
def test_an_order_cannot_choose_the_host(url: str) -> None:
    asked = send(step={"Url": url})
    assert isinstance(asked.error, Misconfigured)
    assert "host name" in asked.error.message


def test_without_any_address() -> None:
    asked = send(host="")
    assert isinstance(asked.error, Misconfigured)
    assert "Host" in asked.error.message


@pytest.mark.parametrize("bad", ["ftp://example.com", "example.com/x", "https://user:pw@example.com/"])
def test_an_address_that_is_none(bad: str) -> None:
    for key in ("Url", "Host"):
        with pytest.raises(SettingsError):
            values(**{key: bad})
        assert isinstance(send(step={key: bad}).error, Misconfigured)


def test_the_connectors_own_host_is_that_of_its_url() -> None:
    assert (
        Webhook.own_host(values(Url="https://erp.example:8443/in/{number}?a=1")) == "https://erp.example:8443"
    )
    assert Webhook.own_host(values(Host="https://erp.example/in/")) == "https://erp.example"
    assert Webhook.own_host(values()) == ""


# A step's own address, against the connector's


def test_credentials_stay_at_the_connectors_host() -> None:
    kept = values(
        bearer_token=SecretValue("t-0123456789"), RequestHeaders={"X-Api-Key": SecretValue("k-0123456789")}
    )
    with Says(DONE) as other:
        step = {"Url": f"{other.url}/in", "RequestHeaders": {"X-Step": "1"}, "HttpMethod": "put"}
        custom = (("X-Custom", SecretValue("c-0123456789")),)
        asked = send(step=step, values=kept, headers=custom, reachable=[other.port])
    assert asked.result
    assert asked.sent == []
    [request] = other.requests
    assert (request.method, request.path) == ("PUT", "/in")
    assert request.headers["x-step"] == "1"
    assert not {"authorization", "x-api-key", "x-custom"} & set(request.headers)


def test_credentials_go_to_the_connectors_host() -> None:
    kept = values(
        bearer_token=SecretValue("t-0123456789"), RequestHeaders={"X-Api-Key": SecretValue("k-0123456789")}
    )
    [request] = send(values=kept, headers=(("X-Custom", SecretValue("c-0123456789")),)).server.requests
    assert request.headers["authorization"] == "Bearer t-0123456789"
    assert request.headers["x-api-key"] == "k-0123456789"
    assert request.headers["x-custom"] == "c-0123456789"


def test_user_name_and_password() -> None:
    kept = values(username="hub", password=SecretValue("pæss"))
    [request] = send(values=kept).server.requests
    assert request.headers["authorization"] == "Basic " + base64.b64encode("hub:pæss".encode()).decode()


def test_headers_of_a_step_may_be_json() -> None:
    [request] = send(step={"requestheaders": '{"X-Step": "2"}'}).server.requests
    assert request.headers["x-step"] == "2"
    for bad in ("{", "[1]", "3"):
        assert isinstance(send(step={"RequestHeaders": bad}).error, Misconfigured)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_method(method: str) -> None:
    assert send(values=values(HttpMethod=method.lower())).sent == [(method, "/")]
    with pytest.raises(SettingsError):
        values(HttpMethod="GET")


# The signature


def test_signature_is_that_of_standard_webhooks() -> None:
    [request] = send(values=values(SigningSecret=SIGNING)).server.requests
    message_id, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    signed = f"{message_id}.{stamp}.".encode() + request.body
    wanted = base64.b64encode(hmac.new(RAW_KEY, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{wanted}"
    assert message_id == str(KEY)
    assert abs(int(stamp) - time.time()) < 300


def test_without_a_secret_the_id_still_tells_repetitions_apart() -> None:
    first, second = (send().server.requests[0].headers for _ in range(2))
    assert first["webhook-id"] == second["webhook-id"] == str(KEY)
    assert "webhook-signature" not in first


def test_a_signing_secret_that_is_none() -> None:
    asked = send(values=values(SigningSecret=SecretValue("whsec_not base64!")))
    assert isinstance(asked.error, Misconfigured)
    assert asked.sent == []


# Answers


@pytest.mark.parametrize(
    ("answer", "external_id", "changes"),
    [
        ({"externalId": "E1"}, "E1", {}),
        ({"external_id": 17}, "17", {}),
        ({"id": "E2", "tags": ["A"]}, "E2", {"tags": ["A"]}),
        ({"Value": {"Tags": ["A"], "Number": "100234"}}, "", {"Tags": ["A"]}),
        ({"Value": {"externalId": "E3", "status": "InProgress"}}, "E3", {}),
        ({"value": None, "tags": ["Vip"]}, "", {}),
        ({"id": True}, "", {}),
        (None, "", {}),
        ([], "", {}),
        ("ok", "", {}),
    ],
)
def test_what_an_answer_says(answer: Any, external_id: str, changes: dict[str, Any]) -> None:
    result = send((200, json.dumps(answer).encode())).result
    assert result.external_id == external_id
    assert {name: item for name, item in result.changes.items() if name != "value"} == changes


def test_an_export_changes_nothing() -> None:
    result = send((200, {"externalId": "E1", "tags": ["A"]}), operation="export_order").result
    assert (result.external_id, result.changes) == ("E1", {})


def test_plain_text_is_an_acknowledgement() -> None:
    asked = send((200, b"OK", {"Content-Type": "text/plain; charset=utf-8"}))
    assert asked.result.changes == {}


def test_a_web_page_is_none() -> None:
    asked = send((200, b"<html>please log in</html>", {"Content-Type": "text/html"}))
    assert isinstance(asked.error, Unknown)
    assert "web page" in asked.error.message


@pytest.mark.parametrize("name", ["message", "error", "detail", "title"])
def test_the_receivers_words_reach_staff(name: str) -> None:
    asked = send((422, {name: "Unknown article WOOL-M", "code": 7}))
    assert isinstance(asked.error, Rejected)
    assert asked.error.message == "The receiver answered 422: Unknown article WOOL-M"
    assert asked.error.code == "7"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_failing_receiver_is_told_again_under_the_same_id(status: int) -> None:
    asked = send((status, {}))
    assert isinstance(asked.error, RetryLater)
    assert asked.outcome.ending is Ending.RETRY
    assert len(asked.sent) == 3
    assert {request.headers["webhook-id"] for request in asked.server.requests} == {str(KEY)}


@pytest.mark.parametrize("status", [410, 400, 422])
def test_a_refusal_is_final(status: int) -> None:
    asked = send((status, {}))
    assert isinstance(asked.error, Rejected)
    assert len(asked.sent) == 1


# Validation


@pytest.mark.parametrize(
    ("answer", "errors", "warnings"),
    [
        ({}, [], []),
        ({"errors": None, "warnings": []}, [], []),
        ({"Errors": ["No"]}, ["No"], []),
        ({"validationErrors": [{"Message": "No"}], "ValidationWarnings": ["Hm"]}, ["No"], ["Hm"]),
        ({"errors": [{"why": "odd"}]}, ['{"why": "odd"}'], []),
        ({"errors": "no list"}, [], []),
    ],
)
def test_verdicts(answer: Any, errors: list[str], warnings: list[str]) -> None:
    verdict = ask(
        "webhook", "validate", ValidationRequest(order=ORDER), (200, answer), values=values()
    ).result
    assert [finding.message for finding in verdict.errors] == errors
    assert [finding.message for finding in verdict.warnings] == warnings
