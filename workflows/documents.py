"""Loads orders as the documents that steps and exporters see, any number of them in as many statements as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from django.db.models import Prefetch
from django.utils.module_loading import autodiscover_modules

from connectors.contracts.common import Address, Customer, Line, OrderDocument
from tenants.models import Market
from tenants.money import Money
from workflows.models import Order, OrderLine

Loader = Callable[[Collection[int]], Mapping[int, Any]]

_sections: dict[str, Loader] = {}


def register_section(name: str, loader: Loader) -> None:
    """Add a part to every order document, from an app's `order_sections.py`.

    `loader(order_ids)` answers with the part of each order that has one, in a fixed number of statements.
    """
    if _sections.get(name, loader) is not loader:
        raise ValueError(f"two sections of the order document are called {name}")
    _sections[name] = loader


@cache
def _discover() -> None:
    autodiscover_modules("order_sections")


def order_documents(order_ids: Collection[int]) -> dict[int, OrderDocument]:
    """The documents of these orders by id; ids that the scope does not show are missing."""
    _discover()
    orders = list(
        Order.objects.filter(pk__in=order_ids)
        .select_related("market", "store", "customer")
        .prefetch_related(Prefetch("lines", OrderLine.objects.order_by("number")))
    )
    if not orders:
        return {}
    ids = [order.pk for order in orders]
    groups = _market_groups({order.market_id for order in orders})
    sections = {name: loader(ids) for name, loader in _sections.items()}
    return {
        order.pk: _document(
            order,
            groups[order.market_id],
            {name: found[order.pk] for name, found in sections.items() if order.pk in found},
        )
        for order in orders
    }


def _market_groups(market_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Market.objects.filter(pk__in=market_ids, groups__isnull=False).order_by("groups__code")
    for market_id, code in rows.values_list("pk", "groups__code"):
        found[market_id].append(code)
    return {market_id: tuple(found[market_id]) for market_id in market_ids}


def _document(order: Order, groups: tuple[str, ...], sections: Mapping[str, Any]) -> OrderDocument:
    def money(amount: Any) -> Money:
        return Money(amount, order.currency)

    return OrderDocument(
        id=order.pk,
        number=order.number,
        order_type=order.order_type,
        status=order.status,
        market=order.market.code,
        market_groups=groups,
        store=order.store.code if order.store else "",
        currency=order.currency,
        placed_at=order.placed_at,
        customer=_customer(order),
        billing=Address(**order.billing),
        shipping=Address(**order.shipping),
        lines=tuple(_line(line, money) for line in order.lines.all()),
        shipping_total=money(order.shipping_total),
        discount_total=money(order.discount_total),
        tax_total=money(order.tax_total),
        total=money(order.total),
        tags=tuple(order.tags),
        properties=order.properties,
        external_ids=order.external_ids,
        sections=sections,
    )


def _customer(order: Order) -> Customer:
    external_ids = order.customer.external_ids if order.customer else {}
    return Customer(**order.customer_data, external_ids=external_ids)


def _line(line: OrderLine, money: Callable[[Any], Money]) -> Line:
    return Line(
        number=line.number,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=money(line.unit_price),
        discount=money(line.discount),
        tax_rate=line.tax_rate,
        tax=money(line.tax),
        total=money(line.total),
        properties=line.properties,
    )
