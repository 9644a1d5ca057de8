"""Files behind links that a vendor hands out: labels, invoices. Such links often lead on to a storage on another host."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from connectors.contracts.base import Answer, Provider, Request, kind_by_status
from connectors.errors import Misconfigured, ProviderError, RetryLater

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FORBIDDEN = frozenset({401, 403})
_PORTS = {"http": 80, "https": 443}


def download(provider: Provider, url: str, *, max_bytes: int, headers: Mapping[str, str] = {}) -> Answer:
    """The file behind a link, at most `max_bytes` of it.

    The door follows no redirect; each is followed here as a request of its own, so that every address is checked.
    Credentials and `headers` go to the connector's own host and to no place that it redirects to.
    """
    place = url if "://" in url else f"{provider.config.host.rstrip('/')}/{url.lstrip('/')}"
    own = _origin(place) == _origin(provider.config.host)
    answer = _fetch(provider, place, max_bytes, own, headers if own else {})
    for _ in range(MOST_REDIRECTS):
        if not _is_redirect(answer):
            return answer
        place = urljoin(place, answer.headers["Location"])
        answer = _fetch(provider, place, max_bytes, False, {})
    if _is_redirect(answer):
        raise Misconfigured(f"{provider.label} redirects a link in circles; report it to {provider.label}")
    return answer


def _fetch(
    provider: Provider, url: str, max_bytes: int, authenticated: bool, headers: Mapping[str, str]
) -> Answer:
    request = Request(
        method="GET",
        path=url,
        headers={"Accept": "*/*", **headers},
        authenticated=authenticated,
        max_bytes=max_bytes,
        may_redirect=True,
    )

    def classify(answer: Answer) -> ProviderError | None:
        if _is_redirect(answer):
            return None
        return provider.classify(answer, False) if authenticated else _refused(provider, answer)

    return provider.door.send(request, classify)


def _refused(provider: Provider, answer: Answer) -> ProviderError | None:
    """A storage speaks another language than the vendor, and its refusals mean that the link's time is over."""
    if answer.status < 300:
        return None
    kind = RetryLater if answer.status in _FORBIDDEN else kind_by_status(answer.status, False)
    text = f"The storage behind {provider.label}'s link answered with HTTP status {answer.status}"
    return kind(text, status=answer.status)


def _is_redirect(answer: Answer) -> bool:
    return answer.status in _REDIRECTS and "Location" in answer.headers


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
