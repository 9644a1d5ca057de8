"""What a webhook's signature is verified with and the vendor publishes at an address, such as its certificate.

A scheme that needs such a thing names its address in `fetches`. It is fetched through the one HTTP door and kept for a
while.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Any

from connectors.calls import CallContext, CallSpec, Prepared
from connectors.client import open_door
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Answer, Inbound, Request, kind_by_status
from connectors.errors import BadSignature, ProviderError, Rejected
from connectors.ports import direct_ports

#: Seconds for which something fetched is used, and for which fetching it may take; a vendor waits for our answer.
KEPT_FOR = 3600.0
DEADLINE_S = 8.0
MOST_KEPT, MOST_BYTES = 64, 64 * 1024

_kept: OrderedDict[tuple[int, str], tuple[float, bytes]] = OrderedDict()
_lock = Lock()


def with_fetched(scheme: Any, config: ConnectorConfig, inbound: Inbound) -> Inbound:
    """The webhook with what its scheme needs. Raises BadSignature for an address that is not the vendor's or has nothing,
    and another ProviderError when it cannot be fetched now."""
    fetches = getattr(scheme, "fetches", None)
    if fetches is None:
        return inbound
    address: str = fetches(inbound, config)
    return replace(inbound, fetched={address: _kept_or_fetched(config, address)})


def forget() -> None:
    """Fetch everything anew."""
    with _lock:
        _kept.clear()


def _kept_or_fetched(config: ConnectorConfig, address: str) -> bytes:
    key, now = (config.tenant_id, address), time.monotonic()
    with _lock:
        until, content = _kept.get(key, (0.0, b""))
    if now < until:
        return content
    content = _fetch(config, address)
    with _lock:
        _kept[key] = (now + KEPT_FOR, content)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return content


def _fetch(config: ConnectorConfig, address: str) -> bytes:
    spec = CallSpec(
        connector=config, operation="webhook", subject=f"connector:{config.id}", request=None, write=False
    )
    prepared = Prepared(spec=spec, context=CallContext(), deadline_s=DEADLINE_S)
    request = Request(
        method="GET", path=address, headers={"Accept": "*/*"}, authenticated=False, max_bytes=MOST_BYTES
    )
    try:
        return open_door(config, direct_ports(), prepared, None).send(request, _classify).body
    except Rejected:
        raise BadSignature("There is nothing at the address that the signature names") from None


def _classify(answer: Answer) -> ProviderError | None:
    if answer.status < 300:
        return None
    kind = kind_by_status(answer.status, writes=False)
    return kind(f"It answered with HTTP status {answer.status}", status=answer.status)
