"""The signature of Vipps' webhooks: made for the public address, whichever way the post took."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Misconfigured, Rejected
from connectors.providers.vipps import Vipps
from tenants.secret_value import SecretValue
from tests.contract.fixtures import fixture
from tests.contract.test_webhooks import NOW, arrived, reader

SECRET = SecretValue("c7d81f40-4e1b-2a9950be6d13")
BODY = b'{"name":"CAPTURED"}'
URL = "https://hub.example/webhooks/t0ken/"


def post(signed: str = URL, url: str = URL, now: float = NOW, **headers: str) -> Inbound:
    """A post that was signed for one address and arrived at another."""
    made = Vipps.webhook.sign(BODY, [SECRET], now=now, url=signed)
    lower = {name.lower(): value for name, value in {**made, **headers}.items()}
    return Inbound(method="POST", url=url, headers=lower, body=BODY, received_at=NOW)


def verify(inbound: Inbound) -> None:
    Vipps.webhook.verify(inbound, [SECRET], NOW)


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://HUB.example/webhooks/t0ken/",
        "https://hub.example:443/webhooks/t0ken/",
        "https://hub.example:8443/webhooks/t0ken/",
        "http://hub.example:80/webhooks/t0ken/?a=1&b=%20",
    ],
)
def test_signed_for_this_address(url: str) -> None:
    verify(post(url, url))


def test_a_port_that_goes_without_saying_is_not_signed() -> None:
    verify(post(URL, "https://hub.example:443/webhooks/t0ken/"))
    verify(post("http://hub.example/w/", "http://hub.example:80/w/"))


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/webhooks/t0ken/",
        "https://hub.example/webhooks/t0ken2/",
        "https://hub.example/webhooks/t0ken/?a=1",
        "https://hub.example/webhooks/t0ken",
        "https://hub.example:8443/webhooks/t0ken/",
        "http://hub.example:443/webhooks/t0ken/",
    ],
)
def test_signed_for_another_address(url: str) -> None:
    """A post to one connector is worth nothing at another, though they may share a secret."""
    with pytest.raises(BadSignature, match="address"):
        verify(post(URL, url))


def test_a_server_on_the_way_may_take_or_replace_authorization() -> None:
    whole = post()
    given = whole.headers["authorization"]
    rest = {name: value for name, value in whole.headers.items() if name != "authorization"}
    verify(replace(whole, headers={**rest, "x-vipps-authorization": given}))
    verify(replace(whole, headers={**rest, "x-vipps-authorization": given, "authorization": "Basic eDp5"}))
    with pytest.raises(BadSignature, match="Authorization is missing"):
        verify(replace(whole, headers=rest))
    with pytest.raises(BadSignature, match="does not fit"):
        verify(replace(whole, headers={**rest, "x-vipps-authorization": given.replace("host;", "")}))


@pytest.mark.parametrize(
    "date", ["", "yesterday", "1795168900", "Fri, 20 Nov 2026 10:01:40", "Fri, 20 Nov 0000 10:01:40 GMT"]
)
def test_a_date_that_is_none(date: str) -> None:
    with pytest.raises(BadSignature):
        verify(post(**{"x-ms-date": date}))


def test_a_body_that_was_not_hashed() -> None:
    with pytest.raises(BadSignature, match="x-ms-content-sha256"):
        verify(replace(post(), body=BODY + b" "))


def event(**fields: Any) -> Inbound:
    body = {**fixture("vipps")["webhooks"][0]["body"], **fields}
    return replace(arrived("vipps", fixture("vipps")["webhooks"][0]), body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"msn": "999999"}, Misconfigured, "sales unit 999999 to the connector of 884021"),
        ({"amount": {"currency": "NOK", "value": -1}}, Rejected, "no whole number"),
        ({"amount": {"currency": "NOK", "value": 10.5}}, Rejected, "no whole number"),
        ({"amount": {"currency": "XXY", "value": 1}}, Rejected, "ISO 4217"),
        ({"timestamp": "yesterday"}, Rejected, "cannot be read"),
    ],
    ids=str,
)
def test_an_event_that_cannot_be_ours(fields: dict[str, Any], kind: type, words: str) -> None:
    with pytest.raises(kind, match=words):
        reader("vipps").read_webhook(event(**fields))  # type: ignore[attr-defined]


def test_what_is_not_said_to_have_happened_moves_nothing() -> None:
    for success in (False, None, "true", 1):
        [found] = reader("vipps").read_webhook(event(success=success, name="REFUNDED"))  # type: ignore[attr-defined]
        assert not hasattr(found, "result")
        assert "refund of 1250.00 NOK failed" in found.data["alert"]
