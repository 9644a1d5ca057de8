"""Webhook: signatures, and reading whatever receivers answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.validation import ValidationRequest
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.webhook import Webhook
from tenants.secret_value import SecretValue
from tests.contract.bench import KEY
from tests.contract.scenarios.base import ORDER
from tests.providers.asking import ask
from tests.providers.webhook_asking import send, values

RAW_KEY = b"a key of twenty-four byt"
SIGNING = SecretValue("whsec_" + base64.b64encode(RAW_KEY).decode())


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
    """It may have taken in what it answers with an error, so the very same delivery is repeated."""
    asked = send((status, {}))
    refused = status == 429
    assert isinstance(asked.error, RetryLater if refused else Unknown)
    assert asked.outcome.ending is (Ending.RETRY if refused else Ending.UNKNOWN)
    assert len(asked.sent) == 3
    assert {request.headers["webhook-id"] for request in asked.server.requests} == {str(KEY)}


@pytest.mark.parametrize("status", [410, 400, 422])
def test_a_refusal_is_final(status: int) -> None:
    asked = send((status, {}))
    assert isinstance(asked.error, Rejected)
    assert len(asked.sent) == 1


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


def test_an_answer_in_other_words_is_read_by_field_mapping() -> None:
    answer = {
        "document": {"no": 5512, "note": "taken"},
        "risk": {"score": 12},
        "labels": ["Checked"],
        "tags": ["X"],
    }
    rows = (
        ("ExternalId", "document.no"),
        ("Message", "document.note"),
        ("Properties.RiskScore", "risk.score"),
        ("Tags", "labels"),
        ("Customer.Email", "customer.mail"),
    )
    for operation in ("exchange_order", "export_order"):
        result = send((200, answer), operation=operation, field_mapping=rows).result
        assert (result.external_id, result.message) == ("5512", "taken")
        assert result.changes == {"properties": {"RiskScore": 12}, "tags": ["Checked"]}


def test_a_verdict_in_other_words_is_read_by_field_mapping() -> None:
    request = ValidationRequest(order=ORDER, kind="fraud", must_answer=True)
    rows = (("Errors", "result.blocking"), ("Warnings", "result.hints"))
    answer = {"result": {"blocking": [], "hints": ["New customer"]}, "errors": ["not asked for"]}
    verdict = ask("webhook", "validate", request, (200, answer), values=values(), field_mapping=rows).result
    assert (verdict.errors, [finding.message for finding in verdict.warnings]) == ((), ["New customer"])
    silent = ask("webhook", "validate", request, (200, {"errors": []}), values=values(), field_mapping=rows)
    assert isinstance(silent.error, Rejected)


def test_a_mapping_to_what_no_answer_may_change_is_refused() -> None:
    rows = [
        ("ExternalId", "a"),
        ("Properties.X", "b"),
        ("Billing.City", "c"),
        ("Total", "d"),
        ("Properties", "e"),
    ]
    assert [ours for ours, _ in Webhook.mapping_problems(rows)] == ["Total", "Properties"]
