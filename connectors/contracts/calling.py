"""How a provider calls: its requests go out by a door that is handed in, and answers that fail become failure kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from connectors.contracts.declaring import Declarations
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.strict_json import BadAnswer
from tenants.secret_value import SecretValue

_WAIT_STATUSES = {408, 503}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request of a provider. `path` is relative to the connector's host, or an absolute URL.

    At most one of `json`, `form` (pairs, repeated keys allowed) and `body` is set. `write` is whether it changes
    something at the vendor; `key` is its idempotency key, set by the framework. `may_redirect` tells that a redirect is
    an answer that is expected here; it is not followed. `auth` proves who sends it where that is not done the provider's
    own way, as at a vendor's second API with a login of its own. `credential` names the credentials in a token request
    that is another one each time, such as one with a signed time; it is not sent. `unlogged` are secrets of this request
    alone.
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
    auth: Any = None
    credential: str = ""
    max_bytes: int = 10 * 1024 * 1024
    may_redirect: bool = False
    unlogged: tuple[SecretValue, ...] = ()


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

    def pause(self, seconds: float) -> bool:
        """Wait for a vendor that works on in the background; False, at once, where the call has not that much time left."""
        ...


class Caller(Declarations):
    """One connector at work: sends in the vendor's encoding and reads its failures."""

    def __init__(self, config: Any, door: Door) -> None:
        """`config` carries the compiled connector: `values` (the settings), `is_test`, `public_url`, `name`, and what
        tells it from all others: `id` and `tenant_uid`."""
        self.config = config
        self.door = door

    @property
    def values(self) -> Any:
        return self.config.values

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, query=query)

    def look_for(self, path: str, **query: Any) -> Any:
        """GET what may not be there: None for a 404, which is an answer here and no failure. Raises RetryLater for a
        success that holds nothing, which proves nothing."""
        answer = self.send("GET", path, write=False, query=query, absent=True)
        if answer.status == 404:
            return None
        try:
            found = answer.json() if answer.body else None
        except BadAnswer as error:
            text = f"{self.label} answered something unreadable: {error}"
            raise RetryLater(text, status=answer.status) from None
        if found is None:
            raise RetryLater(f"{self.label}'s answer holds nothing", status=answer.status)
        return found

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
        absent: bool = False,
        **extra: Any,
    ) -> Answer:
        """Send one request in the provider's encoding; `extra` are fields of Request.

        A write that is not `keyed` takes no idempotency key and so is never repeated blindly; `part` is that of next_key.
        Where things may be `absent`, 404 is no failure.
        """
        body: dict[str, Any] = {}
        if data is not None:
            body = {"form": form_pairs(data)} if self.encoding == "form" else {"json": data}
        headers = {**self.headers, **extra.pop("headers", {})}
        key = self.door.next_key(part) if write and keyed else None
        request = Request(method=method, path=path, write=write, key=key, headers=headers, **body, **extra)
        return self.door.send(
            request,
            lambda answer: None if absent and answer.status == 404 else self.classify(answer, write),
        )

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
