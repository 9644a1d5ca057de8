"""The quick looks in front of redaction miss nothing that a slow one finds."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eventlog.redaction import Redactor, bodies, names, shapes
from eventlog.redaction.hints import hints_in

WORDS = (*names.KEYWORDS, *shapes.WORDS)
PIECES = st.sampled_from([*WORDS, "Auth", "COOKIE", "ghp", "eyJ", "x", "é", "\ud800", "K", " ", ":", "="])


@given(st.lists(PIECES, max_size=12).map("".join))
@example("cookieyJ")
@example("whsec_retoken")
@settings(max_examples=500)
def test_all_words_that_are_in_a_text_are_found(text):
    lower = text.lower()
    assert hints_in(text) == {word for word in WORDS if word in lower}


@pytest.mark.parametrize(
    "secret",
    [
        *("sk_live_abcdef123456", "rk_test_abcdef123456", "whsec_abcdef123456", "cdk_live_abcdef123456"),
        *("shpat_" + "0a" * 8, "shpss_" + "0a" * 8, "AKIA" + "Q7" * 8),
        *(f"gh{kind}_" + "a1" * 10 for kind in "pousr"),
        *(f"xox{kind}-" + "1a" * 5 for kind in "abprs"),
    ],
)
def test_every_known_prefix_is_found(secret):
    assert secret[8:] not in Redactor().text(f"it said {secret} and no more")


@pytest.mark.parametrize("address", ["https://a.example/x", "https://a.example/x?b=c#d", "/x?y", ""])
def test_an_address_without_secrets_stays_as_it_is(address):
    assert Redactor().url(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "https://me:hunter22@a.example/x",
        "https://a.example/?next=https://me:hunter22@b.example/",
        "https://a.example/#https://me:hunter22@b.example/",
        "https://a.example/hunter22",
        "https://a.example/x?password=hunter22",
        "https://a.example/x#token=hunter22",
        "https://a.example/token:hunter22",
        "https://a.example/x#pan=hunter22",
        "https://a.example/x?a=b;sig2=hunter22",
        "https://a.example/?q=sig:hunter22",
        "https://a.example/x#%70assword=hunter22",
        "https://a.example/%74oken:hunter22",
        "/x?next=https://me:hunter22@b.example/",
    ],
)
def test_an_address_is_shown_without_secrets(address):
    assert "hunter22" not in Redactor(["hunter22"] if address.endswith("/hunter22") else []).url(address)


NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(DOCUMENTS, st.booleans())
@example([2**63, -(2**63) - 1, 2**64], True)
@example([1e308, 5e-324, -0.0, 123456789012345678.5], True)
@settings(max_examples=500)
def test_bodies_are_read_as_they_are_written(document, escaped):
    text = json.dumps(document, ensure_ascii=escaped)
    assert repr(bodies.parse_json(text, "application/json")) == repr(json.loads(text))


@pytest.mark.parametrize("depth", [199, 999, 1010, 1024, 5000])
def test_what_is_read_can_be_written(depth):
    read = bodies.parse_json("[" * depth + "]" * depth, "application/json")
    assert read is bodies.NOT_JSON or json.dumps(read, indent=1)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("[1e400, -1e400]", ["1e400", "-1e400"]),
        ("[NaN]", ["NaN"]),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('["\\ud800"]', ["\ud800"]),
        ("[1,]", bodies.NOT_JSON),
        ("\ufeff[1]", bodies.NOT_JSON),
    ],
)
def test_what_is_strange_in_a_body_is_read_as_before(text, read):
    assert bodies.parse_json(text, "application/json") == read
