import base64
import html
import json
import random
import signal
import string
import sys
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventlog.redaction import MARK, Redactor, bodies, shapes
from eventlog.redaction.names import is_sensitive
from tenants.secret_value import SecretValue

PLAIN = Redactor()
# At least one rare piece, as credentials have; "aaaaaa" would be found in any text by chance.
secrets = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=6, max_size=60).filter(
    lambda text: len(set(text)) >= 5
)
words = st.text(string.ascii_letters + string.digits + " .,:;/{}[]\"'&=?%+-_\n", max_size=80)


SENSITIVE = (
    "Authorization Proxy-Authorization Cookie Set-Cookie X-Api-Key apikey api_key apiKey APIKey password passwd "
    "Password userPassword client_secret clientSecret access_token accessToken refresh_token id_token token "
    "X-Auth-Token Stripe-Signature X-Hub-Signature-256 signature secret webhook_secret cvc cvv CVV2 cardNumber "
    "card_number Ocp-Apim-Subscription-Key private_key passphrase card[number] card[cvc] api-keys credentials"
)
HARMLESS = (
    "Idempotency-Key page_token_count next_page_token token_type tokens_used key sort_key keyboard order_number "
    "signature_version author authority passenger compass cvc_check secret_name password_changed_at discard number "
    "postcard_text Content-Type X-Request-Id cookie_policy_version authorization_id payment_method token_expires_in"
)


def embedded(secret, before=b"", after=b""):
    return base64.b64encode(before + secret.encode() + after).decode()


ENCODINGS = {
    "raw": lambda s: s,
    "json": lambda s: json.dumps(s)[1:-1],
    "json unicode": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "json slashes": lambda s: json.dumps(s)[1:-1].replace("/", "\\/"),
    "url": lambda s: quote(s, safe=""),
    "url lower": lambda s: "".join(
        c if c.isalnum() and c.isascii() else quote(c, safe="").lower() for c in s
    ),
    "url keeping slashes": quote,
    "url plus": quote_plus,
    "url twice": lambda s: quote(quote(s, safe=""), safe=""),
    "html": html.escape,
    "base64": embedded,
    "base64 after 1": lambda s: embedded(s, b"x", b"tail"),
    "base64 after 2": lambda s: embedded(s, b"xy", b"t"),
    "base64 after 3": lambda s: embedded(s, b"xyz", b"ta"),
    "base64 urlsafe": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    "base64 urlsafe after 1": lambda s: (
        base64.urlsafe_b64encode(b"x" + s.encode() + b"yz").decode().rstrip("=")
    ),
    "basic auth": lambda s: embedded(s, b"user:"),
    "basic auth reversed": lambda s: embedded(s, after=b":user"),
    "hex": lambda s: s.encode().hex(),
    "HEX": lambda s: s.encode().hex().upper(),
}


def traces(secret, encode, size=8):
    """Pieces of the encoded text that depend on the secret; at its ends base64 mixes in the neighbours."""
    inner, other = (encode(text) for text in (secret, "~" * len(secret)))
    inner = inner if len(inner) <= size + 8 else inner[4:-4]
    return {inner[i : i + size] for i in range(max(1, len(inner) - size + 1))} - pieces(other, size)


def pieces(text, size):
    return {text[i : i + size] for i in range(max(1, len(text) - size + 1))}


@pytest.mark.parametrize("name", ENCODINGS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(secret=secrets, before=words, after=words)
@example(secret="p@ss w/rd+x=!", before='{"a": "', after='"}')
@example(secret="ends with \\", before="n", after='n"')
@example(secret="ключ-пароль😀", before="", after="")
def test_a_secret_survives_in_no_encoding(name, secret, before, after):
    encoded = ENCODINGS[name](secret)
    redacted = Redactor([SecretValue(secret)]).text(f"{before} {encoded} {after}")
    revealing = traces(secret, ENCODINGS[name]) - pieces(before, 8) - pieces(after, 8)
    assert not any(piece in redacted for piece in revealing if len(piece) == 8 and piece not in MARK)
    assert encoded not in redacted or encoded in before + after + MARK


@settings(max_examples=100, deadline=None)
@given(
    secret=secrets,
    document=st.recursive(
        words | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
        max_leaves=12,
    ),
)
def test_an_echo_in_a_json_body_is_removed_and_the_rest_stays_json(secret, document):
    body = json.dumps({"echo": f"you sent {secret}", secret: 1, "list": [secret], "rest": document}).encode()
    redacted = Redactor([secret]).body(body, "application/json")
    text = json.dumps(redacted, ensure_ascii=False)
    if (
        secret not in json.dumps(document, ensure_ascii=False)
        and secret not in "you sent echo list rest [redacted]"
    ):
        assert json.dumps(secret, ensure_ascii=False)[1:-1] not in text.replace(MARK, "")


@pytest.mark.parametrize(
    ("first", "second"), [("abcdefgh1", "gh1xyzuvw"), ("secret-key-1", "secret-key-1-longer")]
)
def test_secrets_that_overlap_leave_no_rest(first, second):
    joined = "abcdefgh1xyzuvw" if first.startswith("abc") else second
    assert Redactor([first, second]).text(f"<{joined}>") == f"<{MARK}>"


def test_short_secrets_are_not_searched_for():
    assert Redactor(["12345", "", "NOK"]).text("12345 NOK") == "12345 NOK"


def test_a_numeric_secret_sent_as_a_number_is_removed():
    assert Redactor(["83742918"]).body(b'{"pin": 1, "x": 83742918}', "application/json") == {
        "pin": 1,
        "x": MARK,
    }


def test_each_line_of_a_private_key_is_a_secret():
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n"
    redactor = Redactor([key])
    assert redactor.text("error near EFAASCBKcwggSjAgEAAoIBAQC7 here") == f"error near {MARK} here"
    assert "MIIE" not in redactor.text(json.dumps({"k": key}))
    assert "MIIE" not in PLAIN.text(f"loaded {key} from disk")


@pytest.mark.parametrize("name", SENSITIVE.split())
def test_sensitive_names(name):
    assert is_sensitive(name)
    assert PLAIN.headers({name: "value"}) == {name: MARK}
    assert PLAIN.document({name: "value", "other": "x"}) == {name: MARK, "other": "x"}


@pytest.mark.parametrize("name", HARMLESS.split())
def test_names_that_only_look_alike(name):
    assert not is_sensitive(name)
    assert PLAIN.document({name: "value"}) == {name: "value"}


def test_an_object_under_a_name_is_walked_unless_it_is_a_secret_as_a_whole():
    assert PLAIN.document({"authorization": {"id": "a1", "token": "t"}}) == {
        "authorization": {"id": "a1", "token": MARK}
    }
    assert PLAIN.document({"credentials": {"user": "u"}}) == {"credentials": MARK}
    assert PLAIN.document({"card": {"number": "4242", "brand": "visa"}}) == {
        "card": {"number": MARK, "brand": "visa"}
    }
    assert PLAIN.document({"password": None, "token": "", "secret": True}) == {
        "password": None,
        "token": "",
        "secret": True,
    }
    assert PLAIN.document({"token": ["a", "b"]}) == {"token": MARK}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("login failed: password=hunter2, retry", "login failed: password=[redacted], retry"),
        ('{"password": "hun\\"ter2", "x": 1} trailing', '{"password": "[redacted]", "x": 1} trailing'),
        ('log: "{\\"token\\":\\"abc\\",\\"n\\":1}"', 'log: "{\\"token\\":\\"[redacted]\\",\\"n\\":1}"'),
        (
            "headers={'Authorization': 'Bearer abc', 'Accept': '*/*'}",
            "headers={'Authorization': '[redacted]', 'Accept': '*/*'}",
        ),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("Cookie: a=b; c=d\nAccept: x", "Cookie: [redacted]\nAccept: x"),
        ("sent Basic dXNlcjpwYXNz to host", "sent Basic [redacted] to host"),
        ("Basic information", "Basic information"),
        ("url=https://x.no/?access_token=abc&order=1", "url=https://x.no/?access_token=[redacted]&order=1"),
        ("Max retries: https://user:pa ss@host:xx/", "Max retries: https://user:pa ss@host:xx/"),
        ("connect to https://user:p4ss@bad host/", "connect to https://[redacted]@bad host/"),
        (
            "<Envelope><u:Password Type='t'>abc</u:Password><Id>7</Id>",
            "<Envelope><u:Password Type='t'>[redacted]</u:Password><Id>7</Id>",
        ),
        ("client_secret => abc", "client_secret => [redacted]"),
        ("page_token_count=3 token_type=bearer", "page_token_count=3 token_type=bearer"),
    ],
)
def test_names_inside_text(text, expected):
    assert PLAIN.text(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://u:p@h/x?token=a&q=b%20c#frag", "https://[redacted]@h/x?token=[redacted]&q=b%20c#frag"),
        (
            "https://h/?key=AIza&Signature=x&client%5Fsecret=y&page=2",
            "https://h/?key=[redacted]&Signature=[redacted]&client%5Fsecret=[redacted]&page=2",
        ),
        ("https://h/cb#access_token=abc&state=1", "https://h/cb#access_token=[redacted]&state=1"),
        ("https://h/orders/N-1?idempotency-key=1&sort=a", "https://h/orders/N-1?idempotency-key=1&sort=a"),
        ("not a url", "not a url"),
    ],
)
def test_urls(url, expected):
    assert PLAIN.url(url) == expected


def luhn(digits):
    """A check digit by the textbook, to compare with."""
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


@settings(max_examples=100, deadline=None)
@given(
    prefix=st.sampled_from(
        ["4", "51", "55", "2221", "2720", "34", "37", "36", "6011", "62", "3528", "50", "9792"]
    ),
    more=st.text(string.digits, min_size=19, max_size=19),
    separator=st.sampled_from(["", " ", "-", "%20", "+"]),
    size=st.sampled_from([16, 16, 16, 19]),
)
def test_card_numbers_keep_six_and_four(prefix, more, separator, size):
    size = 15 if prefix in ("34", "37") else 14 if prefix == "36" else size
    number = luhn((prefix + more)[: size - 1])
    shown = separator.join(number[i : i + 4] for i in range(0, size, 4))
    redacted = PLAIN.text(f"order 12 paid with {shown} yesterday")
    assert redacted == f"order 12 paid with {number[:6]}******{number[-4:]} yesterday"


@settings(max_examples=100, deadline=None)
@given(st.text(string.digits, min_size=15, max_size=15), st.integers(1, 9))
def test_order_numbers_that_fail_luhn_survive(digits, off):
    good = luhn(digits)
    number = digits + str((int(good[-1]) + off) % 10)
    assert PLAIN.text(f"order {number} shipped") == f"order {number} shipped"
    assert PLAIN.document({"order": number, "n": int(number)}) == {"order": number, "n": int(number)}


@pytest.mark.parametrize(
    "text",
    [
        "1763900000006",
        "7035110123458",
        "2026-11-23 101500 1234",
        "0.4111111111111111",
        "12345678901234567890123",
    ],
)
def test_time_stamps_eans_and_fractions_are_no_cards(text):
    assert PLAIN.text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111111111111111 12/27 123", "411111******1111 12/27 [redacted]"),
        ("4111 1111 1111 1111, 1234", "411111******1111, [redacted]"),
        ("IBAN NO93 8601 1117 947 ok", "IBAN [redacted] ok"),
        ("DE89370400440532013000", "[redacted]"),
        ("DE89370400440532013001", "DE89370400440532013001"),
        ("GB33BUKB20201555555555,", "[redacted],"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.sflKxwRJ_-x end", "jwt [redacted] end"),
        ("sk_live_abcdef123 rk_test_abcdef pk_live_public12", "[redacted] [redacted] pk_live_public12"),
        ("whsec_C2FVsBQIhrscChlQIMV and cdk_live_abcdefgh_12", "[redacted] and [redacted]"),
        ("SKU-1234 pi_3MtwBwLkdIwHu7ix28a3tqPa", "SKU-1234 pi_3MtwBwLkdIwHu7ix28a3tqPa"),
    ],
)
def test_shapes(text, expected):
    assert PLAIN.text(text) == expected


class TestBodies:
    def test_a_form_is_decoded_and_redacted(self):
        raw = urlencode(
            {
                "card[number]": "4242424242424242",
                "card[cvc]": "123",
                "key": "k",
                "amount": "19900",
                "note": "å",
            }
        )
        body = PLAIN.body(raw.encode(), "application/x-www-form-urlencoded")
        assert body == {"card[number]": MARK, "card[cvc]": MARK, "key": MARK, "amount": "19900", "note": "å"}

    def test_json_is_recognised_by_its_looks(self):
        assert PLAIN.body(b' {"token": "x"}', "text/plain") == {"token": MARK}
        assert PLAIN.body(b'{"a": 1.50, "b": 1e999, "c": NaN}', "application/problem+json") == {
            "a": 1.5,
            "b": "1e999",
            "c": "NaN",
        }

    @pytest.mark.parametrize(
        "raw", [b'{"token": "abc', b'{"token": "abc"', b"[" * 100_000 + b'"token": "abc"']
    )
    def test_broken_json_is_redacted_as_text(self, raw):
        body = PLAIN.body(raw, "application/json")
        assert "abc" not in str(body)

    def test_escaped_letters_do_not_hide_a_name_or_a_secret(self):
        raw = b'{"p\\u0061ssword": "x1", "echo": "\\u0061bcdefg"}'
        assert Redactor(["abcdefg"]).body(raw, "application/json") == {"password": MARK, "echo": MARK}

    def test_labels_and_other_binaries_are_only_counted(self):
        assert PLAIN.body(b"%PDF-1.7 ...", "") == "[12 bytes of binary data]"
        assert PLAIN.body(b"\x00" * 10, "image/png") == "[10 bytes of image/png]"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
    @pytest.mark.parametrize("kind", ["application/json", "text/plain"])
    def test_wider_charsets_that_nobody_declared(self, encoding, kind):
        raw = '{"echo": "canary-secret-123", "password": "hunter22"}'.encode(encoding)
        body = Redactor(["canary-secret-123"]).body(raw, kind)
        assert body == {"echo": MARK, "password": MARK}

    def test_other_charsets(self):
        assert PLAIN.body("Feil: å".encode("latin-1"), "text/plain; charset=iso-8859-1") == "Feil: å"
        for charset in ("nonsense", "undefined", "idna", "punycode"):
            assert PLAIN.body("Feil: å".encode(), f"text/plain; charset={charset}") == "Feil: å"

    def test_long_bodies_are_cut_after_redaction(self):
        body = PLAIN.body(b"x" * 100_000, "text/plain")
        assert len(body) < 17_000 and body.endswith("[cut]")
        document = PLAIN.body(json.dumps({"a": "x" * 30_000}).encode(), "application/json")
        assert isinstance(document, str) and len(document) < 17_000

    @pytest.mark.parametrize("limit", [16 * 1024, 64 * 1024])
    def test_a_secret_that_a_limit_splits_leaves_no_half(self, limit):
        secret = "".join(random.Random(1).choices(string.ascii_letters, k=40))
        for shift in range(-40, 41, 4):
            raw = b"." * (limit + shift) + secret.encode() + b"." * 9000
            redacted = Redactor([secret]).body(raw, "text/plain")
            assert not any(secret[i : i + 4] in redacted for i in range(37))

    def test_many_secrets_do_not_pull_half_of_one_into_view(self):
        """Marks are shorter than what they replace, which moves the end of what was read towards the cut."""
        secret = "".join(random.Random(2).choices(string.ascii_letters, k=400))
        for shift in range(0, 400, 37):
            redacted = Redactor([secret]).body(b"." * shift + secret.encode() * 400, "text/plain")
            assert not any(secret[i : i + 8] in redacted for i in range(393))


def corpus(size):
    """Bodies as vendors send them, each with secrets and a card number planted at random places."""
    chance = random.Random(7)
    for number in range(size):
        secret = "".join(
            chance.choices(string.ascii_letters + string.digits + "+/-_!", k=chance.randint(8, 64))
        )
        card = luhn("4" + "".join(chance.choices(string.digits, k=14)))
        order = "".join(chance.choices("123456789", k=16))
        while luhn(order[:-1]) == order:
            order = "".join(chance.choices("123456789", k=16))
        encode = chance.choice(list(ENCODINGS.values()))
        kind = chance.choice(["json", "form", "text", "xml"])
        fields = {"order": order, "msg": f"bad key {encode(secret)}", "paid": f"with {card}", "token": secret}
        if kind == "json":
            yield secret, card, order, json.dumps({"error": fields, "n": number}).encode(), "application/json"
        elif kind == "form":
            yield secret, card, order, urlencode(fields).encode(), "application/x-www-form-urlencoded"
        elif kind == "xml":
            xml = "".join(f"<{k}>{html.escape(v)}</{k}>" for k, v in fields.items())
            yield secret, card, order, f"<r>{xml}</r>".encode(), "text/xml"
        else:
            yield secret, card, order, "; ".join(f"{k}={v}" for k, v in fields.items()).encode(), "text/plain"


def test_500_bodies_lose_every_planted_secret_and_nothing_else():
    kept = 0
    for secret, card, order, raw, kind in corpus(500):
        redacted = json.dumps(Redactor([secret]).body(raw, kind), ensure_ascii=False)
        assert card not in redacted
        for encode in ENCODINGS.values():
            assert encode(secret) not in redacted
        kept += order in redacted
    assert kept == 500


@pytest.mark.parametrize(
    "unit",
    [
        *("eyJ", "eyJaaaaaa.", "4 ", "4111-", "AA11 ", "%20", "-----BEGIN PRIVATE KEY-----"),
        *("<a", "://", "a@", "Basic ", "a:", "x=", "[", "a.b-c%", "cookie:", "password="),
        *('"token": "', "token='", '\\"', '{"a":'),
    ],
)
def test_no_body_makes_it_slow(unit):
    """Matching that went back and forth would take hours; the alarm ends the test after seconds of its own work."""
    raw = (unit * 64 * 1024).encode()[: 64 * 1024]
    redactor = Redactor(["p@ss w/rd+x=!", "abcdefghijkl", "++++++//////"])
    signal.signal(signal.SIGPROF, lambda *_: pytest.fail("still matching"))
    signal.setitimer(signal.ITIMER_PROF, 20)
    try:
        redactor.body(raw, "application/json")
        redactor.text(raw.decode())
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@given(st.text("4a1AZ -+%é\ud800", max_size=40))
@example("A" + "4" * 13)
@example("NO93 8601 1117 947é")
@settings(max_examples=300)
def test_the_quick_looks_miss_nothing_that_the_expressions_find(text):
    rules = shapes.rules_for(text, ())
    assert (shapes._without_cards in rules) == bool(shapes._MANY_DIGITS.search(text))
    assert (shapes._without_ibans in rules) == bool(shapes._IBAN_LIKE.search(text))


@pytest.mark.parametrize("inside", ['"\\u00e5"', f'"{"x" * bodies.STORED}"', '"token=abc"'])
def test_a_body_that_is_just_not_too_deep_to_be_read_breaks_nothing(inside: str) -> None:
    for depth in range(sys.getrecursionlimit() - 150, sys.getrecursionlimit()):
        assert Redactor().body(("[" * depth + inside + "]" * depth).encode(), "application/json")


def test_of_a_long_header_the_beginning_is_kept_without_secrets():
    secret = "q7" + "Zx9" * 20
    for at in range(0, 9000, 50):
        kept = Redactor([secret]).headers({"X-Echo": "-" * at + secret + "1 " * 10_000})["X-Echo"]
        assert secret[:20] not in kept
        assert len(kept) < 5000
        assert kept.endswith("… [cut]")
    assert PLAIN.headers({"X-Short": "1 2"}) == {"X-Short": "1 2"}


@pytest.mark.parametrize("secret", ["ab+cd/ef=gh<ij", "løsen&ord'x", "k9/Q+zz8w=="])
def test_secrets_are_found_behind_numbers_of_characters(secret):
    """As the encoders of .NET and Java write them into pages and XML."""
    forms = [
        "".join(char if char.isalnum() and char.isascii() else form.format(ord(char)) for char in secret)
        for form in ("&#{};", "&#x{:X};", "&#x{:02x};", "&#0{};")
    ]
    for form in forms:
        assert Redactor([secret]).body(f"<p>{form}</p>".encode(), "text/html") == f"<p>{MARK}</p>"


@pytest.mark.parametrize(
    "escape", [quote_plus, lambda text: json.dumps(text).replace("/", "\\/"), html.escape]
)
def test_secrets_in_base64_are_found_behind_escapes(escape):
    secret = "\xfb\xff>>>???" + "pass~~~word"
    for before in (b"", b"a", b"ab"):
        text = escape(embedded(secret, before, b":x"))
        kept = Redactor([secret]).text(f"said {text} here")
        assert len(kept) < len("said [redacted] here") + 14, kept


@pytest.mark.parametrize(
    "text",
    [
        "<Token><![CDATA[hunter<2>2222]]></Token>",
        '<ns:Password xsi:type="x">\n <![CDATA[hunter2222]]> </ns:Password>',
        "&quot;password&quot;:&quot;hunter2222&quot;",
        "&#34;clientSecret&#34; : &#34;hunter2222&#34;, &#34;a&#34;: 1",
        "password=&#x27;hunter2222&#x27;",
    ],
)
def test_named_secrets_are_found_in_escaped_text(text):
    kept = PLAIN.text(text)
    assert "hunter" not in kept
    assert MARK in kept
    assert (
        PLAIN.text(text.replace("Token", "Name").replace("assword", "ostal").replace("Secret", "Name"))
        != kept
    )
