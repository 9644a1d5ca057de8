"""Inbound webhooks of every implementation that reads them: what is believed, what is refused, what is understood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors import registry
from connectors.calls import CallContext, CallSpec, Prepared
from connectors.client import Ports, open_door
from connectors.contracts.base import Inbound, Provider
from connectors.contracts.payment import PaymentEvent
from connectors.errors import BadSignature, ProviderError
from connectors.signing import SharedWord, SignedFields, Unsigned
from tenants.secret_value import SecretValue
from tests.contract.bench import connector, fits, told
from tests.contract.fixtures import fixture

NOW = 1_795_168_900.0
URL = "https://hub.example/webhooks/t/"
EVERY = [slug for slug, item in registry.all().items() if "read_webhook" in item.operations()]
READERS = [slug for slug in EVERY if registry.get(slug).webhook]
SIGNED = [slug for slug in READERS if not isinstance(registry.get(slug).webhook, Unsigned)]
UNSIGNED = [slug for slug in READERS if slug not in SIGNED]
KEYED = [slug for slug in READERS if registry.get(slug).webhook.key]


def reader(slug: str) -> Provider:
    """An implementation without a network: a webhook is read from what it carries."""
    config = connector(slug, host="https://vendor.invalid")
    prepared = Prepared(
        spec=CallSpec(connector=config, operation="read_webhook", subject="", request=None, write=False),
        context=CallContext(),
    )
    return registry.get(slug)(config, open_door(config, Ports(events=[].append), prepared, None))


def secret_of(slug: str) -> SecretValue:
    provider = reader(slug)
    key = provider.webhook.key
    secret = getattr(provider.values, key)
    assert isinstance(secret, SecretValue), (
        f"tests/providers/{slug}.json: its connector does not fill in {key}"
    )
    return secret


def signers_of(slug: str) -> list[SecretValue]:
    """What the vendor signs with: its private key where it has one, else the secret that both sides hold."""
    own = fixture(slug).get("signs") or secret_of(slug).reveal()
    return [SecretValue(text) for text in (own if isinstance(own, list) else [own])]


def deliveries(slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = fixture(slug).get("webhooks", [])
    assert found, f"tests/providers/{slug}.json has no webhooks; see webhooks in tests/contract/fixtures.py"
    return found


def arrived(slug: str, delivery: dict[str, Any], *, secret: SecretValue | None = None) -> Inbound:
    """A delivery as it comes in: signed here, unless the fixture brings the vendor's own headers.

    Its content is "body" as JSON, "form" as a form or "text" as it is; "query" is what the called address has after ?, and
    "beside" are headers that go along without being signed.
    """
    body = _written(slug, delivery)
    url = f"{URL}?{urlencode(delivery['query'])}" if "query" in delivery else URL
    headers, scheme = delivery.get("headers"), registry.get(slug).webhook
    if isinstance(scheme, SignedFields | SharedWord):
        body, headers = scheme.sign_body(body, [secret] if secret else signers_of(slug)), {}
    if headers is None and slug not in KEYED:
        headers = {}
    if headers is None:
        where = {"url": url} if getattr(scheme, "signs_url", False) else {}
        signers = [secret] if secret else signers_of(slug)
        headers = scheme.sign(body, signers, now=NOW, message_id="msg_1", **where)
        headers |= delivery.get("beside", {})
    lower = {name.lower(): value for name, value in headers.items()}
    fetched = {url: text.encode() for url, text in fixture(slug).get("fetched", {}).items()}
    return Inbound(method="POST", url=url, headers=lower, body=body, received_at=NOW, fetched=fetched)


def _type_of(delivery: dict[str, Any]) -> str:
    events = delivery.get("events") or [{}]
    return str(events[0].get("type", "no type"))


CASES = [
    pytest.param(slug, delivery, id=f"{slug}-{number}-{_type_of(delivery)}")
    for slug in READERS
    for number, delivery in enumerate(fixture(slug).get("webhooks", []), 1)
]


@pytest.mark.parametrize("slug", EVERY)
def test_who_reads_webhooks_says_how_they_are_signed(slug: str) -> None:
    cure = "declare webhook, one of connectors/signing; Unsigned() where the vendor signs nothing"
    assert registry.get(slug).webhook, f"{slug} has read_webhook: {cure}"


@pytest.mark.parametrize(("slug", "delivery"), CASES)
def test_good_webhook_is_read(slug: str, delivery: dict[str, Any]) -> None:
    inbound, provider = arrived(slug, delivery), reader(slug)
    provider.webhook.verify(inbound, [secret_of(slug)] if slug in KEYED else [], NOW)

    events = provider.read_webhook(inbound)  # type: ignore[attr-defined]

    assert "events" in delivery, f"a webhook in tests/providers/{slug}.json does not say what it is read as"
    assert len(events) == len(delivery["events"])
    for event, wanted in zip(events, delivery["events"], strict=True):
        assert event.id
        result, alert = wanted.get("result"), wanted.get("alert")
        plainly = {name: value for name, value in wanted.items() if name not in {"result", "alert"}}
        given = {name: told(event, name) for name in plainly}
        assert {name: given[name] for name in plainly if not fits(plainly[name], given[name])} == {}
        assert isinstance(event, PaymentEvent) == (result is not None)
        given = {name: told(event.result, name) for name in result or {}}
        assert {name: given[name] for name in result or {} if not fits(result[name], given[name])} == {}
        assert fits(alert, event.data.get("alert"))


@pytest.mark.parametrize("slug", KEYED)
def test_the_wrong_secret_is_refused_and_any_live_one_will_do(slug: str) -> None:
    inbound, scheme = arrived(slug, deliveries(slug)[0]), registry.get(slug).webhook
    other = SecretValue("whsec_" + "QW5vdGhlclNlY3JldEFub3RoZXJTZWNyZXQ=")
    for wrong in ([other], []):
        with pytest.raises(BadSignature):
            scheme.verify(inbound, wrong, NOW)
    scheme.verify(inbound, [other, secret_of(slug)], NOW)


@pytest.mark.parametrize("slug", SIGNED)
def test_one_changed_byte_anywhere_is_refused(slug: str) -> None:
    inbound, scheme, secret = arrived(slug, deliveries(slug)[0]), registry.get(slug).webhook, secret_of(slug)
    if isinstance(scheme, SharedWord):
        pytest.skip(f"{slug} signs nothing; a secret word tells who sent it, and what it says is asked for")
    unsigned = {name.lower() for name in deliveries(slug)[0].get("beside", {})}
    for changed in (*_changed_bodies(inbound), *_changed_headers(inbound, unsigned)):
        if isinstance(scheme, SignedFields):
            assert _refused(slug, changed) or _essence(slug, changed) == _essence(slug, inbound)
            continue
        with pytest.raises(BadSignature):
            scheme.verify(changed, [secret], NOW)


@pytest.mark.parametrize("slug", SIGNED)
def test_the_same_data_written_differently_is_refused(slug: str) -> None:
    if isinstance(registry.get(slug).webhook, SignedFields | SharedWord) or "form" in deliveries(slug)[0]:
        pytest.skip(f"{slug} signs fields, not bytes")
    inbound = arrived(slug, deliveries(slug)[0])
    with pytest.raises(BadSignature):
        _verify(slug, _with(inbound, body=inbound.body.replace(b", ", b",")), NOW)


@pytest.mark.parametrize("slug", SIGNED)
def test_stale_webhook_is_refused(slug: str) -> None:
    scheme = registry.get(slug).webhook
    if not hasattr(scheme, "tolerance"):
        pytest.skip(f"{slug} signs no time")
    inbound = arrived(slug, deliveries(slug)[0])
    for late in (scheme.tolerance + 1, -scheme.tolerance - 1):
        with pytest.raises(BadSignature):
            _verify(slug, inbound, NOW + late)
    _verify(slug, inbound, NOW + scheme.tolerance)


@pytest.mark.parametrize("slug", UNSIGNED)
def test_what_nobody_signed_tells_of_no_money(slug: str) -> None:
    """Only `confirm` does, which reads it from the vendor."""
    for delivery in deliveries(slug):
        for event in reader(slug).read_webhook(arrived(slug, delivery)):  # type: ignore[attr-defined]
            assert not isinstance(event, PaymentEvent)
            assert event.state is None


@pytest.mark.parametrize("slug", READERS)
def test_a_broken_body_is_refused_in_words(slug: str) -> None:
    """Every field of every delivery is left out, and replaced by something of another type, one at a time."""
    inbound, provider = arrived(slug, deliveries(slug)[0]), reader(slug)
    bodies = [b"", b"null", b"[]", b"{}", b"<html></html>", b'{"object":', b"[" * 5000]
    bodies += [
        json.dumps(broken).encode() for item in deliveries(slug) for broken in _broken(item.get("body"))
    ]
    bodies += [
        urlencode(broken, doseq=True).encode()
        for item in deliveries(slug)
        for broken in _broken(item.get("form"))
    ]
    refused = 0
    for body in bodies:
        try:
            events = provider.read_webhook(_with(inbound, body=body))  # type: ignore[attr-defined]
            told = [event.problem for event in events if event.problem]
            refused += bool(told)
            assert all(" " in problem for problem in told)
        except ProviderError as error:
            refused += 1
            assert " " in error.message
    assert refused >= 7


def _written(slug: str, delivery: dict[str, Any]) -> bytes:
    if "form" in delivery:
        return urlencode(delivery["form"]).encode()
    if "text" in delivery:
        return str(delivery["text"]).encode()
    assert "body" in delivery, f"a webhook in tests/providers/{slug}.json has neither body nor form nor text"
    return json.dumps(delivery["body"]).encode()


def _verify(slug: str, inbound: Inbound, now: float) -> None:
    registry.get(slug).webhook.verify(inbound, [secret_of(slug)], now)


def _refused(slug: str, inbound: Inbound) -> bool:
    try:
        _verify(slug, inbound, NOW)
        reader(slug).read_webhook(inbound)  # type: ignore[attr-defined]
    except (BadSignature, ProviderError):
        return True
    return False


def _essence(slug: str, inbound: Inbound) -> list[Any]:
    """What a webhook says about whose money moved where; of what a vendor leaves unsigned, nothing may decide that."""
    parts = ("id", "type", "provider_id", "reference", "operation", "amount")
    told = ("provider_id", "state", "operation_id")
    return [
        [*(getattr(event, name) for name in parts), *(getattr(event.result, name) for name in told)]
        for event in reader(slug).read_webhook(inbound)  # type: ignore[attr-defined]
    ]


def _with(inbound: Inbound, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> Inbound:
    return replace(
        inbound,
        headers=inbound.headers if headers is None else headers,
        body=inbound.body if body is None else body,
    )


def _changed_bodies(inbound: Inbound) -> Iterator[Inbound]:
    for place in range(len(inbound.body)):
        body = bytearray(inbound.body)
        body[place] ^= 1
        yield _with(inbound, body=bytes(body))


def _changed_headers(inbound: Inbound, unsigned: set[str]) -> Iterator[Inbound]:
    """Without a header, and with one letter of it changed; headers that are not signed have to be there all the same."""
    for name, value in inbound.headers.items():
        yield _with(inbound, headers={key: item for key, item in inbound.headers.items() if key != name})
        for place, letter in enumerate("" if name in unsigned else value):
            changed = value[:place] + chr(ord(letter) ^ 1) + value[place + 1 :]
            yield _with(inbound, headers={**inbound.headers, name: changed})


def _broken(node: Any) -> Iterator[Any]:
    """The document with one member missing or of a strange type, for every member at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            rest = {name: item for name, item in node.items() if name != key}
            yield rest
            yield from ({**node, key: strange} for strange in (None, [], {}, "x", -1, True))
            yield from ({**node, key: inner} for inner in _broken(value))
    if isinstance(node, list):
        for place, item in enumerate(node):
            rest = node[place + 1 :]
            yield from ([*node[:place], strange, *rest] for strange in (None, [], "x", -1))
            yield from ([*node[:place], inner, *rest] for inner in _broken(item))
