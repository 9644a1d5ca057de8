from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.schema import (
    COLUMNS,
    Boolean,
    Choice,
    Date,
    Field,
    Group,
    Integer,
    Json,
    Number,
    Secret,
    Settings,
    SettingsError,
    Text,
    Url,
    is_web_address,
    secrets_of,
)
from tenants.secret_value import SecretValue


class Shop(Settings):
    url = Url("Shop URL", column="host")
    access_token = Secret("Access token", column="bearer_token")
    page_size = Integer("Page size", default=50)
    is_status_exported = Boolean("Export status", required=False, default=False)
    split = Choice("Split", choices=("BalanceAccount", "MarketPlace"), default="BalanceAccount")
    prefix = Text("Prefix", key="ShopifyExternalIdPrefix", required=False)
    request_headers = Group("Headers", group="RequestHeaders")


GOOD: dict[str, Any] = {"host": "https://shop.example/", "bearer_token": SecretValue("canary-1")}


def test_values_come_from_columns_and_properties() -> None:
    values = Shop.compile(
        GOOD, {"PageSize": "200", "split": "marketplace", "ShopifyExternalIdPrefix": " INT "}
    )
    assert values.url == "https://shop.example"
    assert values.access_token == SecretValue("canary-1")
    assert (values.page_size, values.is_status_exported, values.split, values.prefix) == (
        200,
        False,
        "MarketPlace",
        "INT",
    )
    assert values.request_headers == {}


def test_property_keys_compare_without_case() -> None:
    assert Shop.compile(GOOD, {"PAGESIZE": 10}).page_size == 10


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Shop.compile({"host": "shop"}, {"PageSize": "many", "Split": "Half"})
    assert caught.value.problems == [
        ("Shop URL", "host", "must be a web address such as https://api.example.com"),
        ("Access token", "bearer_token", "is missing"),
        ("Page size", "PageSize", "must be a whole number such as 30"),
        ("Split", "Split", "must be one of BalanceAccount, MarketPlace"),
    ]
    assert str(caught.value).startswith("Shop URL: must be a web address")


def test_values_are_frozen_and_hide_their_secrets() -> None:
    values = Shop.compile(GOOD, {"RequestHeaders": {"X-Key": SecretValue("canary-2"), "X-Site": "no"}})
    assert "canary" not in repr(values)
    assert secrets_of(values) == (SecretValue("canary-1"), SecretValue("canary-2"))
    with pytest.raises(AttributeError):
        values.page_size = 1
    with pytest.raises(AttributeError, match="there is no setting 'password'"):
        _ = values.password
    assert values == Shop.compile(
        GOOD, {"RequestHeaders": {"X-Key": SecretValue("canary-2"), "X-Site": "no"}}
    )


def test_fields_keep_their_order_and_those_of_bases_come_first() -> None:
    class More(Shop):
        merchant = Text("Merchant", column="merchant_id")
        page_size = Integer("Page size", default=10)

    assert list(More.fields()) == [*Shop.fields(), "merchant"]
    assert More.compile({**GOOD, "merchant_id": "m"}, {}).page_size == 10


@pytest.mark.parametrize("empty", [None, "", SecretValue("")])
def test_an_empty_secret_is_missing(empty: Any) -> None:
    with pytest.raises(SettingsError, match="Access token: is missing"):
        Shop.compile({**GOOD, "bearer_token": empty}, {})


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (Text("x"), "  a b ", "a b"),
        (Secret("x"), "key \r\n", SecretValue("key ")),
        (Integer("x"), " -7 ", -7),
        (Integer("x"), 7, 7),
        (Number("x"), "12.50", Decimal("12.50")),
        (Number("x"), 3, Decimal(3)),
        (Boolean("x"), "Yes", True),
        (Boolean("x"), "0", False),
        (Boolean("x"), True, True),
        (Url("x"), "http://localhost:8099/stripe/", "http://localhost:8099/stripe"),
        (Json("x"), '{"a": [1, 1.5]}', {"a": [1, Decimal("1.5")]}),
        (Json("x"), {"a": 1}, {"a": 1}),
        (Date("x"), "2026-05-31", date(2026, 5, 31)),
        (Date("x"), date(2026, 5, 31), date(2026, 5, 31)),
        (Text("x", choices=("A", "B")), "a", "A"),
    ],
)
def test_stored_text_becomes_a_value(field: Field, raw: Any, value: Any) -> None:
    assert field.read(raw) == value


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        (Integer("x"), "1.5"), (Integer("x"), "٣"), (Integer("x"), "9" * 5000), (Integer("x"), True),
        (Number("x"), "1,5"), (Number("x"), "NaN"), (Number("x"), "Infinity"), (Number("x"), True),
        (Boolean("x"), "maybe"), (Boolean("x"), "2"),
        (Url("x"), "shop.example"), (Url("x"), "ftp://shop.example"), (Url("x"), "https://u:p@shop.example"),
        (Json("x"), "{"), (Json("x"), "NaN"), (Json("x"), "[" * 100_000),
        (Date("x"), "31.05.2026"), (Date("x"), "2026-02-30"),
        (Group("x", group="G"), "text"), (Text("x", choices=("A",)), "B"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_the_cure(field: Field, raw: Any) -> None:
    with pytest.raises(ValueError, match=r"^must be "):
        field.read(raw)


@given(st.text(), st.sampled_from([Integer, Number, Boolean, Url, Json, Date]))
def test_no_text_breaks_a_field(text: str, kind: type[Field]) -> None:
    field = kind("x", required=False)
    try:
        field.read(text)
    except ValueError as error:
        assert str(error).startswith("must be ")


class TestADeclaration:
    def test_takes_its_key_from_its_name(self) -> None:
        assert Shop.fields()["is_status_exported"].stored_as == "IsStatusExported"

    def test_stores_secrets_in_secret_columns_only(self) -> None:
        for column in COLUMNS:
            secret = column in {"bearer_token", "password", "client_app_secret"}
            (Secret if secret else Text)("Good", column=column)
            with pytest.raises(TypeError, match="holds secrets if and only if its type is Secret"):
                (Text if secret else Secret)("Bad", column=column)

    def test_has_one_place(self) -> None:
        with pytest.raises(TypeError, match="a column or a key"):
            Text("x", column="host", key="Host")
        with pytest.raises(TypeError, match="no field 'hostname'"):
            Text("x", column="hostname")

    def test_shares_its_place_with_nobody(self) -> None:
        with pytest.raises(TypeError, match="stores two settings in apikey"):

            class Doubled(Settings):
                api_key = Text("One")
                other = Text("Two", key="APIKEY")


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://api.example.com", True),
        ("https://api.example.com:8443/v1?x=1", True),
        ("https://[2001:db8::1]/x", True),
        ("https://", False),
        ("//api.example.com", False),
        ("https://api.example.com/a b", False),
        ("https://api.example.com\n", False),
        ("https://api.example.com\\@x", False),
        ("https://user@api.example.com", False),
        ("https://api.example.com#x", False),
        ("https://api.example.com:0", False),
        ("https://api.example.com:x", False),
        ("https://[::1", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_web_address_is_told_from_other_text(url: str, fits: bool) -> None:
    assert is_web_address(url) is fits
