"""The HTTP server itself, over real sockets."""

from __future__ import annotations

import http.client
import json
import socket
import threading

import pytest

from connectors.sandbox import Sandbox, start
from connectors.sandbox.core.vendor import discover
from tests.sandbox.callers import Caller, StripeCaller, until

HEALTH = b"GET /_/health HTTP/1.1\r\nHost: x\r\n\r\n"


def raw(sandbox: Sandbox, data: bytes) -> http.client.HTTPResponse:
    sock = socket.create_connection(("127.0.0.1", sandbox.port), timeout=10)
    sock.sendall(data)
    answer = http.client.HTTPResponse(sock)
    answer.begin()
    return answer


def test_one_connection_serves_many_requests(sandbox: Sandbox) -> None:
    caller = Caller(sandbox)
    caller.control("GET", "health")
    sock = caller.connection.sock
    assert caller.control("GET", "health").status == 200
    assert caller.connection.sock is sock


def test_requests_sent_ahead_are_answered_in_turn(sandbox: Sandbox) -> None:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as sock:
        sock.sendall(HEALTH * 3 + HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200 OK") == 4


def test_a_body_that_arrives_in_pieces_is_read_whole(sandbox: Sandbox) -> None:
    body = json.dumps({"ms": 0, "vendor": "x" * 100_000}).encode()
    head = f"POST /_/latency HTTP/1.1\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as sock:
        sock.sendall(head)
        assert sock.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for start_at in range(0, len(body), 40_000):
            sock.sendall(body[start_at : start_at + 40_000])
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert json.loads(answer.read())["vendor"] == "x" * 100_000


@pytest.mark.parametrize(
    ("request_bytes", "told"),
    [
        (b"NONSENSE\r\n\r\n", "three words"),
        (b"POST /_/reset HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "Content-Length"),
        (b"POST /_/reset HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "no length"),
        (b"POST /_/reset HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "no length"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, "too long"),
    ],
)
def test_what_is_no_request_is_refused_by_name(sandbox: Sandbox, request_bytes: bytes, told: str) -> None:
    answer = raw(sandbox, request_bytes)
    assert answer.status == 400
    assert told in json.loads(answer.read())["error"]


def test_an_unknown_vendor_or_control_is_not_found(sandbox: Sandbox) -> None:
    caller = Caller(sandbox)
    assert "nobody" in caller.call("GET", "/nobody/v1").json["error"]
    assert caller.control("GET", "nothing").status == 404
    assert caller.control("GET", "webhook/nothing").status == 404
    assert caller.control("GET", "stripe/nothing").status == 404


def test_a_broken_control_call_says_what_is_wrong(sandbox: Sandbox) -> None:
    caller = Caller(sandbox)
    assert caller.call("POST", "/_/faults", b"{not json").status == 400
    assert caller.control("GET", "ledger?colour=red").status == 400
    assert caller.control("POST", "stripe/webhooks", {"colour": "red"}).status == 400


def test_health_names_the_vendors(sandbox: Sandbox) -> None:
    health = Caller(sandbox).control("GET", "health").json
    assert health == {"ok": True, "vendors": sorted(discover())}
    assert {"stripe", "webhook"} <= set(health["vendors"])


def test_two_sandboxes_know_nothing_of_each_other(sandbox: Sandbox) -> None:
    with start() as other:
        StripeCaller(other).authorized()
        assert len(other.ledger()) == 1
        assert sandbox.ledger() == []


def test_a_taken_port_is_an_error(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        start(sandbox.port)


def test_stop_cuts_connections_and_frees_the_port() -> None:
    running = start()
    caller = Caller(running)
    caller.control("GET", "health")
    running.stop()
    with pytest.raises(OSError):
        caller.control("GET", "health")
    with start(running.port) as again:
        assert Caller(again).control("GET", "health").status == 200


def test_stop_ends_a_call_that_hangs() -> None:
    running = start()
    running.faults(hang_after=True)
    hanging = threading.Thread(target=_ignore_errors, args=(StripeCaller(running),), daemon=True)
    hanging.start()
    until(running.ledger)
    running.stop()
    hanging.join(20)
    assert not hanging.is_alive()


def _ignore_errors(stripe: StripeCaller) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        stripe.authorize()


def test_calls_are_noted_without_their_credentials(sandbox: Sandbox, stripe: StripeCaller) -> None:
    stripe.authorize(key="k1")
    stripe.get("payment_intents", limit=3)
    first, second = sandbox.calls()
    assert (first["vendor"], first["method"], first["path"], first["status"]) == (
        "stripe",
        "POST",
        "/v1/payment_intents",
        200,
    )
    assert "amount=10000" in first["body"]
    assert first["headers"]["idempotency-key"] == "k1"
    assert second["query"] == {"limit": "3"}
    assert "sk_test" not in json.dumps(sandbox.calls())
    assert Caller(sandbox).control("GET", "calls?method=GET&limit=5").json["calls"] == [second]


def test_reset_forgets_everything(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    sandbox.faults(status=500, times=None)
    assert Caller(sandbox).control("POST", "reset").status == 200
    assert (sandbox.ledger(), sandbox.calls()) == ([], [])
    assert stripe.get(f"payment_intents/{intent}").status == 404
