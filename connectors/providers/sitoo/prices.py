"""Prices, in and out, list by list. A list has one currency, and its prices include tax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    BatchResult,
    CatalogPage,
    ItemResult,
    ItemState,
    PriceRecord,
    PriceSink,
    PriceSource,
)
from connectors.errors import Misconfigured, Rejected, RetryLater
from connectors.providers.sitoo.amounts import money
from connectors.providers.sitoo.api import Json, SitooApi
from connectors.providers.sitoo.changes import Since
from tenants.money import Money

PAGE = 100


class Prices(SitooApi, PriceSource, PriceSink):
    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        """Sitoo does not tell which prices have changed, so every run reads the list from its beginning."""
        at = Since.read(cursor)
        found = self._list(self.values.price_list_id)
        path = f"{self.site}/pricelists/{found['pricelistid']}/pricelistitems.json"
        items, total = self.page(path, start=at.start, num=PAGE)
        with reading("Sitoo's prices", RetryLater):
            prices = tuple(_price(item, found) for item in items if item.get("sku"))
        following = at.behind((0 for _ in items), total)
        return CatalogPage(items=prices, cursor=following.text(), more=following.start > 0, total=total)

    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        lists = self._lists()
        by_list: dict[int, list[PriceRecord]] = defaultdict(list)
        results = []
        for price in prices:
            named = self._named(price, lists)
            problem = _problem(price, named)
            if named is None or problem:
                results.append(ItemResult(key=price.sku, state=ItemState.FAILED, message=problem))
            else:
                by_list[int(named["pricelistid"])].append(price)
        for number, some in by_list.items():
            results += self._priced(number, some)
        return BatchResult(items=tuple(results))

    def _lists(self) -> list[Json]:
        return self.page(f"{self.site}/pricelists.json", num=1000)[0]

    def _list(self, number: int) -> Json:
        with reading("Sitoo's price lists", RetryLater):
            found = next((item for item in self._lists() if int(item["pricelistid"]) == number), None)
        if found is None:
            raise Misconfigured(
                f"Sitoo has no price list {number}; correct the connector's property PriceListId"
            )
        return found

    def _named(self, price: PriceRecord, lists: Sequence[Json]) -> Json | None:
        wanted = (price.price_list or str(self.values.price_list_id)).casefold()
        with reading("Sitoo's price lists", RetryLater):
            return next(
                (
                    item
                    for item in lists
                    if wanted in {str(item["pricelistid"]), str(item["pricelistname"]).casefold()}
                ),
                None,
            )

    def _priced(self, number: int, prices: Sequence[PriceRecord]) -> list[ItemResult]:
        """A list takes all or none of a batch, so that after a refusal each is tried alone."""
        path = f"{self.site}/pricelists/{number}/pricelistitems.json"
        body = [{"sku": price.sku, "moneyprice": f"{price.price.amount:.2f}"} for price in prices]
        try:
            self.put(path, body)
        except Rejected as error:
            if len(prices) > 1:
                return [result for price in prices for result in self._priced(number, [price])]
            return [ItemResult(key=prices[0].sku, state=ItemState.FAILED, message=error.message)]
        return [ItemResult(key=price.sku, external_id=str(number)) for price in prices]


def _price(item: Json, of: Json) -> PriceRecord:
    return PriceRecord(
        sku=str(item["sku"]),
        price=Money.of(money(item, "moneyprice"), str(of["currencycode"])),
        price_list=str(of["pricelistname"]),
        external_id=str(item.get("productid") or ""),
    )


def _problem(price: PriceRecord, named: Json | None) -> str:
    if named is None:
        what = price.price_list or "with the number of the property PriceListId"
        return f"Sitoo has no price list {what}; create it there, or correct the name"
    if named.get("currencycode") != price.price.currency:
        name, currency = named.get("pricelistname"), named.get("currencycode")
        return f"Sitoo's price list {name} is in {currency}, the price in {price.price.currency}; use another list"
    return (
        "" if price.includes_tax else "Sitoo's prices include tax, this one does not; export prices with tax"
    )
