"""Bodies that come in chunks, without their length: many clients and vendors send them so, and Django would read nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

_BLOCK = 64 * 1024
_IN_MEMORY = 1024 * 1024

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WithLength:
    """Around a WSGI application: reads such a body to its end, where the server tells that there is one, and no further
    than a byte more than `most`, at which every view refuses it."""

    def __init__(self, application: Application, most: int) -> None:
        self.application, self.most = application, most

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not _is_chunked(environ):
            return self.application(environ, start_response)
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            environ["CONTENT_LENGTH"] = str(_copy(environ["wsgi.input"], body, self.most + 1))
            environ["wsgi.input"] = body
            return self.application(environ, start_response)


def _is_chunked(environ: dict[str, Any]) -> bool:
    told = environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    return (
        told == "chunked" and bool(environ.get("wsgi.input_terminated")) and not environ.get("CONTENT_LENGTH")
    )


def _copy(source: Any, body: Any, most: int) -> int:
    while body.tell() < most and (block := source.read(min(_BLOCK, most - body.tell()))):
        body.write(block)
    length: int = body.tell()
    body.seek(0)
    return length
