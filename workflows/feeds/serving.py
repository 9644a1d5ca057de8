"""Serves a feed at its secret address, from its parts, compressed where asked for."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.feeds import FeedProvider
from connectors.runtime import runtime
from eventlog import store as eventlog
from eventlog.events import Category
from tenants.scoping import platform_scope, tenant_scope
from workflows.feeds import packing
from workflows.models import FeedBuild, FeedPart, ProductFeed

_NAME = re.compile(r"([\w-]{20,64})\.(\w{1,10})")
_REALM = {"WWW-Authenticate": 'Basic realm="Product feed", charset="UTF-8"'}
#: Whoever has the address may keep the file, but asks before using it again.
_HEADERS = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex", "Vary": "Accept-Encoding"}


@csrf_exempt
@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    """200 with the file, 304 where the caller has it, 401 without the password; 404 for every other address."""
    feed, build = _found(name)
    config = runtime(feed.tenant_id).connectors.get(feed.connector_id) if feed and build else None
    if feed is None or build is None or config is None or config.retired:
        return _plain("There is no such feed.", 404)
    if not _is_let_in(request, config):
        return HttpResponse(
            "User name and password are needed.", status=401, content_type="text/plain", headers=_REALM
        )
    packed = _takes_gzip(request)
    response: Any = _file(request, build, packed)
    etag = f'"{build.digest[:40]}{"-gzip" if packed else ""}"'
    moment = build.modified_at
    answer = get_conditional_response(request, etag, int(moment.timestamp()) if moment else None, response)
    assert answer is not None
    answer.headers["ETag"] = etag
    for header, value in _HEADERS.items():
        answer.headers[header] = value
    _note(request, feed, build, config, answer.status_code)
    return answer


def _found(name: str) -> tuple[ProductFeed | None, FeedBuild | None]:
    """The feed of an address that is open, and its file in that form."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None, None
    with platform_scope("address of a product feed"):
        rows = ProductFeed.objects.filter(token=match[1], is_served=True, tenant__is_active=True)
        feed = rows.select_related("current").first()
    build = feed.current if feed else None
    return feed, build if build and build.extension == match[2] else None


def _is_let_in(request: HttpRequest, config: ConnectorConfig) -> bool:
    """Nobody where the connector cannot say whom."""
    implementation = registry.get(config.slug)
    if config.problem or not issubclass(implementation, FeedProvider):
        return False
    file = implementation.feed_of(config)
    if not file.username:
        return True
    wanted = f"{file.username}:{file.password.reveal() if file.password else ''}".encode()
    return hmac.compare_digest(_credentials(request), wanted)


def _credentials(request: HttpRequest) -> bytes:
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    try:
        return base64.b64decode(coded.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""


def _takes_gzip(request: HttpRequest) -> bool:
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, weight = part.strip().partition(";")
        if coding.strip() in {"gzip", "*"}:
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _file(request: HttpRequest, build: FeedBuild, packed: bool) -> HttpResponseBase:
    """A stream that holds one part at a time."""
    length = packing.packed_length(build.packed_size) if packed else build.size
    chunks: Any = () if request.method == "HEAD" else _chunks(build, packed)
    response = StreamingHttpResponse(chunks, content_type=build.content_type)
    response.headers["Content-Length"] = str(length)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if build.modified_at:
        response.headers["Last-Modified"] = f"{build.modified_at:%a, %d %b %Y %H:%M:%S GMT}"
    return response


def _chunks(build: FeedBuild, packed: bool) -> Iterator[bytes]:
    if packed:
        yield packing.HEAD
    for number in range(build.parts):
        with tenant_scope(build.tenant_id):
            part = bytes(FeedPart.objects.values_list("data", flat=True).get(build=build, number=number))
        yield part if packed else packing.unpack(part)
    if packed:
        yield packing.tail(build.crc, build.size)


def _note(
    request: HttpRequest, feed: ProductFeed, build: FeedBuild, config: ConnectorConfig, status: int
) -> None:
    """Who has come for it; whoever has it already is not told of in the event log."""
    agent = request.headers.get("User-Agent", "")[:200]
    with tenant_scope(feed.tenant_id):
        ProductFeed.objects.filter(pk=feed.pk).update(fetched_at=timezone.now(), fetched_by=agent)
    if status == 200 and request.method == "GET":
        eventlog.record(
            Category.CONNECTOR,
            f"Product feed with {build.items} products fetched by {agent or 'a caller without name'}",
            tenant_id=feed.tenant_id,
            connector_id=config.id,
            connector_name=config.display_name,
            connector_category=config.category,
            provider=config.slug,
            operation="feed_fetched",
        )


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
