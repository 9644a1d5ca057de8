"""Webhook: addresses with order fields, headers, and whose credentials go where."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from connectors.errors import Misconfigured
from connectors.providers.webhook import Webhook
from connectors.schema import SettingsError
from tenants.secret_value import SecretValue
from tests.contract.scenarios.base import ORDER
from tests.providers.asking import Says
from tests.providers.webhook_asking import DONE, send, values


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", "/"),
        ("/orders/{number}", "/orders/100234"),
        ("/orders/{number}/", "/orders/100234/"),
        ("/o?n={Number}&m={market}&to={customer.email}", "/o?n=100234&m=NOR&to=kari%40example.com"),
        ("/{order_type}/{OrderType}/{properties.GiftWrap}", "/Online/Online/True"),
        ("/o?store={store}", "/o?store="),
    ],
)
def test_order_fields_in_the_address(path: str, wanted: str) -> None:
    asked = send(path=path)
    assert asked.result
    assert asked.sent == [("POST", wanted)]


def test_order_fields_are_encoded() -> None:
    asked = send(path="/orders/{number}?x={number}", order=replace(ORDER, number="A/1 ?&#ø=../"))
    encoded = "A%2F1%20%3F%26%23%C3%B8%3D..%2F"
    assert asked.sent == [("POST", f"/orders/{encoded}?x={encoded}")]


@pytest.mark.parametrize(
    "path",
    ["/{colour}", "/{customer.shoe_size}", "/{customer}", "/{lines}", "/{}", "/{number.x}", "/{__class__}"],
)
def test_unknown_order_fields_are_refused(path: str) -> None:
    asked = send(path=path)
    assert isinstance(asked.error, Misconfigured)
    assert path.strip("/") in asked.error.message
    assert asked.sent == []


@pytest.mark.parametrize("number", ["..", "."])
def test_an_order_number_cannot_climb_out_of_the_address(number: str) -> None:
    asked = send(path="/orders/{number}", order=replace(ORDER, number=number))
    assert isinstance(asked.error, Misconfigured)
    assert asked.sent == []


@pytest.mark.parametrize("url", ["https://{market}.example/x", "https://hub{number}/x"])
def test_an_order_cannot_choose_the_host(url: str) -> None:
    asked = send(step={"Url": url})
    assert isinstance(asked.error, Misconfigured)
    assert "host name" in asked.error.message


def test_without_any_address() -> None:
    asked = send(host="")
    assert isinstance(asked.error, Misconfigured)
    assert "Host" in asked.error.message


@pytest.mark.parametrize("bad", ["ftp://example.com", "example.com/x", "https://user:pw@example.com/"])
def test_an_address_that_is_none(bad: str) -> None:
    for key in ("Url", "Host"):
        with pytest.raises(SettingsError):
            values(**{key: bad})
        assert isinstance(send(step={key: bad}).error, Misconfigured)


def test_the_connectors_own_host_is_that_of_its_url() -> None:
    assert (
        Webhook.own_host(values(Url="https://erp.example:8443/in/{number}?a=1")) == "https://erp.example:8443"
    )
    assert Webhook.own_host(values(Host="https://erp.example/in/")) == "https://erp.example"
    assert Webhook.own_host(values()) == ""


def test_credentials_stay_at_the_connectors_host() -> None:
    kept = values(
        bearer_token=SecretValue("t-0123456789"), RequestHeaders={"X-Api-Key": SecretValue("k-0123456789")}
    )
    with Says(DONE) as other:
        step = {"Url": f"{other.url}/in", "RequestHeaders": {"X-Step": "1"}, "HttpMethod": "put"}
        custom = (("X-Custom", SecretValue("c-0123456789")),)
        asked = send(step=step, values=kept, headers=custom, reachable=[other.port])
    assert asked.result
    assert asked.sent == []
    [request] = other.requests
    assert (request.method, request.path) == ("PUT", "/in")
    assert request.headers["x-step"] == "1"
    assert not {"authorization", "x-api-key", "x-custom"} & set(request.headers)


def test_credentials_go_to_the_connectors_host() -> None:
    kept = values(
        bearer_token=SecretValue("t-0123456789"), RequestHeaders={"X-Api-Key": SecretValue("k-0123456789")}
    )
    [request] = send(values=kept, headers=(("X-Custom", SecretValue("c-0123456789")),)).server.requests
    assert request.headers["authorization"] == "Bearer t-0123456789"
    assert request.headers["x-api-key"] == "k-0123456789"
    assert request.headers["x-custom"] == "c-0123456789"


def test_user_name_and_password() -> None:
    kept = values(username="hub", password=SecretValue("pæss"))
    [request] = send(values=kept).server.requests
    assert request.headers["authorization"] == "Basic " + base64.b64encode("hub:pæss".encode()).decode()


def test_headers_of_a_step_may_be_json() -> None:
    [request] = send(step={"requestheaders": '{"X-Step": "2"}'}).server.requests
    assert request.headers["x-step"] == "2"
    for bad in ("{", "[1]", "3"):
        assert isinstance(send(step={"RequestHeaders": bad}).error, Misconfigured)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_method(method: str) -> None:
    assert send(values=values(HttpMethod=method.lower())).sent == [(method, "/")]
    with pytest.raises(SettingsError):
        values(HttpMethod="GET")
