"""The scheduled import of stock levels from an ERP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import StockLevel, StockPage, StockSource
from connectors.schema import Settings, Text
from workflows import lookups
from workflows.catalog import write_levels
from workflows.models import InventoryLevel, Product
from workflows.places import stores_by_place
from workflows.problems import FieldErrors
from workflows.schedules.pages import Reading, read_call, went_on
from workflows.schedules.types import Leg, Progress, TaskContext, TaskFailed, register
from workflows.stock import ownership
from workflows.syncing import stock

_LIMIT, _FINEST = Decimal(10) ** 9, Decimal("0.001")


@register
class ImportInventory(Reading):
    name = "ImportInventory"
    label = "Import inventory"
    description = (
        "Takes over the stock levels of an ERP that changed since the last run; what is reserved stays."
    )
    capability = StockSource
    operation = "read_inventory"

    class properties(Settings):
        store = Text(
            "Store",
            key="Store",
            required=False,
            default="",
            help="Code of the store or warehouse whose stock this is; empty: each level's location names it, "
            "by the store's code or its external id for this connector.",
        )
        location = Text(
            "Location",
            key="Location",
            required=False,
            default="",
            help="Take over levels of this location only; together with Store where the ERP has several.",
        )

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        errors = FieldErrors()
        if properties.store:
            lookups.store(properties.store, errors)
        yield from (f"Store: {text}" for _, text in errors)
        yield from filter(None, [ownership.refusal(self.name, connector)])

    def plan(self, context: TaskContext) -> Leg:
        """Raises TaskFailed where the connector's stock is not the other side's to tell."""
        told = ownership.refusal(self.name, context.connector)
        if told:
            raise TaskFailed(told)
        return Leg(call=read_call(context, self.operation))

    def store(self, context: TaskContext, result: Any) -> Progress:
        page: StockPage = result
        waymark = went_on(context, page.cursor, page.more)
        only = context.properties.location.lower()
        items = [item for item in page.items if not only or item.location.lower() == only]
        counts, remarks = _take(items, _Stores(context), connector_of(context))
        return Progress(
            cursor=page.cursor or context.cursor,
            more=page.more,
            counts={"read": len(page.items), **counts},
            remarks=tuple(remarks),
            waymark=waymark,
        )


def connector_of(context: TaskContext) -> ConnectorConfig:
    assert context.connector is not None
    return context.connector


class _Stores:
    """Which of our stores a level's location is."""

    def __init__(self, context: TaskContext) -> None:
        """Raises TaskFailed when the task's own store is none."""
        connector = connector_of(context)
        stores = stores_by_place(connector)
        self._by_location = {place: store.pk for place, store in stores.items()}
        named = context.properties.store
        self._only = next(
            (store.pk for store in stores.values() if store.code.lower() == named.lower()), None
        )
        if named and self._only is None:
            raise TaskFailed(f"There is no active store {named}; mend the property Store")

    def of(self, level: StockLevel) -> int | None:
        return self._only or self._by_location.get(level.location.lower())


def _take(
    items: Sequence[StockLevel], stores: _Stores, connector: ConnectorConfig
) -> tuple[Mapping[str, int], list[str]]:
    """Write the levels that changed, in a fixed number of statements. The last level of one place counts."""
    counts: Counter[str] = Counter()
    strangers: dict[str, StockLevel] = {}
    levels: dict[tuple[int, int], StockLevel] = {}
    products = dict(Product.objects.filter(sku__in={item.sku for item in items}).values_list("sku", "pk"))
    wanted: dict[tuple[int, int], Decimal] = {}
    for item in items:
        product, store = products.get(item.sku), stores.of(item)
        if product is None or store is None or not _is_storable(item.quantity):
            strangers[_explained(item, product, store)] = item
        else:
            wanted[product, store] = item.quantity.quantize(_FINEST)
            levels[product, store] = item
    rows = _changed(wanted)
    write_levels({place: wanted[place] for place in rows})
    changed = set(rows)
    stock.taken_in(
        connector,
        ((level, place[0], place in changed) for place, level in levels.items()),
        ((level, reason) for reason, level in strangers.items()),
    )
    counts["updated"] = len(rows)
    counts["unchanged"] = len(wanted) - len(rows)
    counts["failed"] = len(strangers)
    return counts, list(strangers)


def _changed(wanted: Mapping[tuple[int, int], Decimal]) -> list[tuple[int, int]]:
    """Those whose level differs, sorted, so that two imports never wait for each other in a circle."""
    levels = InventoryLevel.objects.filter(product_id__in={product for product, _ in wanted})
    known = {(item[0], item[1]): item[2] for item in levels.values_list("product_id", "store_id", "on_hand")}
    return sorted(place for place, quantity in wanted.items() if known.get(place) != quantity)


def _is_storable(quantity: Decimal) -> bool:
    return quantity.is_finite() and abs(quantity) < _LIMIT


def _explained(item: StockLevel, product: int | None, store: int | None) -> str:
    if product is None:
        return f"{item.sku}: there is no such product; create it first"
    if store is None:
        place = item.location or "(none)"
        return f"Location {place}: no active store has this code or external id; name it, or set the property Store"
    return f"{item.sku}: {item.quantity} is no quantity"
