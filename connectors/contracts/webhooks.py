"""The contract of vendors that take a webhook address over their API: register it, and see whether it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from connectors.contracts.base import NotExecuted, Provider, operation
from connectors.errors import NotSupported, ProviderError
from tenants.secret_value import SecretValue


class WebhookState(StrEnum):
    """INCOMPLETE: the vendor does not send all events that are needed. MISSING: it knows no such address. EXPIRING: it
    stands, and ends soon unless it is registered again."""

    ACTIVE = "active"
    INCOMPLETE = "incomplete"
    DISABLED = "disabled"
    MISSING = "missing"
    EXPIRING = "expiring"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """`url` is the connector's public webhook address."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRegistration:
    """`external_id` is the vendor's id of it, `missing` the events that it does not send. `secret` is what its webhooks are
    verified with, which most vendors tell once only. `note` is for staff."""

    state: WebhookState
    external_id: str = ""
    missing: tuple[str, ...] = ()
    secret: SecretValue | None = None
    note: str = ""


class WebhookRegistrar(Provider):
    """Contract of vendors with an API for webhooks. `webhook_setting` names the setting that takes the secret."""

    webhook_setting: ClassVar[str] = ""

    @operation
    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        """Have the vendor send everything that is needed to this address, in the place of what was registered for it
        before."""
        raise NotSupported(f"{self.label} takes no webhook address over its API")

    @operation
    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        """How this address stands at the vendor; without a secret."""
        raise NotSupported(f"{self.label} does not tell its webhook addresses")

    def settle(self, operation: str, request: Any) -> Any:
        """A registration whose answer was lost may be done again: it takes the former's place."""
        if operation == "register_webhook":
            return NotExecuted()
        return super().settle(operation, request)


def state_of(missing: Iterable[str], *, enabled: bool = True) -> WebhookState:
    if not enabled:
        return WebhookState.DISABLED
    return WebhookState.INCOMPLETE if list(missing) else WebhookState.ACTIVE


def removed(remove: Callable[[str], Any], ids: Iterable[str]) -> str:
    """Remove earlier registrations once the new one stands; what staff has to know of those that stayed."""
    left = []
    for item in ids:
        try:
            remove(item)
        except ProviderError as error:
            left.append(f"{item} ({error.message})")
    return f"Remove these earlier registrations by hand: {', '.join(left)}" if left else ""
