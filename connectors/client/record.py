"""The event of one attempt: what was sent and what came back, with every secret redacted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from connectors.auth import Token
from connectors.client.answer import HttpAnswer
from connectors.client.exchange import Exchange
from connectors.client.outgoing import Sent
from connectors.client.unlogged import without_fields
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import kind_by_status
from connectors.errors import ProviderError, RetryLater, Unknown
from eventlog.events import Category, EventData, Outcome
from eventlog.redaction import Redactor
from tenants.secret_value import SecretValue

if TYPE_CHECKING:
    from connectors.calls import Prepared

#: Characters of a vendor's words that people get to read, and of those that are looked at: what is cut off in the middle of
#: a secret lies between the two. Looking through megabytes would keep a process from everything else.
_TOLD, _LOOKED_AT = 2000, 10_000

#: Answers' headers, compared without case, in which vendors name the request.
_REQUEST_IDS = (
    "Request-Id",
    "X-Request-Id",
    "Paypal-Debug-Id",
    "Klarna-Correlation-Id",
    "Ms-Correlation-X",
    "X-Correlation-Id",
    "PspReference",
    "Grpc-Metadata-Trace_id",
)


def event_of(
    config: ConnectorConfig,
    prepared: Prepared,
    request: Sent,
    done: Exchange,
    *,
    writes: bool,
    may_redirect: bool,
    token: Token | None,
    secrets: Collection[SecretValue] = (),
    unlogged: Collection[str] = (),
) -> EventData:
    """The outcome is that of HTTP alone: what the provider makes of the answer is not known yet.

    `secrets` are the request's own; `unlogged` names fields of the answer that are left out of it.
    """
    redactor = _redactor((*config.secrets, *((token.access,) if token else ()), *secrets))
    context = prepared.context
    return EventData(
        category=Category.CONNECTOR,
        message=redactor.text(_message(request, done)),
        tenant_id=config.tenant_id,
        outcome=_outcome(done, writes, 400 if may_redirect else 300),
        connector_id=config.id,
        connector_name=config.name,
        connector_category=config.category,
        provider=config.slug,
        order_id=context.order_id,
        order_number=context.order_number,
        run_id=context.run_id,
        step_run_id=context.step_run_id,
        step=context.step,
        effect_id=prepared.effect_id,
        actor=context.actor,
        market=context.market,
        store=context.store,
        method=request.method,
        url=redactor.url(request.url),
        status_code=done.status,
        request_id=redactor.text(_request_id(done.answer.headers)) if done.answer else "",
        request=_document(redactor, request.headers, request.body),
        response=_response(redactor, done.answer, unlogged) if done.answer else None,
        details={"egress": "by the deployment's allow-list"} if done.allow_listed else None,
    )


def described(config: ConnectorConfig, request: Sent, token: Token | None = None) -> dict[str, Any]:
    """A request as an event would show it: {"method", "url", "headers", "body"}, with every secret redacted."""
    redactor = _redactor((*config.secrets, *((token.access,) if token else ())))
    document = _document(redactor, request.headers, request.body)
    return {"method": request.method, "url": redactor.url(request.url), **document}


def answered(config: ConnectorConfig, headers: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """An answer as an event would show it: {"headers", "body"}, with every secret redacted."""
    return _document(_redactor(config.secrets), headers, body)


def told(
    config: ConnectorConfig, text: str, token: Token | None = None, secrets: Collection[SecretValue] = ()
) -> str:
    """What a vendor says, for people: vendors repeat the credentials that they refuse, and send whole pages."""
    redactor = _redactor((*config.secrets, *((token.access,) if token else ()), *secrets))
    words = redactor.message(text[:_LOOKED_AT])
    return words if len(text) <= _TOLD else f"{words[:_TOLD]}… [cut]"


@lru_cache(maxsize=1024)
def _redactor(secrets: tuple[SecretValue, ...]) -> Redactor:
    return Redactor(secrets)


def _document(redactor: Redactor, headers: Mapping[str, Any], body: Any) -> dict[str, Any]:
    raw = body.encode() if isinstance(body, str) else body or b""
    return {
        "headers": redactor.headers(headers),
        "body": redactor.body(raw, str(headers.get("Content-Type", ""))),
    }


def _response(redactor: Redactor, answer: HttpAnswer, unlogged: Collection[str]) -> dict[str, Any]:
    body = without_fields(answer.body, unlogged) if unlogged else answer.body
    return _document(redactor, answer.headers, body)


def _message(request: Sent, done: Exchange) -> str:
    place = request.place
    what = done.error.message if done.error else f"HTTP {done.status}"
    return f"{request.method} {place.host}{place.target.partition('?')[0]} → {what}"


def _request_id(headers: Mapping[str, Any]) -> str:
    """What the vendor names the request by, which its support asks for."""
    return next((str(headers[name]) for name in _REQUEST_IDS if headers.get(name)), "")


def _outcome(done: Exchange, writes: bool, fine_below: int) -> Outcome:
    if done.error is not None:
        return _by_kind(type(done.error))
    status = done.status or 0
    return Outcome.SUCCESS if status < fine_below else _by_kind(kind_by_status(status, writes))


def _by_kind(kind: type[ProviderError]) -> Outcome:
    if issubclass(kind, RetryLater):
        return Outcome.RETRY
    return Outcome.UNKNOWN if issubclass(kind, Unknown) else Outcome.ERROR
