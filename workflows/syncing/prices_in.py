"""Prices of another system become those of our products: the main price, or one of a further list or market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import PriceRecord, PriceSource
from connectors.schema import Text
from tenants.money import Money, quantum
from workflows import product_fields as names
from workflows.catalog import upsert
from workflows.engine.clock import database_now
from workflows.models import Product, SyncItem
from workflows.schedules.types import register
from workflows.syncing import records
from workflows.syncing.fields_in import REFUSED
from workflows.syncing.incoming import ImportRules, ImportTask, Taken, counted
from workflows.syncing.memory import State, Told


class PriceImportRules(ImportRules):
    price_list = Text(
        "PriceList",
        key="PriceList",
        required=False,
        default="",
        help="Name of the price list there whose prices become the products' own; empty: those of no list.",
    )
    market = Text(
        "Market",
        key="Market",
        required=False,
        default="",
        help="Code of the market whose prices become the products' own; others are kept in the property Prices.",
    )


@register
class ImportPrices(ImportTask):
    name = "ImportPrices"
    label = "Import prices"
    description = (
        "Takes over the prices of an ERP or shop that changed since the last run; products must be there."
    )
    capability = PriceSource
    operation = "import_prices"
    properties = PriceImportRules
    kind = SyncItem.Kind.PRICE
    record = PriceRecord

    def take(self, connector: ConnectorConfig, items: Sequence[Any], rules: Any) -> Taken:
        with transaction.atomic():
            return _Taking(rules).take(items)


def part_of(record: PriceRecord) -> str:
    """Which of an article's prices it is; "" for the one of no list and market."""
    return f"{record.price_list}/{record.market}" if record.price_list or record.market else ""


class _Taking:
    def __init__(self, rules: Any) -> None:
        self.main = (rules.price_list.casefold(), rules.market.casefold())
        # By the clock that says when a price that is to begin is due; by another it might be due for ever.
        self.now = database_now()
        self.changed: dict[str, Product] = {}

    def take(self, items: Sequence[PriceRecord]) -> Taken:
        wanted = self._chosen(map(_storable, items))
        skus = {sku for sku, _ in wanted}
        rows = Product.objects.filter(sku__in=skus).order_by("pk").select_for_update()
        known = {product.sku: product for product in rows}
        told = [self._take(item, part, known.get(sku)) for (sku, part), item in wanted.items()]
        ids = {product.sku: product.pk for product in known.values()}
        upsert(Product, "sku", self.changed.values())
        told = [replace(item, item_id=ids.get(item.key)) for item in told]
        return Taken(told, counted(told, set()))

    def _chosen(self, items: Any) -> dict[tuple[str, str], PriceRecord]:
        """One for each price: the last one told, but one that is in force before one that is not."""
        chosen: dict[tuple[str, str], PriceRecord] = {}
        for item in items:
            place = (item.sku, part_of(item))
            before = chosen.get(place)
            if before is None or self._is_in_force(item) or not self._is_in_force(before):
                chosen[place] = item
        return chosen

    def _is_in_force(self, item: PriceRecord) -> bool:
        begun = item.valid_from is None or item.valid_from <= self.now
        return begun and (item.valid_to is None or item.valid_to > self.now)

    def _take(self, item: PriceRecord, part: str, product: Product | None) -> Told:
        outcome: dict[str, Any] = {
            "key": item.sku or f"id:{item.external_id}",
            "part": part,
            "external_id": item.external_id,
        }
        if product is None:
            reason = "There is no such product here; import products first"
            return Told(**outcome, state=State.FAILED, reason=reason, document=records.dump(item))
        if item.valid_to and item.valid_to <= self.now:
            return Told(**outcome, state=State.SKIPPED, reason=f"It ended on {_day(item.valid_to)}")
        if item.valid_from and item.valid_from > self.now:
            return Told(
                **outcome,
                state=State.SKIPPED,
                reason=f"It begins on {_day(item.valid_from)}, and is taken over then",
                document=records.dump(item),
                again_at=item.valid_from,
            )
        return self._set(outcome, item, product)

    def _set(self, outcome: Mapping[str, Any], item: PriceRecord, product: Product) -> Told:
        try:
            changed = self._write(item, outcome["part"], product)
        except REFUSED as error:
            return Told(**outcome, state=State.FAILED, reason=str(error), document=records.dump(item))
        if changed:
            self.changed[product.sku] = product
        return Told(**outcome, changed=changed)

    def _write(self, item: PriceRecord, part: str, product: Product) -> bool:
        price = _with_tax(item.price, item, product)
        before = _with_tax(item.before, item, product) if item.before else None
        if (item.price_list.casefold(), item.market.casefold()) != self.main:
            prices = names.value_of(product, names.PRICES) or {}
            return names.put(product, names.PRICES, {**prices, part or "/": _told(price, before, item)})
        changed = names.put(product, names.PRICE, price)
        crossed = str(before.amount) if before else ""
        if crossed == (names.value_of(product, names.PRICE_BEFORE) or ""):
            return changed
        return names.put(product, names.PRICE_BEFORE, crossed) or changed


def _with_tax(amount: Money, item: PriceRecord, product: Product) -> Money:
    if item.includes_tax:
        return amount
    with_tax = amount.amount * (1 + product.tax_rate / Decimal(100))
    return Money.of(with_tax.quantize(quantum(amount.currency)), amount.currency)


def _told(price: Money, before: Money | None, item: PriceRecord) -> dict[str, str]:
    told = {
        "amount": str(price.amount),
        "currency": price.currency,
        "before": str(before.amount) if before else "",
        "from": item.valid_from.isoformat() if item.valid_from else "",
        "to": item.valid_to.isoformat() if item.valid_to else "",
    }
    return {name: text for name, text in told.items() if text}


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _storable(item: PriceRecord) -> PriceRecord:
    return records.load(PriceRecord, {"sku": "", **records.dump(item)})
