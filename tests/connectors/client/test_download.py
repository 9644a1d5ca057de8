"""Files behind a vendor's links: redirects are followed one by one, through the door, and without credentials."""

from __future__ import annotations

import pytest

from connectors.contracts.base import Provider
from connectors.contracts.download import MOST_REDIRECTS, download
from connectors.errors import Misconfigured, Rejected, RetryLater
from eventlog.events import Outcome
from tests.connectors.client.bench import TOKEN, Bench
from tests.faultserver import FaultServer, answer, redirect

FILE = answer(200, b"%PDF-1.7", headers={"Content-Type": "application/pdf"})


def vendor(bench: Bench, server: FaultServer, storage: FaultServer) -> Provider:
    """A vendor that may call both servers."""
    provider = bench.provider(server)
    provider.door.ports = bench.ports(server, storage)  # type: ignore[attr-defined]
    return provider


def test_credentials_go_to_the_vendor_and_not_to_its_storage(bench: Bench) -> None:
    with FaultServer(FILE) as storage, FaultServer(redirect(f"{storage.url}/a.pdf?x=1")) as server:
        found = download(
            vendor(bench, server, storage), "/labels/1", max_bytes=100, headers={"X-Client": "1"}
        )
    assert found.body == b"%PDF-1.7"
    [first], [second] = server.requests, storage.requests
    assert (first.path, second.path) == ("/labels/1", "/a.pdf?x=1")
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert first.headers["x-client"] == "1"
    assert not {"authorization", "x-client"} & set(second.headers)
    assert [event.outcome for event in bench.events] == [Outcome.SUCCESS, Outcome.SUCCESS]


def test_nor_to_where_its_own_host_redirects(bench: Bench) -> None:
    with FaultServer(redirect("../files/a.pdf", 307), FILE) as server:
        download(bench.provider(server), f"{server.url}/labels/1", max_bytes=100)
    assert [request.path for request in server.requests] == ["/labels/1", "/files/a.pdf"]
    assert "authorization" not in server.requests[1].headers


def test_a_link_to_another_host_gets_no_credentials(bench: Bench) -> None:
    with FaultServer(FILE) as storage, FaultServer() as server:
        download(vendor(bench, server, storage), f"{storage.url}/a.pdf", max_bytes=100)
    assert "authorization" not in storage.requests[0].headers
    assert server.requests == []


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/latest", "http://10.0.0.1/a.pdf", "file:///etc/passwd"]
)
def test_a_redirect_cannot_lead_inside(bench: Bench, place: str) -> None:
    with FaultServer(redirect(place)) as server:
        error = bench.failure(lambda: download(bench.provider(server), "/labels/1", max_bytes=100))
    assert type(error) is Misconfigured
    assert len(server.requests) == 1


def test_circles_end(bench: Bench) -> None:
    with FaultServer(redirect("/labels/1")) as server:
        error = bench.failure(lambda: download(bench.provider(server), "/labels/1", max_bytes=100))
    assert type(error) is Misconfigured
    assert len(server.requests) == 1 + MOST_REDIRECTS


def test_what_is_too_large_or_gone(bench: Bench) -> None:
    gone = ((FILE, Rejected), (answer(404, {}), Rejected), (answer(503, {}), RetryLater))
    for behaviour, kind in (*gone, (answer(403, b"no"), RetryLater)):
        with FaultServer(redirect("/a.pdf"), behaviour) as server:
            error = bench.failure(lambda server=server: download(bench.provider(server), "/1", max_bytes=5))  # type: ignore[misc]
        assert type(error) is kind


def test_other_requests_take_a_redirect_for_a_wrong_host(bench: Bench) -> None:
    with FaultServer(redirect("/elsewhere")) as server:
        error = bench.failure(lambda: bench.provider(server).get("/things"))
    assert type(error) is Misconfigured
    assert bench.events[0].outcome is Outcome.ERROR
