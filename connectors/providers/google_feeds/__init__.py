"""Google product feeds: our products as a file that Google fetches, with word to Google when there is a new one.

The file follows Google's product data specification (support.google.com/merchants/answer/7052112) in RSS 2.0 or text with
tabs. With a merchant account, Google is told to fetch over the Merchant API v1, dataSources.fetch, and asked for the file
upload that came of it (developers.google.com/merchant/api/reference/rest/datasources_v1). Fetching again is harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from connectors.contracts.base import Answer, Category, reading
from connectors.contracts.feeds import FeedFile, FeedNews, FeedProvider, FeedReading
from connectors.errors import Misconfigured, RetryLater
from connectors.providers.google_feeds import merchant
from connectors.providers.google_feeds.account import ServiceAccount
from connectors.providers.google_feeds.attributes import NAMES
from connectors.providers.google_feeds.items import Items
from connectors.providers.google_feeds.lookup import plain
from connectors.providers.google_feeds.settings import FeedSettings
from connectors.providers.google_feeds.writing import FORMS

GUIDE = """
One connector is one feed: a market, a language and a currency. Enter Market, Language, Currency, the shop's address as
ShopUrl, and LinkTemplate with product fields in braces: {sku}, {name}, {language}, {market}, {currency}, or any property of
a product. Publish, make a scheduled task GenerateFeeds with this connector, and run it. Under Product Feeds stands then
the file's secret address, what is missing for which product, and what was left out.

Each attribute of Google's is taken from the product's property of the same name (Brand, GTIN, Color, google_product_category
…); Field Mapping names another place, such as Texts.Title for title. Values by language, market or currency, such as
{"no": "Genser", "sv": "Tröja"} or {"NOK": 499, "SEK": 529}, give the feed its own. Without a mapping, title is
the name, price the product's price where it is in the feed's currency, availability follows the stock of Stores. The id is
always the SKU. A product without title, description, link, image_link or price is left out and reported.

In Merchant Center add a data source "from a file", with "enter a link to your file": the feed's address. Username and
Password here, if set, are asked for there. To have Google fetch every new file at once, enter Merchant account (Merchant
ID), the data source's number as DataSourceId, and the JSON key of a service account that may use the account
as ServiceAccountKey; the Google Cloud project has to be registered with the account once. Nothing else is sent to Google.
"""


class GoogleFeeds(FeedProvider):
    slug, label, category = "google-feeds", "Google Feeds", Category.OTHER
    names, aliases = ("GoogleFeeds",), ("GoogleShopping",)
    hosts = {"live": "https://merchantapi.googleapis.com"}
    settings = FeedSettings
    auth = ServiceAccount()
    check = ("GET", "/datasources/v1/accounts/{account}/dataSources/{data_source}")
    errors = merchant.ERRORS
    states = merchant.STATES
    guide = GUIDE

    @classmethod
    def feed_of(cls, config: Any) -> FeedFile:
        values = config.values
        form = FORMS[values.format]
        return FeedFile(
            writer=Items(values, config.field_mapping, form),
            extension=form.extension,
            content_type=form.content_type,
            market=values.market,
            stores=values.stores,
            username=values.username or "",
            password=values.password,
        )

    @classmethod
    def is_told(cls, config: Any) -> bool:
        return bool(config.values.account)

    @classmethod
    def mapping_problems(cls, rows: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for ours, theirs in rows:
            if plain(theirs) == "id":
                yield ours, "the id is always the SKU; remove this row"
            elif plain(theirs) not in map(plain, NAMES):
                near = get_close_matches(theirs.lower(), sorted(NAMES), n=3)
                cure = (
                    f"did you mean {' or '.join(near)}?" if near else "use one such as title, brand or color"
                )
                yield ours, f"{theirs} is no attribute of Google's product data; {cure}"

    def announce_feed(self, news: FeedNews) -> None:
        self.post(f"{self._data_source}:fetch", {})

    def read_feed_state(self, news: FeedNews) -> FeedReading:
        upload = self.get(f"{self._data_source}/fileUploads/latest")
        with reading("Google's answer about the file", RetryLater):
            return merchant.reading(upload)

    def test_connection(self) -> Any:
        source = self.get(self._data_source)
        self.read_check(source)
        return source

    def read_check(self, body: Any) -> None:
        """The data source has to be one that takes files, of this feed's language."""
        with reading("Google's answer", RetryLater):
            language = (body.get("primaryProductDataSource") or {}).get("contentLanguage")
            kind = body.get("input")
        if kind != "FILE":
            raise Misconfigured(f"The data source takes {kind}, not files; enter one that fetches a file")
        if language and language.lower() != self.values.language:
            raise Misconfigured(
                f"The data source is for the language {language}, this feed for {self.values.language}"
            )

    def read_error(self, answer: Answer) -> tuple[str, str]:
        return merchant.error_of(answer)

    @property
    def _data_source(self) -> str:
        if not self.is_told(self.config):
            raise Misconfigured(
                "There is no Merchant account, so that Google is told nothing and fetches the file by its own schedule"
            )
        return f"/datasources/v1/accounts/{self.values.account}/dataSources/{self.values.data_source}"
