"""OAuth 1.0a against the published examples of RFC 5849, and as requests leave."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest

from connectors.client.outgoing import outgoing
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider, Request
from connectors.errors import Misconfigured
from connectors.oauth1 import OAuth1, authorization, base_string, signature, signing_key
from connectors.schema import Secret, Settings, Text


class Signed(Provider):
    slug, label = "signed", "Signed"

    class settings(Settings):
        key = Text("Key", required=False)
        secret = Secret("Secret")
        token = Secret("Token")
        token_secret = Secret("Token secret")

    auth = OAuth1("key", "secret", "token", "token_secret")


def test_base_string_of_section_3_4_1() -> None:
    """Parameters of query, body and header, one of them twice and one empty, sorted after they are encoded."""
    url = "HTTP://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
    others = {
        "oauth_consumer_key": "9djdj82h48djs9d2",
        "oauth_token": "kkk9d7dh3k39sjv7",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131201",
        "oauth_nonce": "7d8f3e4a",
        "c2": "",
    }
    assert base_string("post", url, [*others.items(), ("a3", "2 q")]) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
        "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


def test_signature_of_section_1_2() -> None:
    parameters = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131202",
        "oauth_nonce": "chapoH",
    }
    base = base_string(
        "GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", parameters.items()
    )
    key = signing_key("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")
    assert signature("HMAC-SHA1", key, base) == "MdpQcU8iPSUjWoN/UDMsK2sui9I="
    assert 'oauth_signature="a%2Fb%3D"' in authorization({"oauth_signature": "a/b="})


def sent(values: Any, **options: Any) -> Any:
    config = ConnectorConfig(
        id=1,
        tenant_id=1,
        tenant_uid=uuid4(),
        revision="1",
        slug="signed",
        name="Signed",
        host="https://shop.example/rest",
        values=values,
    )
    return outgoing(config, Signed, Request(**options), None)


def test_each_request_is_signed_anew_with_its_query() -> None:
    values = Signed.settings.compile({}, {"Key": "ck", "Secret": "c&s", "Token": "t", "TokenSecret": "ts"})
    asked = {"method": "GET", "path": "/orders", "query": {"a[0]": "2026-11-20 10:00:00"}}
    first, second = (sent(values, **asked) for _ in range(2))
    assert first.headers["Authorization"] != second.headers["Authorization"]
    told = dict(
        part.strip().split("=", 1)
        for part in first.headers["Authorization"].removeprefix("OAuth ").split(",")
    )
    given = {name: unquote(text.strip('"')) for name, text in told.items()}
    proof = given.pop("oauth_signature")
    assert (given["oauth_signature_method"], len(given["oauth_nonce"])) == ("HMAC-SHA256", 32)
    base = base_string("GET", first.url, given.items())
    assert "a%255B0%255D%3D2026-11-20%252010%253A00%253A00" in base
    assert proof == signature("HMAC-SHA256", "c%26s&ts", base)


def test_a_missing_key_is_named() -> None:
    values = Signed.settings.compile({}, {"Secret": "s", "Token": "t", "TokenSecret": "ts"})
    with pytest.raises(Misconfigured, match="key"):
        sent(values, method="GET", path="/orders")
