"""Prices, in and out, list by list. A list has no currency of its own, so that the connector's property says it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

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
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.frontsystems.api import FrontSystemsApi, Json, price_of, told
from connectors.providers.frontsystems.cursor import CLOCK, moment

#: From when and until when a price is good where nothing is said.
ALWAYS, FOREVER = "2000-01-01T00:00:00", "9999-12-31T00:00:00"


class Prices(FrontSystemsApi, PriceSource, PriceSink):
    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        """One list at a time. The cursor is "done" behind the last one; every run reads all of them."""
        lists = self._wanted_lists()
        left = (
            cursor.split(",") if cursor and cursor != "done" else [told(one, "pricelistid") for one in lists]
        )
        if not left:
            return CatalogPage(items=(), cursor="done", more=False)
        name = next((told(one, "name") for one in lists if told(one, "pricelistid") == left[0]), "")
        items = self.rows(f"/PricelistV2/{left[0]}/prices") if name else []
        with reading(f"Front Systems' price list {name}", RetryLater):
            found = tuple(self._price(item, name) for item in items if item.get("gtin"))
        cursor = ",".join(left[1:]) or "done"
        return CatalogPage(items=found, cursor=cursor, more=cursor != "done")

    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        """A list takes all or none of a batch, so that after a refusal each is tried alone."""
        by_list: dict[str, list[PriceRecord]] = defaultdict(list)
        results = []
        for price in prices:
            name = price.price_list or self.values.price_list
            problem = self._problem(price, name)
            if problem:
                results.append(ItemResult(key=price.sku, state=ItemState.FAILED, message=problem))
            else:
                by_list[name].append(price)
        for name, some in by_list.items():
            results += self._priced(name, some)
        return BatchResult(items=tuple(results))

    def _wanted_lists(self) -> list[Json]:
        lists, name = self.rows("/Pricelist"), self.values.price_list.casefold()
        found = [one for one in lists if not name or told(one, "name").casefold() == name]
        if not found and name:
            raise Misconfigured(
                f"Front Systems has no price list {self.values.price_list}; correct the connector's property PriceList"
            )
        return found

    def _price(self, item: Json, name: str) -> PriceRecord:
        return PriceRecord(
            sku=told(item, "gtin"),
            price=price_of(item["price"], self.values.currency),
            price_list=name,
            valid_from=_limit(item.get("validfrom"), ALWAYS),
            valid_to=_limit(item.get("validto"), FOREVER),
            external_id=told(item, "productid"),
        )

    def _problem(self, price: PriceRecord, name: str) -> str:
        if not name:
            return "This price names no price list; set the connector's property PriceList"
        if price.price.currency != self.values.currency:
            return (
                f"Price lists of this connector are in {self.values.currency}, the price is in"
                f" {price.price.currency}; use a connector with that Currency"
            )
        return "" if price.includes_tax else "Front Systems' prices include tax, this one does not"

    def _priced(self, name: str, prices: Sequence[PriceRecord]) -> list[ItemResult]:
        body = {"name": name, "prices": [_body(price) for price in prices]}
        try:
            answer = self.change("POST", "/PricelistV2", body)
        except Rejected as error:
            if len(prices) > 1:
                return [result for price in prices for result in self._priced(name, [price])]
            return [ItemResult(key=prices[0].sku, state=ItemState.FAILED, message=error.message)]
        with reading("Front Systems' answer to a price list", Unknown):
            number = str(int(answer["pricelistid"]))
        return [ItemResult(key=price.sku, external_id=number) for price in prices]


def _body(price: PriceRecord) -> dict[str, Any]:
    return {
        "gtin": price.sku,
        "price": price.price.amount,
        "validFrom": _written(price.valid_from) or ALWAYS,
        "validTo": _written(price.valid_to) or FOREVER,
    }


def _written(at: datetime | None) -> str:
    """By the tills' clock, which Front Systems' times without zone are of."""
    return at.astimezone(CLOCK).strftime("%Y-%m-%dT%H:%M:%S") if at else ""


def _limit(value: Any, unlimited: str) -> datetime | None:
    if not value or str(value)[:10] == unlimited[:10]:
        return None
    return moment(value).astimezone(UTC)
