"""Encrypted connections to pinned addresses, and how long a connection is kept."""

from __future__ import annotations

import socket
import ssl
import threading
from http.client import HTTPConnection
from io import DEFAULT_BUFFER_SIZE

import pytest

from connectors.client.adapter import Adapter
from connectors.client.egress import EgressPolicy
from connectors.client.kept import KeptAdapters, most_idle
from connectors.client.outgoing import Place
from connectors.errors import Misconfigured, RetryLater, Unknown
from tests.connectors.client.bench import TOKEN, Bench, Keyed, accept, config_of, read, write
from tests.faultserver import (
    Behaviour,
    FaultServer,
    followed_by,
    hang,
    head,
    late,
    ok,
    slow_body,
    slow_headers,
)
from tests.tls import Authority

VENDOR = "vendor.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(bench: Bench, authority: Authority) -> Bench:
    """A bench whose names all lead to this machine and that trusts the test's authority."""
    bench.resolver = lambda name, port: ["127.0.0.1"]
    bench.ca_file = authority.ca_file
    return bench


def host_of(server: FaultServer, name: str = VENDOR) -> str:
    return f"https://{name}:{server.port}"


class TestTls:
    def test_the_name_is_kept_for_the_host_header_and_the_certificate(
        self, secure: Bench, authority: Authority
    ) -> None:
        context = authority.server_context(VENDOR)
        asked: list[str | None] = []
        context.sni_callback = lambda connection, name, _: asked.append(name)  # type: ignore[assignment, misc]
        with FaultServer(tls=context) as server:
            assert secure.provider(server, host=host_of(server)).get("/things/1") == {"id": "1"}
        (request,) = server.requests
        assert request.headers["host"] == f"{VENDOR}:{server.port}"
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert asked == [VENDOR]

    @pytest.mark.parametrize("expired", [False, True])
    def test_a_certificate_that_does_not_fit_is_for_an_administrator(
        self, secure: Bench, authority: Authority, expired: bool
    ) -> None:
        context = authority.server_context(VENDOR if expired else "other.example", expired=expired)
        with FaultServer(tls=context) as server:
            error = secure.failure(lambda: secure.door(server, host=host_of(server)).send(write(), accept))
        assert type(error) is Misconfigured
        assert error.message.startswith(f"The certificate of {VENDOR} is not trusted: ")
        assert server.requests == []

    def test_an_unknown_authority_is_for_an_administrator(self, secure: Bench, authority: Authority) -> None:
        secure.ca_file = ""
        with FaultServer(tls=authority.server_context(VENDOR)) as server:
            error = secure.failure(lambda: secure.door(server, host=host_of(server)).send(write(), accept))
        assert type(error) is Misconfigured
        assert server.requests == []

    def test_a_handshake_that_fails_is_retried_later(self, secure: Bench) -> None:
        with _Leaving() as server:
            error = secure.failure(lambda: secure.door(server, host=host_of(server)).send(write(), accept))
        assert type(error) is RetryLater
        assert error.answered is False
        assert len(secure.slept) == 2

    def test_a_handshake_that_never_ends_is_retried_later(self, secure: Bench) -> None:
        secure.deadline_s = 0.4
        with _Silent() as server:
            error = secure.failure(lambda: secure.door(server, host=host_of(server)).send(write(), accept))
        assert type(error) is RetryLater
        assert error.answered is False

    @pytest.mark.parametrize("drip", [slow_headers(0.05), slow_body(0.05), hang(effect=True)])
    def test_a_drip_ends_at_the_deadline(self, secure: Bench, authority: Authority, drip: Behaviour) -> None:
        secure.deadline_s = 0.6
        with FaultServer(drip, tls=authority.server_context(VENDOR)) as server:
            door = secure.door(server, host=host_of(server), timeout_ms=60_000)
            error = secure.failure(lambda: door.send(write(), accept))
        assert type(error) is Unknown
        assert "deadline" in error.message

    def test_a_connection_is_kept(self, secure: Bench, authority: Authority) -> None:
        with FaultServer(tls=authority.server_context(VENDOR)) as server:
            provider = secure.provider(server, host=host_of(server))
            for _ in range(3):
                provider.get("/things/1")
        assert (len(server.requests), server.connections) == (3, 1)

    def test_what_follows_an_answer_is_not_the_next_one(self, secure: Bench, authority: Authority) -> None:
        """More than the reader's buffer holds, so that the rest stays in the decrypted record."""
        foreign = head(200, {"Content-Type": "application/json", "Content-Length": "9"}) + b'{"id": 2}'
        first = head(200, {"Content-Type": "application/json", "Content-Length": "11"}) + b'{"id": "1"}'
        padding = b" " * (DEFAULT_BUFFER_SIZE - len(first))
        with FaultServer(
            followed_by(padding + foreign), ok({"id": "own"}), tls=authority.server_context(VENDOR)
        ) as server:
            provider = secure.provider(server, host=host_of(server))
            assert [provider.get(f"/things/{number}") for number in (1, 2)] == [{"id": "1"}, {"id": "own"}]

    def test_old_protocols_are_refused(self, secure: Bench, authority: Authority) -> None:
        context = authority.server_context(VENDOR)
        with pytest.warns(DeprecationWarning):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with FaultServer(tls=context) as server:
            error = secure.failure(lambda: secure.door(server, host=host_of(server)).send(write(), accept))
        assert type(error) is RetryLater
        assert server.requests == []


class TestAKeptConnection:
    def test_is_used_by_whichever_thread_comes_next(self, bench: Bench) -> None:
        with FaultServer() as server:
            provider = bench.provider(server)
            provider.get("/things/1")
            thread = threading.Thread(target=provider.get, args=("/things/2",))
            thread.start()
            thread.join()
            provider.get("/things/3")
        assert [request.connection for request in server.requests] == [1, 1, 1]

    def test_serves_one_call_at_a_time(self, bench: Bench) -> None:
        with FaultServer(late(0.2), late(0.2)) as server:
            threads = [
                threading.Thread(
                    target=bench.provider(server, revision="same").get, args=(f"/things/{number}",)
                )
                for number in range(2)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            bench.provider(server, revision="same").get("/things/3")
        assert sorted(request.connection for request in server.requests[:2]) == [1, 2]
        assert server.connections == 2

    def test_belongs_to_one_revision_of_one_connector(self, bench: Bench) -> None:
        with FaultServer() as server:
            for changes in (
                {"revision": "1"},
                {"revision": "2"},
                {"revision": "1", "id": 2},
                {"revision": "1"},
            ):
                bench.provider(server, **changes).get("/things/1")
        assert [request.connection for request in server.requests] == [1, 2, 3, 1]

    def test_ends_with_the_handler_lifetime(self, bench: Bench) -> None:
        with FaultServer() as server:
            for _ in range(2):
                bench.provider(server, revision="short", handler_lifetime_s=-1).get("/things/1")
        assert server.connections == 2

    def test_survives_bodies_that_were_not_empty_and_errors(self, bench: Bench) -> None:
        from tests.faultserver import answer

        with FaultServer(answer(404), answer(204, b""), ok()) as server:
            door = bench.door(server)
            for _ in range(3):
                door.send(read(), accept)
        assert server.connections == 1

    def test_is_closed_when_others_need_its_place(self, bench: Bench) -> None:
        few = KeptAdapters(most=2)

        def used(number: int) -> Adapter:
            with few.borrowed(config_of(Keyed, revision=str(number)), EgressPolicy()) as adapter:
                return adapter

        first, _, third = used(1), used(2), used(3)
        assert len(few) == 2
        assert used(3) is third
        assert used(1) is not first

    def test_is_closed_after_its_lifetime_although_nobody_takes_it(self) -> None:
        """One that only a burst of calls needed, and one of a connector that is used no more."""
        now = [0.0]
        kept = KeptAdapters(clock=lambda: now[0])
        (left,) = used_at_once(kept, "left")
        old, _ = used_at_once(kept, "busy", "busy")
        now[0] = 299.0
        *_, young = used_at_once(kept, "busy", "busy", "busy")
        assert len(kept) == 4
        now[0] = 301.0
        assert used_at_once(kept, "busy") == [young]
        assert (left.connections, old.connections, young.connections, len(kept)) == (0, 0, 1, 1)

    def test_counts_with_all_others_of_its_adapter(self) -> None:
        kept = KeptAdapters(most=3)
        (old,) = used_at_once(kept, "old", hosts=("api.example", "login.example"))
        (new,) = used_at_once(kept, "new", hosts=("api.example", "login.example"))
        assert (old.connections, new.connections, len(kept)) == (0, 2, 2)

    @pytest.mark.parametrize(("allowed", "most"), [(1024, 256), (65536, 512), (-1, 512), (2, 1)])
    def test_leaves_most_of_the_open_files_to_others(self, allowed: int, most: int) -> None:
        assert most_idle(allowed) == most


def used_at_once(
    kept: KeptAdapters, *revisions: str, hosts: tuple[str, ...] = ("api.example",)
) -> list[Adapter]:
    """Of calls to these setups at the same time, which end in their order and leave a connection to each host."""
    calls = [kept.borrowed(config_of(Keyed, revision=revision), EgressPolicy()) for revision in revisions]
    adapters = [call.__enter__() for call in calls]
    for call, adapter in zip(calls, adapters, strict=True):
        for host in hosts:
            adapter.keep(Place(f"https://{host}/", "https", host, 443, host, "/"), HTTPConnection(host))
        call.__exit__(None, None, None)
    return adapters


def test_an_address_that_refuses_is_passed_over(bench: Bench) -> None:
    bench.resolver = lambda name, port: ["127.0.0.2", "127.0.0.1"]
    with FaultServer() as server:
        host = f"http://vendor.example:{server.port}"
        assert bench.provider(server, host=host).get("/things/1") == {"id": "1"}


def test_fifty_hung_calls_leave_others_alone(bench: Bench) -> None:
    """Each call has its own connection, so nobody waits for anybody."""
    with FaultServer(hang(effect=False)) as dead, FaultServer() as alive:
        threads = [threading.Thread(target=_hang, args=(bench, dead)) for _ in range(50)]
        for thread in threads:
            thread.start()
        assert bench.provider(alive).get("/things/1") == {"id": "1"}
        for thread in threads:
            thread.join()
    assert len(bench.events) == 51


def _hang(bench: Bench, server: FaultServer) -> None:
    door = bench.door(server, timeout_ms=500, disable_standard_error_policy=True)
    bench.failure(lambda: door.send(read(), accept))


class _Leaving(FaultServer):
    """Accepts and hangs up."""

    def _serve(self, accepted: socket.socket, number: int) -> None:
        accepted.close()


class _Silent(FaultServer):
    """Accepts and says nothing, not even a greeting."""

    def _serve(self, accepted: socket.socket, number: int) -> None:
        self.stopped.wait(30)
        accepted.close()
