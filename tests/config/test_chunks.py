"""What a server hands over of a body that came in chunks is read as any other."""

import json
import socket
from io import BytesIO

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.http.wsgi import create

from config.chunks import WithLength
from config.wsgi import application
from tenants.models import ApiKey
from tests.factories.tenants import TenantFactory

CUSTOMER = {"number": "C-1", "email": "kari@buyer.example"}


def environ_of(body, **headers):
    """As gunicorn makes it of what comes over a socket."""
    ours, theirs = socket.socketpair()
    lines = [f"{name}: {value}" for name, value in {"Host": "testserver", **headers}.items()]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:]))
    head = "\r\n".join(["POST /api/v1/customers/ HTTP/1.1", "Transfer-Encoding: chunked", *lines])
    theirs.sendall(head.encode() + b"\r\n\r\n" + chunks + b"0\r\n\r\n")
    config = Config()
    request = next(RequestParser(config, ours, ("127.0.0.1", 1)))
    return create(request, ours, ("127.0.0.1", 1), ("127.0.0.1", 2), config)[1]


@pytest.fixture
def one_connection(db):
    """Calls through WSGI leave the test's own connection open, as those of Django's test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_a_body_in_chunks_is_read(one_connection):
    _, key = ApiKey.issue(TenantFactory(), "shop", ["*"])
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    told = []
    answer = application(
        environ_of(json.dumps(CUSTOMER).encode(), **headers), lambda *args: told.append(args)
    )
    assert told[0][0].startswith("201"), b"".join(answer)


def test_one_that_is_too_large_is_not_read_to_its_end():
    seen = []

    def within(environ, start_response):
        seen.append((environ["CONTENT_LENGTH"], environ["wsgi.input"].read()))
        return []

    source = BytesIO(b"x" * 100_000)
    WithLength(within, 70_000)(
        {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": source}, None
    )
    assert seen == [("70001", b"x" * 70_001)]
    assert source.tell() == 70_001
