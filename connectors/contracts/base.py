"""What every provider is: declarations, one method per operation, and a door to the network that is handed in.

A provider knows no Django, no database and no request object. It takes and returns the dataclasses of its contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from connectors.errors import Misconfigured, NotSupported, ProviderError, Rejected, RetryLater, Unknown
from connectors.schema import Settings
from connectors.strict_json import BadAnswer as BadAnswer
from connectors.strict_json import parse
from tenants.secret_value import SecretValue


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
    """Where a vendor takes our key ("header:Idempotency-Key", "query:key", or "body:variables.key" with its place in a
    JSON body or form), how long it may be (characters), how long it is kept.

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
    """The vendor's published quota for one account."""

    per_second: float | None = None
    concurrent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request of a provider. `path` is relative to the connector's host, or an absolute URL.

    At most one of `json`, `form` (pairs, repeated keys allowed) and `body` is set. `write` is whether it changes
    something at the vendor; `key` is its idempotency key, set by the framework. `may_redirect` tells that a redirect is
    an answer that is expected here; it is not followed.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Sequence[tuple[str, str]] | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    write: bool = False
    key: str | None = None
    authenticated: bool = True
    max_bytes: int = 10 * 1024 * 1024
    may_redirect: bool = False


class Answer(Protocol):
    """What came back. `json()` parses with numbers as Decimal; it raises BadAnswer for anything that is not JSON."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any: ...

    def text(self) -> str: ...


Classify = Callable[[Answer], ProviderError | None]


class Door(Protocol):
    """The one way out. Sends with auth, limits and retries; raises the error kind of the last try."""

    def send(self, request: Request, classify: Classify) -> Answer: ...

    def next_key(self, part: str = "") -> str | None:
        """The idempotency key of the next write of this operation; None outside a write operation.

        That of a named `part` is the same whatever was sent before it: for writes that a later try may leave out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Inbound:
    """A webhook as it arrived: raw bytes, headers by lower-case name, the full public URL, seconds since the epoch.

    `fetched` is what its signature scheme had asked for, by address.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: float
    fetched: Mapping[str, bytes] = field(default_factory=dict)

    def json(self) -> Any:
        """The body parsed, numbers with decimals as Decimal. Raises BadAnswer for anything that is not JSON."""
        return parse(self.body)


@contextmanager
def reading(what: str, kind: type[ProviderError] = Rejected) -> Iterator[None]:
    """Turns whatever a strange body breaks while it is being read into `kind`; `what` names it for staff."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise kind(f"{what} cannot be read: {type(error).__name__}: {error}"[:300]) from error


@dataclass(frozen=True, slots=True)
class NotExecuted:
    """Answer of `settle`: the provider knows nothing of the operation, so it was not executed.

    Where the provider's look-up lags behind what it executes, that is proved only `proved_after_s` seconds after the
    last try.
    """

    proved_after_s: float = 0


_WAIT_STATUSES = {408, 503}


class Provider:
    """Base of all implementations. Subclasses declare; see `docs` of each attribute in the README's provider guide.

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
    local: ClassVar[bool] = False
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
    #: What the vendor calls the events that its webhooks have to tell of.
    webhook_events: ClassVar[Collection[str]] = ()
    #: The body of our 200 to a webhook, for vendors that read it.
    webhook_answer: ClassVar[str] = ""
    store_property: ClassVar[str] = ""
    guide: ClassVar[str] = ""

    def __init__(self, config: Any, door: Door) -> None:
        """`config` carries the compiled connector: `values` (the settings), `is_test`, `public_url`, `name`, and what
        tells it from all others: `id` and `tenant_uid`."""
        self.config = config
        self.door = door

    @classmethod
    def own_host(cls, values: Any) -> str:
        """The base URL that the settings name, without trailing slash; "" where they name none."""
        return ""

    @classmethod
    def webhook_of(cls, values: Any) -> Any:
        """The scheme that verifies the webhooks of a connector with these settings."""
        return cls.webhook

    @property
    def values(self) -> Any:
        return self.config.values

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, query=query)

    def post(self, path: str, data: Any = None, **extra: Any) -> Any:
        return self.call("POST", path, data, **extra)

    def put(self, path: str, data: Any = None, **extra: Any) -> Any:
        return self.call("PUT", path, data, **extra)

    def patch(self, path: str, data: Any = None, **extra: Any) -> Any:
        return self.call("PATCH", path, data, **extra)

    def delete(self, path: str, data: Any = None, **extra: Any) -> Any:
        return self.call("DELETE", path, data, **extra)

    def call(
        self, method: str, path: str, data: Any = None, *, write: bool | None = None, **extra: Any
    ) -> Any:
        """Send and parse; None for an empty body. `write` is by default whether the method changes things."""
        writes = method not in {"GET", "HEAD", "OPTIONS"} if write is None else write
        answer = self.send(method, path, data, write=writes, **extra)
        if not answer.body:
            return None
        try:
            return answer.json()
        except BadAnswer as error:
            kind = Unknown if writes else RetryLater
            raise kind(f"{self.label} answered something unreadable: {error}", status=answer.status) from None

    def send(
        self,
        method: str,
        path: str,
        data: Any = None,
        *,
        write: bool,
        keyed: bool = True,
        part: str = "",
        **extra: Any,
    ) -> Answer:
        """Send one request in the provider's encoding; `extra` are fields of Request.

        A write that is not `keyed` takes no idempotency key and so is never repeated blindly; `part` is that of next_key.
        """
        body: dict[str, Any] = {}
        if data is not None:
            body = {"form": form_pairs(data)} if self.encoding == "form" else {"json": data}
        headers = {**self.headers, **extra.pop("headers", {})}
        key = self.door.next_key(part) if write and keyed else None
        request = Request(method=method, path=path, write=write, key=key, headers=headers, **body, **extra)
        return self.door.send(request, lambda answer: self.classify(answer, write))

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        """Read an answer's failure: the vendor's code through `errors`, else the HTTP status. None is success."""
        if answer.status < 300:
            return None
        code, message = self.read_error(answer)
        options: dict[str, Any] = {"code": code, "status": answer.status, "retry_after": retry_after(answer)}
        kind = self.kind_of(code, answer, writes)
        return kind(message or f"{self.label} answered with HTTP status {answer.status}", **options)

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        """The failure kind of an answer with this error code."""
        return self.errors.get(code) or kind_by_status(answer.status, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """The vendor's error code and text, ("", "") where there is none. Overridden per vendor."""
        return "", ""

    def check_body(self) -> Any:
        """What the request `check` sends, for vendors that are asked by POST; None for nothing."""
        return None

    def test_connection(self) -> Any:
        """Send the check request. Raises ProviderError. Overridden where it needs more than one request."""
        method, path = self.check or ("", "")
        body = self.call(method, path, self.check_body(), write=False)
        self.read_check(body)
        return body

    def read_check(self, body: Any) -> None:
        """Raises ProviderError where the answer to `check` tells that the connector could not do its work."""

    def confirm(self, event: Any) -> Sequence[Any]:
        """What the vendor itself says of something that an unsigned webhook told of: the events that may be believed.

        `event` is one of `read_webhook`. Raises ProviderError; the event is then tried again later.
        """
        raise NotSupported(f"{self.label} cannot be asked about what its webhooks tell")

    def settle(self, operation: str, request: Any) -> Any:
        """Was an operation whose answer was lost executed? Its result, NotExecuted(), or None when it cannot be told."""
        return None

    @classmethod
    def operations(cls) -> tuple[str, ...]:
        """Names of the contract operations that this implementation really has."""
        return tuple(name for name in _contract_operations(cls) if not _is_missing(getattr(cls, name)))


def kind_by_status(status: int, writes: bool) -> type[ProviderError]:
    """The failure kind of an HTTP status of 300 and above when the vendor's error code says nothing more."""
    if status == 429:
        return RetryLater
    if status in {401, 403} or 300 <= status < 400:
        return Misconfigured
    if status >= 500 or status in _WAIT_STATUSES:
        return Unknown if writes else RetryLater
    return Rejected


def retry_after(answer: Answer) -> float | None:
    """Seconds of a Retry-After header given as a number; dates are read by the door, which knows the time."""
    raw = answer.headers.get("Retry-After", "").strip()
    return float(raw) if raw.isdecimal() else None


def form_pairs(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Flatten nested dicts and lists into bracketed form pairs: {"a": {"b": [1]}} is [("a[b][0]", "1")]."""
    pairs: list[tuple[str, str]] = []
    for name, value in data.items():
        pairs += _pairs_of(f"{prefix}[{name}]" if prefix else str(name), value)
    return pairs


def _pairs_of(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return form_pairs(value, name)
    if isinstance(value, (list, tuple)):
        return [pair for index, item in enumerate(value) for pair in _pairs_of(f"{name}[{index}]", item)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, SecretValue):
        return [(name, value.reveal())]
    return [(name, format(value, "f") if isinstance(value, Decimal) else str(value))]


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
