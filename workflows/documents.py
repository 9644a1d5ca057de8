"""Loads orders as the documents that steps and exporters see, any number of them in as many statements as one."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import autodiscover_modules

from connectors.contracts.common import Address, Customer, Line, OrderDocument
from tenants.kept import Kept
from tenants.models import Market
from tenants.money import Money
from workflows.models import Order, OrderLine

if TYPE_CHECKING:
    from workflows.intake import OrderDraft
    from workflows.lines import Line as DraftLine

Loader = Callable[[Collection[int]], Mapping[int, Any]]

#: Version and time of the latest change of an order.
Stamp = tuple[int, datetime]

#: Orders of which a process remembers the lines: more than it drives at a time.
_MOST_KEPT = 512

#: The section with the external ids of the order's store.
STORE_IDS = "store_ids"

_SAME = ("id", "number", "order_type", "status", "currency", "placed_at", "properties", "external_ids")
_AMOUNTS = ("shipping_total", "discount_total", "tax_total", "total")
_COLUMNS = (
    *_SAME,
    *_AMOUNTS,
    *(
        "market_id",
        "market__code",
        "store__code",
        "store__external_ids",
        "customer_data",
        "customer__external_ids",
    ),
    *("billing", "shipping", "tags", "version", "modified_at"),
)
_LINE_SAME = ("number", "sku", "name", "quantity", "tax_rate", "properties")
_LINE_MONEY = ("unit_price", "discount", "tax", "total")
_LINE_COLUMNS = ("order_id", *_LINE_SAME, *_LINE_MONEY)

_sections: dict[str, Loader] = {}
_kept_lines: OrderedDict[int, tuple[Stamp, tuple[Line, ...]]] = OrderedDict()


def register_section(name: str, loader: Loader) -> None:
    """Add a part to every order document, from an app's `order_sections.py`.

    `loader(order_ids)` answers with the part of each order that has one, in a fixed number of statements.
    """
    if _sections.get(name, loader) is not loader:
        raise ValueError(f"two sections of the order document are called {name}")
    _sections[name] = loader


@cache
def discover() -> None:
    """Load the sections of all apps."""
    autodiscover_modules("order_sections")


def order_documents(order_ids: Collection[int]) -> dict[int, OrderDocument]:
    """The documents of these orders by id; ids that the scope does not show are missing."""
    discover()
    orders = _orders(list(order_ids))
    if not orders:
        return {}
    ids = [order["id"] for order in orders]
    lines = _lines_of(orders)
    groups = _market_groups({order["market_id"] for order in orders})
    sections = {name: loader(ids) for name, loader in _sections.items()}
    return {
        order["id"]: _document(
            order,
            lines[order["id"]],
            groups[order["market_id"]],
            {name: found[order["id"]] for name, found in sections.items() if order["id"] in found},
        )
        for order in orders
    }


def draft_document(draft: OrderDraft, number: str) -> OrderDocument:
    """The document of an order that is not placed yet; its id is 0."""
    totals = draft.totals
    money: dict[str, Any] = {name: Money(getattr(totals, name), draft.currency) for name in _AMOUNTS}
    return OrderDocument(
        id=0,
        number=number,
        order_type=draft.chart.name,
        status=draft.status.name,
        market=draft.market.code,
        market_groups=_market_groups([draft.market.pk])[draft.market.pk],
        store=draft.store.code if draft.store else "",
        currency=draft.currency,
        placed_at=draft.placed_at,
        customer=Customer(
            **draft.customer_data, external_ids=draft.customer.external_ids if draft.customer else {}
        ),
        billing=Address(**draft.billing),
        shipping=Address(**draft.shipping),
        lines=tuple(_draft_line(line, draft.currency) for line in draft.lines),
        tags=tuple(draft.tags),
        properties=draft.properties,
        external_ids=draft.external_ids,
        **money,
    )


def _draft_line(line: DraftLine, currency: str) -> Line:
    money: dict[str, Any] = {name: Money(getattr(line, name), currency) for name in _LINE_MONEY}
    plain = {name: getattr(line, name) for name in _LINE_SAME if name != "sku"}
    return Line(sku=line.product.sku, **plain, **money)


def lines_stay(order_id: int, before: Stamp, after: Stamp) -> None:
    """Tell that a change of the order, from one stamp to the next, has left its lines as they were."""
    kept = _kept_lines.get(order_id)
    if kept is not None and kept[0] == before:
        _kept_lines[order_id] = (after, kept[1])


def _lines_of(orders: Sequence[Mapping[str, Any]]) -> dict[int, tuple[Line, ...]]:
    """The lines as they are in each order's version; those that this process has read of it are not read again."""
    stamps = {order["id"]: (order["version"], order["modified_at"]) for order in orders}
    found = {
        pk: kept[1] for pk, stamp in stamps.items() if (kept := _kept_lines.get(pk)) and kept[0] == stamp
    }
    unknown = {order["id"]: order["currency"] for order in orders if order["id"] not in found}
    if unknown:
        read: dict[int, list[Line]] = {pk: [] for pk in unknown}
        for row in _lines(list(unknown)):
            read[row["order_id"]].append(_line(row, unknown[row["order_id"]]))
        for pk, lines in read.items():
            found[pk] = tuple(lines)
            _keep(pk, stamps[pk], found[pk])
    return found


def _keep(order_id: int, stamp: Stamp, lines: tuple[Line, ...]) -> None:
    _kept_lines[order_id] = (stamp, lines)
    _kept_lines.move_to_end(order_id)
    while len(_kept_lines) > _MOST_KEPT:
        _kept_lines.popitem(last=False)


def _market_groups(market_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for market_id, code in _groups(list(market_ids)):
        found[market_id].append(code)
    return {market_id: tuple(found[market_id]) for market_id in market_ids}


def _document(
    order: Mapping[str, Any], lines: tuple[Line, ...], groups: tuple[str, ...], sections: Mapping[str, Any]
) -> OrderDocument:
    money: dict[str, Any] = {name: Money(order[name], order["currency"]) for name in _AMOUNTS}
    return OrderDocument(
        **{name: order[name] for name in _SAME},
        market=order["market__code"],
        market_groups=groups,
        store=order["store__code"] or "",
        customer=Customer(**order["customer_data"], external_ids=order["customer__external_ids"] or {}),
        billing=Address(**order["billing"]),
        shipping=Address(**order["shipping"]),
        lines=lines,
        tags=tuple(order["tags"]),
        sections={**sections, STORE_IDS: ids} if (ids := order["store__external_ids"]) else sections,
        **money,
    )


def _line(row: Mapping[str, Any], currency: str) -> Line:
    plain: dict[str, Any] = {name: row[name] for name in _LINE_SAME}
    money: dict[str, Any] = {name: Money(row[name], currency) for name in _LINE_MONEY}
    return Line(**plain, **money)


_orders = Kept(lambda ids: Order.objects.filter(pk__in=ids).order_by().values(*_COLUMNS))
_lines = Kept(
    lambda ids: OrderLine.objects.filter(order_id__in=ids).order_by("number").values(*_LINE_COLUMNS)
)
_groups = Kept(
    lambda ids: (
        Market.objects.filter(pk__in=ids, groups__isnull=False)
        .order_by("groups__code")
        .values_list("pk", "groups__code")
    )
)
