"""What leaves: the address, the headers and the body of a provider's request."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

import pytest

from connectors import client
from connectors.contracts.base import Idempotency, Request
from connectors.errors import Misconfigured
from tenants.secret_value import SecretValue
from tests.connectors.client.bench import KEY, TOKEN, Bench, Keyed, Unkeyed, accept, read, write
from tests.faultserver import FaultServer, Received


class Colour(StrEnum):
    RED = "red"


def sent(bench: Bench, request: Request, provider: type[Keyed] = Keyed, **config: Any) -> Received:
    """The request as the vendor got it."""
    with FaultServer() as server:
        bench.door(server, provider, **config).send(request, accept)
    (received,) = server.requests
    return received


def refusal(bench: Bench, request: Request, **config: Any) -> str:
    """Why a request did not leave."""
    with FaultServer() as server:
        error = bench.failure(lambda: bench.door(server, **config).send(request, accept))
    assert type(error) is Misconfigured
    assert server.connections == 0
    return error.message


class TestAddress:
    @pytest.mark.parametrize(
        ("base", "path", "arrives"),
        [
            ("", "/v1/things", "/v1/things"),
            ("", "v1/things", "/v1/things"),
            ("/", "/v1/things", "/v1/things"),
            ("/shop/rest", "/V1/orders", "/shop/rest/V1/orders"),
            ("/shop", "", "/shop"),
            ("", "//elsewhere.example/x", "/elsewhere.example/x"),
            ("", "/@elsewhere.example", "/@elsewhere.example"),
            ("", "/callback?url=https://elsewhere.example/", "/callback?url=https://elsewhere.example/"),
            ("", "/søk", "/s%C3%B8k"),
            ("", "/a%2Fb", "/a%2Fb"),
        ],
    )
    def test_is_the_host_and_the_path(self, bench: Bench, base: str, path: str, arrives: str) -> None:
        with FaultServer() as server:
            bench.door(server, host=server.url + base).send(read(path), accept)
        assert server.requests[0].path == arrives

    @pytest.mark.parametrize(
        "path", ["/orders/../admin", "/orders/..", "/./x", "/orders/%2e%2e/admin", "/x/%2E./y"]
    )
    def test_never_leaves_its_directory(self, bench: Bench, path: str) -> None:
        assert refusal(bench, read(path)) == "An address with . or .. in its path is not called"

    def test_needs_a_host(self, bench: Bench) -> None:
        assert refusal(bench, read("/x"), host="") == "The connector Bench has no Host"

    def test_on_another_host_gets_no_credentials(self, bench: Bench) -> None:
        with FaultServer() as other, FaultServer() as server:
            door = bench.door(server, headers=(("X-Gateway", "custom"),))
            error = bench.failure(lambda: door.send(read(f"{other.url}/next"), accept))
            assert type(error) is Misconfigured
            assert other.connections == 0

    def test_on_another_host_without_credentials_is_called(self, bench: Bench) -> None:
        with FaultServer() as other, FaultServer() as server:
            open_door = bench.door(server, headers=(("X-Gateway", "custom"),))
            open_door.ports = bench.ports(server, other)  # type: ignore[attr-defined]
            open_door.send(read(f"{other.url}/label", authenticated=False), accept)
        (received,) = other.requests
        assert not {"authorization", "x-gateway"} & set(received.headers)

    def test_may_be_absolute_on_the_own_host(self, bench: Bench) -> None:
        with FaultServer() as server:
            bench.door(server).send(read(f"{server.url}/page/2"), accept)
        assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"

    def test_carries_the_query(self, bench: Bench) -> None:
        query = {
            "q": "a b&c",
            "tag": ["x", "y"],
            "none": None,
            "yes": True,
            "price": Decimal("1E+2"),
            "on": date(2026, 5, 3),
        }
        received = sent(bench, read("/search?limit=1", query=query))
        assert received.path == "/search?limit=1&q=a+b%26c&tag=x&tag=y&yes=true&price=100&on=2026-05-03"


class TestHeaders:
    def test_say_who_calls_and_what_is_understood(self, bench: Bench) -> None:
        headers = sent(bench, read()).headers
        assert headers["user-agent"].startswith("Crossdock/")
        assert headers["accept"] == "application/json"
        assert headers["accept-encoding"] == "gzip, deflate"
        assert "cookie" not in headers

    def test_of_the_provider_win_over_ours_and_custom_ones_over_both(self, bench: Bench) -> None:
        request = read(headers={"accept": "application/pdf", "X-Api": "provider"})
        headers = sent(bench, request, headers=(("x-api", "custom"), ("X-Key", SecretValue("k-1")))).headers
        assert (headers["accept"], headers["x-api"], headers["x-key"]) == ("application/pdf", "custom", "k-1")

    @pytest.mark.parametrize(
        "name",
        [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Connection",
            "Proxy-Authorization",
            "Expect",
            "idempotency-key",
        ],
    )
    def test_of_the_protocol_and_the_key_cannot_be_custom(self, bench: Bench, name: str) -> None:
        assert refusal(bench, read(), headers=((name, "x"),)) == f"The custom header {name} cannot be set"

    @pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nb", "\x00", "日本"])
    def test_hold_no_line_breaks_and_no_strange_letters(self, bench: Bench, value: str) -> None:
        message = refusal(bench, read(), headers=(("X-Key", SecretValue(f"canary{value}")),))
        assert message.startswith("The header X-Key holds")
        assert "canary" not in message

    @pytest.mark.parametrize("name", ["", "X Key", "X-Key:", "X\nKey"])
    def test_have_proper_names(self, bench: Bench, name: str) -> None:
        assert "is not the name of a header" in refusal(bench, read(), headers=((name, "x"),))

    def test_are_not_kept_as_cookies(self, bench: Bench) -> None:
        from tests.faultserver import answer

        with FaultServer(answer(200, headers={"Set-Cookie": "session=1; Path=/"})) as server:
            provider = bench.provider(server)
            provider.get("/a")
            provider.get("/b")
        assert "cookie" not in server.requests[1].headers


class TestBody:
    def test_is_compact_json_with_exact_numbers(self, bench: Bench) -> None:
        body = {
            "name": "Åse",
            "price": Decimal("199.10"),
            "whole": Decimal("200.00"),
            "at": datetime(2026, 5, 3, 12, tzinfo=UTC),
            "id": UUID(KEY),
            "colour": Colour.RED,
            "secret": SecretValue(TOKEN),
            "lines": ({"n": 1},),
        }
        received = sent(bench, Request(method="POST", path="/x", json=body))
        assert received.headers["content-type"] == "application/json"
        assert received.body.decode() == (
            '{"name":"Åse","price":199.1,"whole":200,"at":"2026-05-03T12:00:00+00:00",'
            f'"id":"{KEY}","colour":"red","secret":"{TOKEN}","lines":[{{"n":1}}]}}'
        )

    @pytest.mark.parametrize(
        "number", [Decimal("0.1234567890123456789"), Decimal("NaN"), float("nan"), float("inf"), object()]
    )
    def test_never_changes_an_amount(self, bench: Bench, number: Any) -> None:
        with FaultServer() as server, pytest.raises((TypeError, ValueError)):
            bench.door(server).send(Request(method="POST", path="/x", json={"amount": number}), accept)
        assert server.connections == 0

    def test_may_be_a_form_with_repeated_names(self, bench: Bench) -> None:
        pairs: Any = [("a[0]", "x y"), ("a[0]", "ø"), ("key", SecretValue(TOKEN))]
        received = sent(bench, Request(method="POST", path="/x", form=pairs))
        assert received.body.decode() == f"a%5B0%5D=x+y&a%5B0%5D=%C3%B8&key={TOKEN}"
        assert received.headers["content-type"] == "application/x-www-form-urlencoded"

    def test_may_be_bytes_as_they_are(self, bench: Bench) -> None:
        request = Request(method="PUT", path="/x", body=b"<a/>", headers={"Content-Type": "text/xml"})
        received = sent(bench, request)
        assert (received.method, received.body, received.headers["content-type"]) == (
            "PUT",
            b"<a/>",
            "text/xml",
        )


class TestKey:
    def test_goes_into_the_header_that_the_vendor_names(self, bench: Bench) -> None:
        assert sent(bench, write()).key == KEY
        assert "idempotency-key" not in sent(bench, write(key=None)).headers
        assert "idempotency-key" not in sent(bench, write(), Unkeyed).headers

    @pytest.mark.parametrize(
        ("length", "expected"), [(36, KEY), (32, KEY.replace("-", "")), (20, KEY.replace("-", "")[:20])]
    )
    def test_is_shortened_for_vendors_that_take_less(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, length: int, expected: str
    ) -> None:
        monkeypatch.setattr(Keyed, "idempotency", Idempotency("header:Idempotency-Key", length=length))
        assert sent(bench, write()).key == expected

    def test_goes_into_the_query_or_the_body_where_the_vendor_looks_there(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Keyed, "idempotency", Idempotency("query:key"))
        assert sent(bench, write()).path == f"/things?key={KEY}"
        monkeypatch.setattr(Keyed, "idempotency", Idempotency("body:variables.key"))
        nested = write()
        nested = replace(nested, json={"variables": {"amount": 100}})
        assert json.loads(sent(bench, nested).body) == {"variables": {"amount": 100, "key": KEY}}
        assert nested.json == {"variables": {"amount": 100}}
        form = Request(method="POST", path="/x", form=[("a", "1")], write=True, key=KEY)
        assert sent(bench, form).body == f"a=1&variables.key={KEY}".encode()
        raw = Request(method="POST", path="/x", body=b"<a/>", write=True, key=KEY)
        assert sent(bench, raw).body == b"<a/>"

    def test_of_later_writes_is_derived_and_stable(self, bench: Bench) -> None:
        with FaultServer() as server:
            keys = [[door.next_key() for _ in range(3)] for door in (bench.door(server), bench.door(server))]
        assert keys[0] == keys[1] == [KEY, str(uuid5(UUID(KEY), "2")), str(uuid5(UUID(KEY), "3"))]

    def test_of_a_named_part_does_not_depend_on_what_went_before(self, bench: Bench) -> None:
        with FaultServer() as server:
            first, second = bench.door(server), bench.door(server)
            second.next_key()
            keys = {first.next_key("a"), first.next_key("b"), second.next_key("b"), second.next_key("a")}
        assert len(keys) == 2
        assert KEY not in keys

    def test_is_absent_outside_writes(self, bench: Bench) -> None:
        with FaultServer() as server:
            assert bench.door(server, key=None).next_key() is None
            assert bench.door(server, key=None).next_key("a") is None


def test_nothing_is_sent_when_the_guard_objects(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def object_() -> None:
        raise RuntimeError("a transaction is open")

    with FaultServer() as server:
        door = bench.door(server)
        monkeypatch.setattr(client, "guard", object_)
        with pytest.raises(RuntimeError, match="a transaction is open"):
            door.send(read(), accept)
    assert server.connections == 0


def test_secrets_among_form_data_are_sent_in_clear(bench: Bench) -> None:
    with FaultServer() as server:
        provider = bench.provider(server)
        provider.encoding = "form"  # type: ignore[misc]
        provider.post("/login", {"user": {"name": "me", "password": SecretValue(TOKEN)}})
    assert server.requests[0].body.decode() == f"user%5Bname%5D=me&user%5Bpassword%5D={TOKEN}"
