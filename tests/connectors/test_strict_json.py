from decimal import Decimal

import pytest

from connectors.strict_json import DEPTH, BadAnswer, parse


def test_numbers_are_exact() -> None:
    assert parse(b'{"a": 1.10, "b": 12345678901234567890, "c": 1e-7}') == {
        "a": Decimal("1.10"),
        "b": 12345678901234567890,
        "c": Decimal("1e-7"),
    }


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html>", "web page"),
        (b'{"a": 1', "cut off"),
        (b'{"a": 1} x', "not JSON"),
        (b"[NaN]", "out of range"),
        (b"[-Infinity]", "out of range"),
        (b"[1e999]", "out of range"),
        (b"[1e999999999999999999999]", "out of range"),
        (b"1" * 5000, "out of range"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 100_000, "levels deep"),
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "levels deep"),
    ],
)
def test_what_is_refused_and_why(body: bytes, word: str) -> None:
    with pytest.raises(BadAnswer, match=word):
        parse(body)


def test_the_deepest_document_that_is_read() -> None:
    assert parse(b"[" * DEPTH + b"]" * DEPTH)


def test_texts_are_such_as_a_database_keeps() -> None:
    body = rb'{"a\u0000": ["\u0000b", {"c": "\ud83d\ude00 \ud83d"}], "d": "\\u0000", "e": 1}'
    assert parse(body) == {"a\ufffd": ["\ufffdb", {"c": "\U0001f600 ?"}], "d": "\\u0000", "e": 1}
