"""Signatures that stand inside the body, over some of its fields."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Misconfigured
from connectors.signing import SignedFields
from tenants.secret_value import SecretValue

KEY, OLD = SecretValue("00" * 31 + "a1"), SecretValue("ff" * 32)
SCHEME = SignedFields(
    key="secret",
    items=("events",),
    inside=("event",),
    signature=("extra", "signature"),
    fields=(("id",), ("amount", "value"), ("word",)),
)


def body(*items: Any) -> bytes:
    return json.dumps({"events": [{"event": item} for item in items]}).encode()


def inbound(raw: bytes) -> Inbound:
    return Inbound(method="POST", url="https://hub.example/", headers={}, body=raw, received_at=0)


def signed(*items: Any, key: SecretValue = KEY) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEME.sign_body(body(*items), [key]))
    return found


def verify(document: Any, *secrets: SecretValue) -> None:
    SCHEME.verify(inbound(json.dumps(document).encode()), list(secrets or [KEY]), 0)


def test_every_item_is_verified() -> None:
    document = signed({"id": "1", "amount": {"value": 100}, "word": "a:b\\c"}, {"id": "2"})
    verify(document)
    document["events"][1]["event"]["id"] = "3"
    with pytest.raises(BadSignature):
        verify(document)


def test_any_live_secret_may_have_signed() -> None:
    document = signed({"id": "1"}, key=OLD)
    verify(document, KEY, OLD)
    with pytest.raises(BadSignature):
        verify(document, KEY)


def test_fields_are_joined_as_they_are_and_missing_ones_are_empty() -> None:
    """Computed without the scheme: HMAC-SHA256 of "7::" under the key, in base64."""
    [element] = signed({"id": "7"})["events"]
    assert element["event"]["extra"]["signature"] == "FlZsaRs2Xm4T1IfIrSA0GLWVXW3h4veAsbpL/onnBLo="


@pytest.mark.parametrize(
    "change",
    [
        {"id": "2"},
        {"id": 1},
        {"id": ""},
        {"id": None},
        {"id": ["1"]},
        {"id": True},
        {"amount": {"value": 1.5}},
        {"amount": 100},
        {"word": "\ud800"},
        {"extra": {}},
        {"extra": None},
        {"extra": {"signature": ""}},
        {"extra": {"signature": 7}},
        {"extra": {"signature": "\ud800"}},
    ],
    ids=str,
)
def test_another_value_is_refused(change: dict[str, Any]) -> None:
    document = signed({"id": "1x", "amount": {"value": 100}, "word": "w"})
    item = document["events"][0]["event"]
    verify(document)
    item |= change
    with pytest.raises(BadSignature):
        verify(document)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"events": []}',
        b'{"events": {}}',
        b'{"events": [1]}',
        b"<html>",
        b"[" * 5000,
    ],
)
def test_a_body_without_signed_items_is_refused(raw: bytes) -> None:
    with pytest.raises(BadSignature):
        SCHEME.verify(inbound(raw), [KEY], 0)


def test_what_is_not_signed_may_change() -> None:
    document = signed({"id": "1", "note": "one"})
    document["events"][0]["event"]["note"] = "another"
    verify(document)


@pytest.mark.parametrize("secret", ["whsec_abc", "abc", " ", ""])
def test_a_key_that_is_none_opens_nothing(secret: str) -> None:
    document = signed({"id": "1"})
    with pytest.raises(BadSignature):
        verify(document, SecretValue(secret))
    with pytest.raises((Misconfigured, BadSignature)):
        SCHEME.sign_body(body({"id": "1"}), [SecretValue(secret)])


def test_items_may_stand_in_the_list_themselves() -> None:
    scheme = replace(SCHEME, inside=())
    raw = scheme.sign_body(b'{"events": [{"id": "1"}]}', [KEY])
    scheme.verify(inbound(raw), [KEY], 0)
