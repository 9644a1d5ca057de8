"""Prices that go out to the shop. Magento lists what it did not take of a batch, and has taken the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import BatchResult, ItemResult, ItemState, PriceRecord, PriceSink
from connectors.errors import Unknown
from connectors.providers.magento import errors
from connectors.providers.magento.api import Json
from connectors.providers.magento.bulk import Bulk

_BASE, _SPECIAL = "/V1/products/base-prices", "/V1/products/special-price"
_KNOWN, _ENDED = f"{_SPECIAL}-information", f"{_SPECIAL}-delete"
#: What the shop takes in one call when its input is limited.
ROWS = 20
_FORM = "%Y-%m-%d %H:%M:%S"
_ALWAYS, _FOR_EVER = "2000-01-01 00:00:00", "2099-12-31 23:59:59"


class Prices(Bulk, PriceSink):
    most_prices = 50

    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        problems: dict[str, list[str]] = defaultdict(list)
        for price in prices:
            problems[price.sku] += self._unfit(price)
        fitting = [price for price in prices if not problems[price.sku]]
        rows = [self._base(price) for price in fitting]
        self._send(_BASE, rows, problems)
        sales = [price for price in fitting if price.before is not None and not problems[price.sku]]
        self._end_sales(
            [price for price in fitting if price.before is None and not problems[price.sku]], problems
        )
        self._send(_SPECIAL, [self._special(price) for price in sales], problems)
        return BatchResult(items=tuple(_result(price.sku, problems[price.sku]) for price in prices))

    def _unfit(self, price: PriceRecord) -> list[str]:
        """Why the shop could not show this price as it is meant; [] for nothing."""
        told = []
        try:
            self._store(price)
        except ValueError:
            told.append(f"the property {price.market} of MagentoMarkets has to be the id of a store view")
        if price.price.currency != self.base_currency:
            told.append(
                f"the price is in {price.price.currency}, the shop's base currency is {self.base_currency}"
            )
        if price.includes_tax != self.values.prices_include_tax:
            with_tax = "with" if self.values.prices_include_tax else "without"
            told.append(f"the shop's prices are {with_tax} tax (PricesIncludeTax), this one is not")
        if price.before is None and not _is_open(price):
            told.append(
                "a price for a time needs the price before it, which Magento shows outside of that time"
            )
        if price.before is not None and price.before.currency != price.price.currency:
            told.append("the price before it is in another currency")
        return told

    def _store(self, price: PriceRecord) -> int:
        markets = {str(name).casefold(): code for name, code in self.values.market_stores.items()}
        return int(str(markets.get(price.market.casefold()) or 0))

    def _base(self, price: PriceRecord) -> Json:
        shown = price.before or price.price
        return {"sku": price.sku, "store_id": self._store(price), "price": shown.amount}

    def _special(self, price: PriceRecord) -> Json:
        return {
            "sku": price.sku,
            "store_id": self._store(price),
            "price": price.price.amount,
            "price_from": _time(price.valid_from) or _ALWAYS,
            "price_to": _time(price.valid_to) or _FOR_EVER,
        }

    def _end_sales(self, prices: Sequence[PriceRecord], problems: dict[str, list[str]]) -> None:
        """A special price that is left over would hide the price that was just set."""
        stores = {(price.sku, self._store(price)) for price in prices}
        for some in _batches(sorted({sku for sku, _ in stores})):
            found = self.call("POST", _KNOWN, {"skus": list(some)}, write=False)
            with reading("Magento's special prices", Unknown):
                rows = [_row(row) for row in found if (str(row["sku"]), int(row["store_id"])) in stores]
            self._send(_ENDED, rows, problems)

    def _send(self, path: str, rows: Sequence[Json], problems: dict[str, list[str]]) -> None:
        for some in _batches(rows):
            answer = self.post(path, {"prices": list(some)})
            if not isinstance(answer, list):
                raise Unknown("Magento's answer does not say which prices it has taken")
            for item in answer:
                _note(item, some, problems)


def _note(item: Any, rows: Iterable[Json], problems: dict[str, list[str]]) -> None:
    """Put a refusal down to its article; one that names none is all of theirs."""
    with reading("Magento's answer about prices", Unknown):
        text = errors.filled(item["message"], item.get("parameters"))
        told = item.get("parameters") or ()
        values = {str(value) for value in (told.values() if isinstance(told, Mapping) else told)}
    skus = [row["sku"] for row in rows]
    for sku in [sku for sku in skus if sku in values] or skus:
        problems[sku].append(text)


def _result(sku: str, problems: Sequence[str]) -> ItemResult:
    if not problems:
        return ItemResult(key=sku)
    return ItemResult(
        key=sku, state=ItemState.FAILED, message=f"Magento: {'; '.join(dict.fromkeys(problems))}"[:500]
    )


def _row(found: Json) -> Json:
    """A special price as it has to be named to be taken away: by all of its fields."""
    names = ("price", "store_id", "sku", "price_from", "price_to")
    return {name: Decimal(found[name]) if name == "price" else found[name] for name in names}


def _is_open(price: PriceRecord) -> bool:
    begun = price.valid_from is None or price.valid_from <= datetime.now(UTC)
    return begun and price.valid_to is None


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime(_FORM) if moment else ""


def _batches(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + ROWS] for start in range(0, len(rows), ROWS))
