"""Broken and hostile answers become a readable error, with little memory, and never a traceback."""

from __future__ import annotations

import random
import tracemalloc
from decimal import Decimal
from typing import Any

import pytest

from connectors.client.answer import HttpAnswer
from connectors.contracts.base import BadAnswer, Request
from connectors.errors import ProviderError, Rejected, RetryLater, Unknown
from tests.connectors.client.bench import Bench, Keyed, accept, read, write
from tests.faultserver import (
    MIB,
    Behaviour,
    FaultServer,
    answer,
    broken_gzip,
    cut_body,
    endless,
    gzip_bomb,
    hints_first,
    html,
    huge_body,
    ok,
    zipped,
)

DEEP = b"[" * 100_000 + b"]" * 100_000
UNREADABLE = [
    pytest.param(b"", "it is empty", id="empty"),
    pytest.param(b" \n", "it is empty", id="blank"),
    pytest.param(b"<html><body>Sorry</body></html>", "it is a web page", id="HTML"),
    pytest.param(b'{"id": "1", "sta', "its JSON is cut off after 16 bytes", id="truncated text"),
    pytest.param(b'{"id": "1"', "its JSON is cut off", id="truncated object"),
    pytest.param(b"id=1&state=ok", "it is not JSON", id="form"),
    pytest.param(DEEP, "more than 64 levels", id="100,000 levels"),
    pytest.param(b'{"a":' * 65 + b"1" + b"}" * 65, "more than 64 levels", id="65 levels"),
    pytest.param(b'{"amount": NaN}', "number out of range", id="NaN"),
    pytest.param(b'{"amount": -Infinity}', "number out of range", id="Infinity"),
    pytest.param(b'{"amount": 1e999}', "number out of range", id="1e999"),
    pytest.param(b'{"amount": 1e99999999999999999999}', "number out of range", id="1e99999999999999999999"),
    pytest.param(b'{"amount": ' + b"9" * 5000 + b"}", "number out of range", id="5,000 digits"),
    pytest.param('{"name": "Åse"}'.encode("latin-1"), "it is not UTF-8", id="wrong character set"),
]


def json_of(body: bytes, content_type: str = "application/json") -> Any:
    return HttpAnswer(200, {"Content-Type": content_type}, body).json()


@pytest.mark.parametrize(("body", "reason"), UNREADABLE)
def test_what_is_no_json_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        json_of(body)


@pytest.mark.parametrize(("body", "reason"), UNREADABLE[2:])
@pytest.mark.parametrize(("method", "kind"), [("GET", RetryLater), ("POST", Unknown)])
def test_a_call_with_an_unreadable_answer_ends_readably(
    bench: Bench, body: bytes, reason: str, method: str, kind: type[ProviderError]
) -> None:
    with FaultServer(answer(200, body)) as server:
        error = bench.failure(lambda: bench.provider(server).call(method, "/things", {}))
    assert type(error) is kind
    assert reason in error.message
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("behaviour", "kind"), [(html(400), Rejected), (html(502), Unknown), (answer(422, b""), Rejected)]
)
def test_an_unreadable_refusal_is_judged_by_its_status(
    bench: Bench, behaviour: Behaviour, kind: type[ProviderError]
) -> None:
    with FaultServer(behaviour) as server:
        error = bench.failure(lambda: bench.provider(server).post("/things", {}))
    assert type(error) is kind
    assert error.message.startswith("HTTP ")


def test_64_levels_are_read() -> None:
    document = json_of(b"[" * 64 + b"]" * 64)
    for _ in range(63):
        (document,) = document
    assert document == []


def test_brackets_inside_strings_are_no_levels() -> None:
    assert json_of(b'["' + b"[{" * 1000 + b'\\""]') == ["[{" * 1000 + '"']


def test_numbers_are_exact() -> None:
    document = json_of(b'{"price": 199.10, "count": 3, "tiny": 1e-7, "big": 12345678901234567890.123456789}')
    assert document == {
        "price": Decimal("199.10"),
        "count": 3,
        "tiny": Decimal("1e-7"),
        "big": Decimal("12345678901234567890.123456789"),
    }
    assert {type(value) for value in document.values()} == {int, Decimal}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"name": "Åse"}'.encode(), "application/json"),
        ('\ufeff{"name": "Åse"}'.encode(), "application/json"),
        ('{"name": "Åse"}'.encode("latin-1"), "application/json; charset=ISO-8859-1"),
        ('{"name": "Åse"}'.encode("utf-16"), "application/json"),
        ('{"name": "Åse"}'.encode("utf-16"), 'application/json; charset="utf-16"'),
    ],
)
def test_declared_and_marked_character_sets_are_read(body: bytes, content_type: str) -> None:
    assert json_of(body, content_type) == {"name": "Åse"}


@pytest.mark.parametrize("charset", ["klingon", "rot13", "hex", "punycode", "idna", "undefined", "utf-7"])
def test_an_unknown_character_set_is_a_bad_answer(charset: str) -> None:
    with pytest.raises(BadAnswer, match=f"not text in {charset}"):
        json_of(b"{}", f"application/json; charset={charset}")


@pytest.mark.parametrize("status", [102, 103])
def test_an_interim_answer_is_not_the_answer(bench: Bench, status: int) -> None:
    with FaultServer(hints_first(answer(422, {"code": "no"}), status), ok({"id": "own"})) as server:
        provider = bench.provider(server)
        assert type(bench.failure(lambda: provider.post("/things", {}))) is Rejected
        assert provider.get("/things/1") == {"id": "own"}


def test_a_switch_of_protocols_is_no_answer(bench: Bench) -> None:
    with FaultServer(hints_first(ok(), 101)) as server:
        error = bench.failure(
            lambda: bench.provider(server, disable_standard_error_policy=True).post("/things", {})
        )
    assert type(error) is Unknown


@pytest.mark.parametrize(
    "body",
    [
        b'{"a\\u0000": ["b\\ud800", {"c": "\\udc00"}]}',
        b'{"a\\u0000": ["b\xed\xa0\x80", {"c": "\\uDFFF"}]}',
        '{"a\\u0000": ["b\\ud800", {"c": "\\udc00"}]}'.encode("utf-16"),
    ],
)
def test_text_that_no_database_holds_is_made_storable(body: bytes) -> None:
    assert json_of(body, "application/json") == {"a\ufffd": ["b?", {"c": "?"}]}
    assert json_of(b'{"a": "\\ud83d\\ude00"}', "application/json") == {"a": "\U0001f600"}


def test_mutated_answers_never_break_the_reader() -> None:
    good = b'{"id": "pi_1", "amount": 199.10, "items": [{"n": 1}, null, true], "name": "\\u00c5se"}'
    chance = random.Random(20260503)
    for _ in range(10_000):
        body = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        body = body[: chance.randint(0, len(body) * 2)]
        try:
            json_of(bytes(body))
        except BadAnswer as error:
            assert str(error)


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(huge_body(), id="2 GiB"),
        pytest.param(huge_body(status=302), id="2 GiB redirect"),
        pytest.param(huge_body(status=500), id="2 GiB error"),
        pytest.param(gzip_bomb(), id="gzip bomb"),
    ],
)
@pytest.mark.parametrize(("request_", "kind"), [(read(), Rejected), (write(key=None), Unknown)])
def test_too_much_is_given_up_early(
    bench: Bench, behaviour: Behaviour, request_: Request, kind: type[ProviderError]
) -> None:
    with FaultServer(behaviour) as server:
        door = bench.door(server)
        tracemalloc.start()
        error = bench.failure(lambda: door.send(request_, accept))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert type(error) is kind
    assert "larger than 10485760 bytes" in error.message
    assert peak < 64 * MIB


def test_the_limit_counts_unpacked_bytes_and_belongs_to_the_request(bench: Bench) -> None:
    with FaultServer(zipped({"text": "a" * 2000})) as server:
        door = bench.door(server)
        assert door.send(read(max_bytes=4000), accept).json() == {"text": "a" * 2000}
        error = bench.failure(lambda: door.send(read(max_bytes=1000), accept))
    assert type(error) is Rejected


@pytest.mark.parametrize("behaviour", [cut_body, broken_gzip])
def test_a_damaged_body_is_not_taken_for_an_answer(bench: Bench, behaviour: Behaviour) -> None:
    with FaultServer(behaviour) as server:
        error = bench.failure(lambda: bench.door(server, Keyed).send(read(), accept))
    assert type(error) is RetryLater


@pytest.mark.parametrize("size", [b"-1", b"-5"])
def test_a_chunk_of_less_than_nothing_is_given_up_early(bench: Bench, size: bytes) -> None:
    with FaultServer(
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n")
    ) as server:
        door = bench.door(server, disable_standard_error_policy=True)
        tracemalloc.start()
        error = bench.failure(lambda: door.send(read(max_bytes=MIB), accept))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert error.message == "The answer was cut off"
    assert peak < 16 * MIB
    assert len(bench.events) == 1
