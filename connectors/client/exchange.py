"""One request and its answer on the wire: which adapter, how far it got, and which failure that makes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from connectors.client.adapter import Adapter
from connectors.client.answer import HttpAnswer
from connectors.client.deadline import Deadline
from connectors.client.egress import EgressPolicy
from connectors.client.sockets import CONNECT_S, Line
from connectors.compiled import ConnectorConfig
from connectors.errors import ProviderError, Rejected, RetryLater, Unknown

_CHUNK = 64 * 1024
_MOST_ADAPTERS = 32

_local = threading.local()


@dataclass(slots=True)
class Exchange:
    """What happened. Exactly one of `answer` and `error` is set; `status` may be known although the body was cut.

    `stale` tells that a kept connection was closed before any byte of an answer.
    """

    answer: HttpAnswer | None = None
    error: ProviderError | None = None
    status: int | None = None
    stale: bool = False
    allow_listed: bool = False


def exchange(
    config: ConnectorConfig,
    policy: EgressPolicy,
    request: requests.PreparedRequest,
    *,
    deadline: Deadline,
    max_bytes: int,
    writes: bool,
    fresh: bool,
) -> Exchange:
    """Send and read. `max_bytes` is counted after decompression; `fresh` forbids a kept connection."""
    adapter = _adapter(config, policy)
    if fresh:
        adapter.forget_connections()
    line = adapter.line
    line.begin(deadline, config.timeout_ms / 1000)
    done = Exchange()
    try:
        done.answer = _read(adapter, request, max_bytes, done)
    except ProviderError as error:
        done.error = error
    except (requests.RequestException, HTTPError, OSError) as error:
        done.error = _failure(error, line, writes)
        done.stale = line.sent and not (line.opened or line.received or _is_timeout(error))
    except _TooLarge:
        done.error = _too_large(max_bytes, writes)
    done.allow_listed = line.allow_listed
    return done


class _TooLarge(Exception):
    pass


def _read(adapter: Adapter, request: requests.PreparedRequest, max_bytes: int, done: Exchange) -> HttpAnswer:
    response = adapter.send(request, stream=True, timeout=(CONNECT_S, adapter.line.read_s))
    try:
        done.status = response.status_code
        body = _capped(response.raw, max_bytes)
    except BaseException:
        response.raw.close()
        raise
    response.close()
    return HttpAnswer(response.status_code, CaseInsensitiveDict(response.headers), body)


def _capped(raw: Any, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in raw.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            raise _TooLarge
    return bytes(body)


def _failure(error: Exception, line: Line, writes: bool) -> ProviderError:
    """A transport error in our words; the library's own text may hold addresses and headers."""
    if not line.sent:
        return RetryLater("The connection failed before anything was sent", answered=False)
    kind = Unknown if writes else RetryLater
    if isinstance(error, DecodeError):
        return kind("The answer's compression is broken", answered=True)
    if line.deadline.left <= 0:
        return kind("No complete answer came before the deadline", answered=False)
    if _is_timeout(error):
        return kind(f"No answer came within {line.read_s:g} s", answered=False)
    what = "was cut off" if line.received else "did not come: the connection was closed"
    return kind(f"The answer {what}", answered=False)


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, (requests.Timeout, ReadTimeoutError, TimeoutError))


def _too_large(max_bytes: int, writes: bool) -> ProviderError:
    text = f"The answer is larger than {max_bytes} bytes"
    return Unknown(text) if writes else Rejected(text)


def _adapter(config: ConnectorConfig, policy: EgressPolicy) -> Adapter:
    """This thread's adapter for this configuration, at most a Handler Lifetime old."""
    kept: OrderedDict[Any, tuple[float, Adapter]] = _local.__dict__.setdefault("kept", OrderedDict())
    key = (config.tenant_id, config.id, config.revision, policy)
    born, adapter = kept.pop(key, (0.0, None))
    now = time.monotonic()
    if adapter is not None and now - born > config.handler_lifetime_s:
        adapter.close()
        adapter = None
    if adapter is None:
        born, adapter = now, Adapter(Line(policy, config.tenant_uid))
    kept[key] = (born, adapter)
    while len(kept) > _MOST_ADAPTERS:
        kept.popitem(last=False)[1][1].close()
    return adapter
