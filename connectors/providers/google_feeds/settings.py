"""What is asked for a feed, each refused with the cure when it cannot be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.providers.google_feeds.money import amount_of
from connectors.schema import Choice, Secret, Settings, SettingsError, SettingsValues, Text, is_web_address

_BRACES = re.compile(r"\{[^{}]*\}")
_SHIPPING = re.compile(r"([A-Z]{2}):([^:,]*):([^:,]*):(\d+(?:\.\d+)?)(?: ([A-Z]{3}))?")


class Pattern(Text):
    """A text that has to look a certain way; `example` is the cure."""

    def __init__(
        self, label: str, *, pattern: str, example: str, upper: bool = False, **options: Any
    ) -> None:
        super().__init__(label, **options)
        self.pattern, self.example, self.upper = re.compile(pattern), example, upper

    def convert(self, raw: Any) -> str:
        text = super().convert(raw)
        text = text.upper() if self.upper else text.lower()
        if not self.pattern.fullmatch(text):
            raise ValueError(f"must be {self.example}")
        return text


class LinkTemplate(Text):
    """A web address with product fields in braces, in its path and query only."""

    def convert(self, raw: Any) -> str:
        text = super().convert(raw)
        plain = _BRACES.sub("x", text)
        if "{" in urlsplit(text).netloc or not is_web_address(plain) or "{" in plain or "}" in plain:
            raise ValueError(
                "must be a web address with product fields in braces after the host, such as "
                "https://shop.example.com/{language}/p/{sku}"
            )
        return text


class Codes(Text):
    """Codes with commas between them."""

    def convert(self, raw: Any) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(part.strip() for part in str(raw).split(",") if part.strip())


class ShippingCosts(Text):
    """Shipping as Google's files write it: country:region:service:price, several with commas."""

    def convert(self, raw: Any) -> tuple[tuple[str, str, str, str], ...]:  # type: ignore[override]
        found = [_SHIPPING.fullmatch(part.strip()) for part in str(raw).split(",") if part.strip()]
        if not found or None in found:
            raise ValueError("must be country:region:service:price, such as NO::Standard:49.00 NOK")
        return tuple(
            (match[1], match[2], match[3], f"{match[4]} {match[5] or ''}".strip()) for match in found if match
        )


class FeedSettings(Settings):
    market = Text("Market", key="Market", help="Code of the market whose prices and texts are taken.")
    language = Pattern(
        "Language",
        key="Language",
        pattern="[a-z]{2}",
        example="two letters of ISO 639-1, such as no or sv",
        help="In which the texts are, such as no.",
    )
    currency = Pattern(
        "Currency",
        key="Currency",
        pattern="[A-Z]{3}",
        upper=True,
        example="three letters of ISO 4217, such as NOK",
        help="Of all prices in the file, such as NOK.",
    )
    format = Choice("Format", key="Format", choices=("XML", "TSV"), default="XML")
    title = Text("Feed title", key="FeedTitle", required=False, default="Products")
    shop_url = LinkTemplate(
        "Shop URL", key="ShopUrl", help="The shop's front page, such as https://shop.example.com."
    )
    link = LinkTemplate(
        "Link template",
        key="LinkTemplate",
        help="Page of a product, such as https://shop.example.com/{language}/p/{sku}.",
    )
    image_link = LinkTemplate(
        "Image link template",
        key="ImageLinkTemplate",
        required=False,
        help="Picture of a product where the product has no property ImageLink.",
    )
    stores = Codes(
        "Stores",
        key="Stores",
        required=False,
        default=(),
        help="Codes of the stores whose stock counts; empty: all.",
    )
    sold_out = Choice(
        "Sold out",
        key="SoldOut",
        choices=("out_of_stock", "backorder", "preorder"),
        default="out_of_stock",
        help="Availability of what is not in stock; backorder and preorder need a property AvailabilityDate.",
    )
    shipping = ShippingCosts(
        "Shipping", key="Shipping", required=False, default=(), help="Such as NO::Standard:49.00 NOK."
    )
    username = Text(
        "Username",
        column="username",
        required=False,
        help="Asked for when the file is fetched, with Password.",
    )
    password = Secret("Password", column="password", required=False)
    account = Pattern(
        "Merchant account",
        column="merchant_id",
        required=False,
        default="",
        pattern="[0-9]+",
        example="the number of the Merchant Center account",
        help="To have Google fetch each new file at once.",
    )
    data_source = Pattern(
        "Data source",
        key="DataSourceId",
        required=False,
        default="",
        pattern="[0-9]+",
        example="the number of the data source in Merchant Center",
        help="Of the file data source that has this feed's address.",
    )
    service_account_key = Secret(
        "Service account key", required=False, help="The JSON key file of a service account with access."
    )

    @classmethod
    def compile(cls, columns: Mapping[str, Any], properties: Mapping[str, Any]) -> SettingsValues:
        values = super().compile(columns, properties)
        problems = list(_together(values))
        if problems:
            raise SettingsError(problems)
        return values


def _together(values: Any) -> Any:
    """What is wrong with settings that fit each by itself."""
    if bool(values.username) != bool(values.password):
        yield "Password", "password", "enter Username and Password, or neither"
    told = [values.account, values.data_source, values.service_account_key]
    if any(told) and not all(told):
        yield (
            "Merchant account",
            "merchant_id",
            "to tell Google of new files enter Merchant account, Data source and Service account key, else none",
        )
    for *_, price in values.shipping:
        amount, _, currency = price.partition(" ")
        if currency not in {"", values.currency} or amount_of(amount, values.currency) is None:
            yield (
                "Shipping",
                "Shipping",
                f"{price} is no amount in {values.currency}; write such as 49.00 {values.currency}",
            )
