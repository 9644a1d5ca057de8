"""What a provider declares: who it is, where it is, what it wants to know, and what its vendor promises."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from connectors.errors import ProviderError
from connectors.schema import Settings


class Category(StrEnum):
    PAYMENT = "Payment"
    SHIPPING = "Shipping"
    ECOMMERCE = "E-Commerce"
    ERP = "ERP"
    POS = "POS"
    CRM = "CRM"
    WMS = "WMS"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Where a vendor takes our key ("header:Idempotency-Key", "query:key", "body:variables.key" with its place in a JSON
    body or form, or "json-header:Properties.Id" with its place in a header that holds JSON), how long it may be
    (characters), how long it is kept.

    `body_bound` tells whether the vendor refuses the same key with another body; `operations` names those of the
    contract that carry it where not all do; `errors_kept` tells whether it keeps a failure of its own under the key too,
    so that repeating it would only bring that failure again. `windows` holds the hours of single operations that the
    vendor recognises for another time, such as by a token that is good for one hour.
    """

    carrier: str
    length: int = 64
    window_hours: float = 24
    body_bound: bool = True
    errors_kept: bool = True
    operations: tuple[str, ...] = ()
    windows: Mapping[str, float] = field(default_factory=dict)

    def covers(self, operation: str) -> bool:
        return not self.operations or operation in self.operations

    def hours(self, operation: str) -> float:
        """How long the vendor recognises a repetition of this operation."""
        return self.windows.get(operation, self.window_hours)


@dataclass(frozen=True, slots=True)
class Limits:
    """The vendor's published quota for one account.

    `remaining` names the header that tells how many calls are left, `reset` the one that tells when there are more: in
    seconds, or as seconds since the epoch.
    """

    per_second: float | None = None
    concurrent: int | None = None
    remaining: str = ""
    reset: str = ""


class Declarations:
    """The attributes that a provider sets; see the README's provider guide.

    A `local` one calls nobody and has no host. `host_words` are what may be entered as Host in an address's stead, in
    lower case, each with the name of one of the `hosts`.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    category: ClassVar[Category]
    names: ClassVar[tuple[str, ...]] = ()
    aliases: ClassVar[tuple[str, ...]] = ()
    hosts: ClassVar[Mapping[str, str]] = {}
    host_words: ClassVar[Mapping[str, str]] = {}
    #: Further hosts of the vendor that take the connector's credentials, such as that of its management API.
    further_hosts: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = False
    #: The hub does the work of its connectors and only reads their settings, so it has no operations.
    hub_itself: ClassVar[bool] = False
    settings: ClassVar[type[Settings]] = Settings
    auth: ClassVar[Any] = None
    check: ClassVar[tuple[str, str] | None] = None
    encoding: ClassVar[str] = "json"
    headers: ClassVar[Mapping[str, str]] = {}
    idempotency: ClassVar[Idempotency | None] = None
    limits: ClassVar[Limits] = Limits()
    timeout_ms: ClassVar[int] = 18_000
    states: ClassVar[Mapping[str, StrEnum]] = {}
    errors: ClassVar[Mapping[str, type[ProviderError]]] = {}
    webhook: ClassVar[Any] = None
    #: Fields of its answers that are handed on to whoever asked and never logged, such as markup for the shop's page.
    unlogged: ClassVar[Collection[str]] = ()
    #: What the vendor calls the events that its webhooks have to tell of.
    webhook_events: ClassVar[Collection[str]] = ()
    #: The body of our 200 to a webhook, for vendors that read it.
    webhook_answer: ClassVar[str] = ""
    #: The query parameter whose value a vendor wants back while it registers a webhook address.
    webhook_handshake: ClassVar[str] = ""
    store_property: ClassVar[str] = ""
    #: The external id under which stores name their place at the vendor, beside the connector's own name. A store may have
    #: one for each market: the name, a dash, and the market's code.
    place_id: ClassVar[str] = ""
    guide: ClassVar[str] = ""

    @classmethod
    def own_host(cls, values: Any) -> str:
        """The base URL that the settings name, without trailing slash; "" where they name none."""
        return ""

    @classmethod
    def account_of(cls, answer: Any) -> str:
        """Whose account the answer to `check` says that this is, for people; "" where it does not say."""
        return ""

    @classmethod
    def webhook_of(cls, values: Any) -> Any:
        """The scheme that verifies the webhooks of a connector with these settings."""
        return cls.webhook

    @classmethod
    def idempotency_of(cls, values: Any) -> Idempotency | None:
        """What the vendor of a connector with these settings promises."""
        return cls.idempotency

    @classmethod
    def offers(cls, values: Any, contract: type) -> bool:
        """Whether a connector with these settings does what a contract of this class is for."""
        return True

    @classmethod
    def mapping_problems(cls, rows: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
        """Rows of a Field Mapping (Property, Connector Property) that mean nothing here: (Property, what to do)."""
        return ()

    @classmethod
    def operations(cls) -> tuple[str, ...]:
        """Names of the contract operations that this implementation really has."""
        return tuple(name for name in _contract_operations(cls) if not _is_missing(getattr(cls, name)))


def operation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a contract's method as an operation that providers implement."""
    function.is_operation = True  # type: ignore[attr-defined]
    return function


def _contract_operations(cls: type) -> list[str]:
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        names.update(
            dict.fromkeys(name for name, item in vars(base).items() if hasattr(item, "is_operation"))
        )
    return list(names)


def _is_missing(function: Any) -> bool:
    return bool(getattr(function, "is_operation", False))
