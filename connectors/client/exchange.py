"""One request and its answer on the wire: which adapter, how far it got, and which failure that makes."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead

import urllib3
from urllib3 import HTTPHeaderDict
from urllib3.exceptions import DecodeError, HTTPError, InvalidChunkLength, ReadTimeoutError

from connectors.client.adapter import Adapter
from connectors.client.answer import HttpAnswer
from connectors.client.deadline import Deadline
from connectors.client.egress import EgressPolicy
from connectors.client.headers import Headers
from connectors.client.kept import adapters
from connectors.client.outgoing import Sent
from connectors.client.sockets import Line
from connectors.compiled import ConnectorConfig
from connectors.errors import ProviderError, Rejected, RetryLater, Unknown

_CHUNK = 64 * 1024


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
    request: Sent,
    *,
    deadline: Deadline,
    max_bytes: int,
    writes: bool,
    fresh: bool,
) -> Exchange:
    """Send and read. `max_bytes` is counted after decompression; `fresh` forbids a kept connection."""
    with adapters.borrowed(config, policy) as adapter:
        if fresh:
            adapter.close()
        adapter.line.begin(deadline, config.timeout_ms / 1000)
        return _exchanged(adapter, request, max_bytes, writes)


class _TooLarge(Exception):
    pass


class _Unpacked(urllib3.HTTPResponse):
    """Refuses a chunk of a negative size, which would have all be read that ever comes."""

    def _update_chunk_length(self) -> None:
        super()._update_chunk_length()
        if self.chunk_left is not None and self.chunk_left < 0:
            raise InvalidChunkLength(self, str(self.chunk_left).encode())


def _exchanged(adapter: Adapter, request: Sent, max_bytes: int, writes: bool) -> Exchange:
    done, line = Exchange(), adapter.line
    try:
        done.answer = _read(adapter, request, max_bytes, done)
    except ProviderError as error:
        done.error = error
    except (HTTPException, HTTPError, OSError) as error:
        done.error = _failure(error, line, writes)
        done.stale = line.sent and not (line.opened or line.received or _is_timeout(error))
    except _TooLarge:
        done.error = _too_large(max_bytes, writes)
    done.allow_listed = line.allow_listed
    return done


def _read(adapter: Adapter, request: Sent, max_bytes: int, done: Exchange) -> HttpAnswer:
    connection, response = adapter.send(request)
    try:
        done.status = response.status
        body = _body(response, request, max_bytes)
        reusable = not response.will_close
    except BaseException:
        connection.close()
        raise
    finally:
        response.close()
    if reusable:
        adapter.keep(request.place, connection)
    else:
        connection.close()
    return HttpAnswer(response.status, _headers(response), body)


def _headers(response: HTTPResponse) -> Headers:
    """What comes several times is put together, as RFC 9110 has it (section 5.3)."""
    headers = Headers()
    for name, value in response.msg.items():
        before = headers.get(name)
        headers[name] = value if before is None else f"{before}, {value}"
    return headers


def _body(response: HTTPResponse, request: Sent, max_bytes: int) -> bytes:
    """All of it, decompressed."""
    if response.length is None or response.msg.get("Content-Encoding"):
        return _decoded(response, request, max_bytes)
    if response.length > max_bytes:
        raise _TooLarge
    body = response.read(response.length)
    if response.length:
        raise IncompleteRead(body, response.length)
    return body


def _decoded(response: HTTPResponse, request: Sent, max_bytes: int) -> bytes:
    raw = _Unpacked(
        body=response,
        headers=HTTPHeaderDict(response.msg.items()),
        status=response.status,
        version=response.version,
        preload_content=False,
        original_response=response,
        request_method=request.method,
        enforce_content_length=True,
    )
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
    return isinstance(error, (ReadTimeoutError, TimeoutError))


def _too_large(max_bytes: int, writes: bool) -> ProviderError:
    text = f"The answer is larger than {max_bytes} bytes"
    return Unknown(text) if writes else Rejected(text)
