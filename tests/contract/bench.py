"""Plays one scenario of one implementation against its fixture, through the real door and a real socket."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit
from uuid import UUID, uuid4, uuid5

from connectors import registry
from connectors.calls import CallContext, CallSpec, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.contracts.plain import plain
from connectors.schema import secrets_of
from eventlog.events import EventData
from tenants.money import Money
from tenants.secret_value import SecretValue
from tests.contract.fixtures import fixture
from tests.contract.replay import Replay, body_of
from tests.contract.scenarios.base import Scenario
from tests.faultserver import Behaviour, Received
from tests.idle import gates

TENANT = UUID("7b0b7a52-6f0e-4c57-9a0e-2f1d5c0a9e11")
KEY = UUID("c2f6f2f0-2d5e-5f0a-8a64-2f0d2b9f4f10")


@dataclass
class Played:
    """What happened: `first` is the outcome of the lost try of a scenario whose answer never comes."""

    implementation: type[Provider]
    outcome: Outcome
    requests: list[Received]
    problems: list[str]
    left: int
    events: list[EventData]
    slept: list[float]
    first: Outcome | None = None

    def key_of(self, request: Received) -> str | None:
        carrier = self.implementation.idempotency
        kind, _, name = carrier.carrier.partition(":") if carrier else ("", "", "")
        if kind == "body":
            return _at(body_of(request), name.split("."))
        if kind == "json-header":
            header, _, path = name.partition(".")
            return _at(json.loads(request.headers.get(header.lower(), "{}")), path.split("."))
        return request.headers.get(name.lower()) if kind == "header" else None


@dataclass
class Bench:
    """A connector of an implementation, as its fixture fills it in, that talks to `server`."""

    slug: str
    server: Replay
    events: list[EventData] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ports(self) -> Ports:
        egress = EgressPolicy.parse([f"127.0.0.1:{self.server.port}"])
        return Ports(
            events=self.events.append, sleep=self.slept.append, egress=egress, gates=gates(self.slept)
        )

    @property
    def config(self) -> ConnectorConfig:
        path = fixture(self.slug)["connector"].get("path", "")
        return connector(self.slug, host=self.server.url + path, **self.options)

    def prepare(self, scenario: Scenario) -> Prepared:
        given = _money(fixture(self.slug)["scenarios"][scenario.name].get("given", {}))
        spec = CallSpec(
            connector=self.config,
            operation=scenario.operation,
            subject="order:4711",
            request=scenario.build(given),
            write=scenario.write,
        )
        keys = {"key": str(KEY), "next_key": str(uuid5(KEY, "next"))} if scenario.write else {}
        return Prepared(spec=spec, context=CallContext(order_number="100234"), deadline_s=10, **keys)


def _at(document: Any, path: Sequence[str]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def connector(slug: str, *, host: str, **options: Any) -> ConnectorConfig:
    """The fixture's connector compiled, on another host."""
    filled = fixture(slug)["connector"]
    implementation = registry.get(slug)
    is_test = filled.get("is_test", True)
    columns = {**placed(filled.get("columns", {}), host), "host": host, "is_test": is_test}
    properties = placed(filled.get("properties", {}), host)
    values = implementation.settings.compile(columns, properties)
    settings = {
        "id": 1,
        "tenant_id": 1,
        "tenant_uid": TENANT,
        "revision": uuid4().hex,
        "slug": slug,
        "name": (implementation.names or (implementation.label,))[0],
        "host": host,
        "is_test": is_test,
        "values": values,
        "properties": properties,
        "timeout_ms": 2000,
        "secrets": secrets_of(values),
        "field_mapping": tuple((ours, theirs) for ours, theirs in filled.get("field_mapping", ())),
    }
    return ConnectorConfig(**{**settings, **options})


def play(
    slug: str,
    scenario: Scenario,
    *,
    failures: Sequence[Behaviour] = (),
    forever: bool = False,
    **options: Any,
) -> Played:
    """Carry the scenario out. `failures` come before the script's answers; `options` are fields of the connector."""
    recorded = fixture(slug)
    exchanges = recorded["scenarios"][scenario.name]["exchanges"]
    server = Replay(
        exchanges,
        always=headers_of(recorded),
        login=recorded.get("login"),
        failures=failures,
        forever=forever,
    )
    with server:
        bench = Bench(slug, server, options=options)
        prepared = bench.prepare(scenario)
        first = perform(prepared, bench.ports) if scenario.lost else None
        outcome = perform(_much_later(prepared, first) if first else prepared, bench.ports)
    return Played(
        implementation=registry.get(slug),
        outcome=outcome,
        requests=server.requests,
        problems=server.problems,
        left=len(server.steps),
        events=bench.events,
        slept=bench.slept,
        first=first,
    )


def headers_of(recorded: Mapping[str, Any]) -> dict[str, str]:
    """The headers of every request, with {names} of columns and properties filled in."""
    filled = recorded["connector"]
    values = {**filled.get("properties", {}), **filled.get("columns", {})}
    named = re.compile(r"\{([A-Za-z]\w*)\}")
    return {
        name: named.sub(lambda match: str(values[match[1]]), text)
        for name, text in recorded.get("always", {}).items()
    }


def _much_later(prepared: Prepared, first: Outcome) -> Prepared:
    """The same call after the vendor has forgotten the key, so that only asking helps."""
    answered = bool(first.error and first.error.answered)
    sent_at = datetime.now(UTC) - timedelta(days=30)
    return replace(prepared, attempt=2, uncertain=True, answered=answered, first_sent_at=sent_at)


def secrets_in(events: Sequence[EventData], slug: str) -> list[str]:
    """Every secret of the fixture's connector, and every hidden value, that the events still hold in any coding."""
    text = json.dumps([plain(event) for event in events], default=str, ensure_ascii=False)
    config = connector(slug, host="https://vendor.example")
    secrets = [secret.reveal() for secret in config.secrets] + fixture(slug).get("hidden", [])
    return [secret for secret in secrets if any(form in text for form in _codings(secret))]


def _codings(secret: str) -> set[str]:
    plain_base64 = base64.b64encode(secret.encode()).decode().rstrip("=")
    as_username = base64.b64encode(f"{secret}:".encode()).decode().rstrip("=")
    return {secret, quote(secret, safe=""), quote_plus(secret), plain_base64, as_username}


def placed(columns: Mapping[str, Any], host: str) -> dict[str, Any]:
    """{server} in a column or property, such as that of a login server, is where the vendor is played."""
    parts = urlsplit(host)
    server = f"{parts.scheme}://{parts.netloc}"
    return {
        name: text.replace("{server}", server) if isinstance(text, str) else text
        for name, text in columns.items()
    }


def told(result: Any, name: str) -> Any:
    """One field of a result as a fixture writes it; "reason" and the like may be given as ~regular expression."""
    value = getattr(result, name)
    return value.reveal() if isinstance(value, SecretValue) else plain(value)


def fits(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, str) and wanted.startswith("~"):
        return isinstance(given, str) and re.fullmatch(wanted[1:], given) is not None
    return bool(wanted == given)


def _money(given: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts in a fixture are written "400.00 NOK"."""
    return {name: _amount(value) for name, value in given.items()}


def _amount(value: Any) -> Any:
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ([A-Z]{3})", value) if isinstance(value, str) else None
    return Money.of(Decimal(found[1]), found[2]) if found else value
