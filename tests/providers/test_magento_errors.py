"""What Magento's failures come to, in all the shapes that they have."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from connectors.client.answer import HttpAnswer
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.magento import errors
from tests.contract.test_webhooks import reader


def judged(status: int, body: Any, *, writes: bool = True) -> ProviderError | None:
    return reader("magento").classify(HttpAnswer(status, {}, json.dumps(body).encode()), writes)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"message": 'Invalid value of "%1" for %2', "parameters": ["x", "sku"]},
            'Invalid value of "x" for sku',
        ),
        (
            {
                "message": "No such entity with %fieldName = %fieldValue",
                "parameters": {"fieldName": "orderId", "fieldValue": 9},
            },
            "No such entity with orderId = 9",
        ),
        (
            {"message": "%fieldName is required", "parameters": [{"fieldName": "firstname"}]},
            "firstname is required",
        ),
        ({"message": "Invalid attribute %a = %b.", "parameters": ["SKU", "X"]}, "Invalid attribute SKU = X."),
        ({"message": "100% off, not %2", "parameters": ["a"]}, "100% off, not %2"),
        (
            {
                "message": "One or more input exceptions have occurred.",
                "errors": [
                    {"message": '"%fieldName" is required.', "parameters": {"fieldName": "email"}},
                    {"message": "Bad <b>%1</b>", "parameters": ["zip"]},
                ],
            },
            'One or more input exceptions have occurred.; "email" is required.; Bad zip',
        ),
        (
            {"messages": {"error": [{"code": 500, "message": "Server internal error"}]}},
            "Server internal error",
        ),
        ({"oauth_problem": "The signature is invalid"}, "The signature is invalid"),
        (["nothing"], ""),
        ({"message": None, "errors": "?", "messages": []}, ""),
    ],
)
def test_texts_with_their_parameters(body: Any, told: str) -> None:
    assert errors.text_of(body) == told


@pytest.mark.parametrize(
    ("status", "message", "kind", "cure"),
    [
        (400, "Deadlock found when trying to get lock", Unknown, ""),
        (500, "Lock wait timeout exceeded", Unknown, ""),
        (400, "Could not save an invoice, see error log for details", Unknown, ""),
        (400, "Invoice Document Validation Error(s):\nThe order does not allow it", Rejected, ""),
        (401, "The signature is invalid. Verify and try again.", Misconfigured, "Consumer Secret"),
        (401, "The nonce is already being used", RetryLater, ""),
        (401, "The consumer isn't authorized to access %resources.", Misconfigured, "missing resource"),
        (401, "A consumer token is unknown", Misconfigured, "standalone|bearer tokens"),
        (404, "Request does not match any route.", Misconfigured, "Host"),
        (404, "No such entity", Rejected, ""),
        (429, "Too Many Requests", RetryLater, ""),
        (500, "Internal Error. Report ID: webapi-1", Unknown, ""),
        (503, "", Unknown, ""),
        (200, "The store is closed", Rejected, ""),
    ],
)
def test_kinds(status: int, message: str, kind: type[ProviderError], cure: str) -> None:
    error = judged(status, {"message": message, "trace": None})
    assert type(error) is kind
    assert re.search(cure, error.message)
    assert not isinstance(judged(status, {"message": message, "trace": None}, writes=False), Unknown)


@pytest.mark.parametrize(
    "body", [[], {}, 12, "12", True, {"items": [], "total_count": 0}, {"message": "of a product"}]
)
def test_what_is_no_failure(body: Any) -> None:
    assert judged(200, body) is None
