"""A door to a server of the test's own: two made-up vendors, ports that remember, a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from connectors import registry
from connectors.auth import Bearer, ClientCredentials
from connectors.calls import CallContext, CallSpec, Prepared
from connectors.client import EgressPolicy, MemoryTokens, Ports, open_door
from connectors.client.egress import Allowed, look_up
from connectors.client.ports import nothing_stored
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Answer, Category, Door, Idempotency, Provider, Request
from connectors.errors import ProviderError, RetryLater
from connectors.schema import Secret, Settings, SettingsValues, Text
from eventlog.events import EventData
from tenants.secret_value import SecretValue
from tests.faultserver import FaultServer

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
TENANT = UUID("6b1f0c3e-0000-4000-8000-000000000001")
KEY = "0b5e2a54-6c3f-5d0e-9a51-1f2e3d4c5b6a"
TOKEN = "canary-token-8c1f4e"
#: Patience with a vendor that is silent on purpose; any answer that is meant to come arrives sooner even on a busy machine.
IMPATIENT_MS = 400


class Keyed(Provider):
    """A vendor that recognises repetitions by their key, and marks locks with a code of its own."""

    slug, label, category = "bench-keyed", "Bench Keyed", Category.OTHER
    idempotency = Idempotency("header:Idempotency-Key")
    auth = Bearer("token")
    errors = {"lock": RetryLater}

    class settings(Settings):
        token = Secret("Token", column="bearer_token")

    def read_error(self, answer: Answer) -> tuple[str, str]:
        body = answer.json()
        return str(body.get("code", "")), str(body.get("message", ""))


class Unkeyed(Keyed):
    """The same without idempotency keys."""

    slug, label = "bench-unkeyed", "Bench Unkeyed"
    idempotency = None


class Oauth(Keyed):
    """The same behind OAuth client credentials."""

    slug, label = "bench-oauth", "Bench OAuth"
    auth = ClientCredentials("/token", id="client_id", secret="client_secret", scope="{client_id}/.default")

    class settings(Settings):
        client_id = Text("Client ID", column="client_app_id")
        client_secret = Secret("Client secret", column="client_app_secret")


SETTINGS = {
    "token": SecretValue(TOKEN),
    "client_id": "bench-client",
    "client_secret": SecretValue("canary-client-secret"),
}


@contextmanager
def installed() -> Iterator[None]:
    with ExitStack() as stack:
        for provider in (Keyed, Unkeyed, Oauth):
            stack.enter_context(registry.registered(provider))
        yield


@dataclass
class Bench:
    """`events`, `slept` (seconds) and `guarded` are what the door did besides talking to the server."""

    events: list[EventData] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    now: datetime = NOW
    resolver: Callable[[str, int], Any] = look_up
    ca_file: str = ""
    deadline_s: float = 30.0
    sleep: Callable[[float], None] | None = None
    renew: Callable[[Prepared], bool] = nothing_stored

    def ports(self, *servers: FaultServer) -> Ports:
        allowed = tuple(Allowed(network, server.port) for server in servers for network in _loopback())
        return Ports(
            events=self.events.append,
            tokens=self.tokens,
            egress=EgressPolicy(allowed, self.ca_file, self.resolver),
            now=lambda: self.now,
            sleep=self.sleep or self.slept.append,
            renew=self.renew,
        )

    def door(
        self, server: FaultServer, provider: type[Provider] = Keyed, *, key: str | None = KEY, **config: Any
    ) -> Door:
        compiled = config_of(provider, **{"host": server.url, **config})
        return open_door(compiled, self.ports(server), self.prepared(compiled), key)

    def prepared(self, config: ConnectorConfig) -> Prepared:
        spec = CallSpec(connector=config, operation="capture", subject="payment:1", request=None)
        context = CallContext(order_id=7, order_number="1007", market="NOR", step="CapturePayments")
        return Prepared(spec=spec, context=context, key=KEY, deadline_s=self.deadline_s)

    def provider(self, server: FaultServer, kind: type[Provider] = Keyed, **options: Any) -> Provider:
        door = self.door(server, kind, **options)
        return kind(door.config, door)  # type: ignore[attr-defined]

    def failure(self, call: Callable[[], Any]) -> ProviderError:
        """The error with which a call ends."""
        try:
            result = call()
        except ProviderError as error:
            return error
        raise AssertionError(f"the call succeeded with {result!r}")


def config_of(provider: type[Provider], **changes: Any) -> ConnectorConfig:
    values = {name: SETTINGS[name] for name in provider.settings.fields()}
    base = ConnectorConfig(
        id=1,
        tenant_id=1,
        tenant_uid=TENANT,
        revision=str(uuid4()),
        slug=provider.slug,
        name="Bench",
        values=SettingsValues(values),
        secrets=tuple(value for value in values.values() if isinstance(value, SecretValue)),
        timeout_ms=20_000,
    )
    return replace(base, **changes)


def read(path: str = "/things/1", **options: Any) -> Request:
    return Request(method="GET", path=path, **options)


def write(path: str = "/things", *, key: str | None = KEY, **options: Any) -> Request:
    return Request(method="POST", path=path, json={"amount": 100}, write=True, key=key, **options)


def accept(answer: Answer) -> ProviderError | None:
    """A provider that takes every answer."""
    return None


def _loopback() -> list[Any]:
    from ipaddress import ip_network

    return [ip_network("127.0.0.0/8"), ip_network("::1/128")]
