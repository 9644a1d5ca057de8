"""Takes a shop's orders in, each once, whoever brings them: a scheduled import, a webhook, or a person trying again.

Locks are taken in one order by everybody: the rows of what was imported, lanes, orders.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from connectors.compiled import ConnectorConfig
from connectors.contracts.ecommerce import ImportedOrder, OrderKind
from tenants.models import Store
from workflows.imports import documents, goods
from workflows.imports.changes import apply_copy
from workflows.imports.markets import ImportRefused, Markets
from workflows.imports.memory import is_news, locked_rows, save_rows
from workflows.models import ImportedObject, Lane, Order
from workflows.orders import place_order
from workflows.places import stores_by_place
from workflows.problems import DuplicateNumber, OrderBusy, OrderProblem

log = logging.getLogger(__name__)

_State = ImportedObject.State

LONGEST_ID = 200


@dataclass(slots=True)
class Tally:
    """`counts` by what became of the copies; `remarks` tell of those that could not be taken in."""

    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)


def take_orders(
    config: ConnectorConfig, orders: Iterable[ImportedOrder], rules: Any, *, trigger: str, actor: str = ""
) -> Tally:
    """Place orders that are new and apply what may change in those that are known, in the caller's transaction.

    An order that cannot be taken in is recorded with the reason and stops no other. Raises OperationalError when a
    lock cannot be had; then nothing is taken in.
    """
    latest: dict[str, ImportedOrder] = {}
    nameless = 0
    for order in sorted(map(documents.storable, orders), key=lambda item: item.modified_at):
        if 0 < len(order.external_id) <= LONGEST_ID:
            latest[order.external_id] = order
        else:
            nameless += 1
    with transaction.atomic():
        tally = _Taking(config, rules, trigger, actor).take(list(latest.values())) if latest else Tally()
    if nameless:
        tally.counts["failed"] += nameless
        tally.remarks.append(f"{nameless} orders carry no usable id of the shop")
    return tally


class _Taking:
    """One page. `known` are the orders here that earlier copies became, by primary key."""

    def __init__(self, config: ConnectorConfig, rules: Any, trigger: str, actor: str) -> None:
        self.config = config
        self.rules = rules
        self.trigger = trigger
        self.actor = actor or f"{config.display_name or config.name}"
        self.source = config.connector_id or config.name
        self.markets = Markets(config, rules)
        self.tally = Tally()
        self.known: dict[int, Order] = {}

    def take(self, orders: Sequence[ImportedOrder]) -> Tally:
        rows = locked_rows(self.config, orders)
        fresh = [order for order in orders if is_news(rows[order.external_id], order)]
        self.tally.counts["unchanged"] += len(orders) - len(fresh)
        self._lock(rows[order.external_id] for order in fresh)
        if self.rules.create_products:
            coming = [order for order in fresh if self._is_placed(rows[order.external_id], order)]
            self.tally.counts["products created"] += goods.create_missing(coming)
        for order in fresh:
            self._take(rows[order.external_id], order)
        save_rows([rows[order.external_id] for order in fresh])
        return self.tally

    def _lock(self, rows: Iterable[ImportedObject]) -> None:
        """The lanes of all orders that may change, lowest first as the engine does, before any of the orders."""
        ids = sorted(row.order_id for row in rows if row.order_id)
        if ids:
            list(Lane.objects.select_for_update().filter(order_id__in=ids).order_by("pk"))
            self.known = Order.objects.in_bulk(ids)

    def _is_placed(self, row: ImportedObject, order: ImportedOrder) -> bool:
        return not (row.was_placed or order.cancelled or self.config.retired)

    def _take(self, row: ImportedObject, order: ImportedOrder) -> None:
        """In a savepoint, so that what one order breaks is undone alone."""
        row.tries += 1
        try:
            with transaction.atomic():
                done = self._change(row, order) if row.was_placed else self._place(row, order)
        except (ImportRefused, OrderProblem) as error:
            if isinstance(error, OrderBusy) and error.__cause__:
                raise error.__cause__ from None
            self._refuse(row, order, _explained(error))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("order %s of connector %d cannot be taken in", order.external_id, self.config.id)
            self._refuse(row, order, "Internal error; the log has the details")
        else:
            row.document = None
            self.tally.counts[done] += 1
        row.modified_at, row.seen_at = order.modified_at, timezone.now()
        row.cancelled = order.cancelled
        row.number = order.number[:100]

    def _place(self, row: ImportedObject, order: ImportedOrder) -> str:
        reason = self._not_wanted(order)
        if reason:
            row.state, row.reason = _State.SKIPPED, reason
            return "skipped"
        _check(order)
        data = documents.order_data(
            self._routed(order),
            number=documents.order_number(order, self.rules.number_prefix),
            market=self.markets.of(order),
            order_type=self._order_type(order),
            source=self.source,
        )
        row.order = place_order(data, actor=self.actor, trigger=self.trigger).order
        row.state, row.reason = _State.IMPORTED, ""
        _remember(row, order)
        return "new"

    def _change(self, row: ImportedObject, order: ImportedOrder) -> str:
        known = self.known.get(row.order_id or 0)
        if known is None:
            row.state, row.reason = _State.SKIPPED, "The order that it became here was deleted"
            return "skipped"
        row.reason = apply_copy(known, row, order, source=self.source, actor=self.actor, trigger=self.trigger)
        row.state = _State.IMPORTED
        _remember(row, order)
        return "updated"

    def _order_type(self, order: ImportedOrder) -> str:
        if _came_back(order):
            found: str = self.rules.return_order_type
            return found
        return self.rules.order_type or order.order_type

    def _routed(self, order: ImportedOrder) -> ImportedOrder:
        """With the store whose place the order is from; a place that no store has leaves it without."""
        if order.store or not order.location:
            return order
        store = self.stores.get(order.location.lower())
        return replace(order, store=store.code) if store else order

    @cached_property
    def stores(self) -> dict[str, Store]:
        return stores_by_place(self.config)

    def _not_wanted(self, order: ImportedOrder) -> str:
        if order.cancelled:
            return "Cancelled in the shop before it came in"
        if _came_back(order) and not self.rules.return_order_type:
            return "A return; name its order type in the property ReturnOrderType of the ImportOrders task"
        return "The connector is retired and takes nothing new" if self.config.retired else ""

    def _refuse(self, row: ImportedObject, order: ImportedOrder, reason: str) -> None:
        row.state, row.reason, row.document = _State.ERROR, reason, documents.dump(order)
        self.tally.counts["failed"] += 1
        self.tally.remarks.append(f"Order {order.number or order.external_id}: {reason}")


def _remember(row: ImportedObject, order: ImportedOrder) -> None:
    """What this copy said, by which the next one is judged."""
    row.checksum, row.tags = documents.fixed_part(order), list(order.tags)
    row.properties = documents.checksums(documents.order_properties(order))


def _came_back(order: ImportedOrder) -> bool:
    return order.kind is OrderKind.RETURN


def _check(order: ImportedOrder) -> None:
    """What the intake would refuse in words that are meant for callers of the API."""
    nameless = [line.name or f"#{place}" for place, line in enumerate(order.lines, start=1) if not line.sku]
    if nameless:
        raise ImportRefused(f"No SKU is given for {', '.join(nameless)}; give the article one in the shop")
    amounts = [order.total, order.shipping_total, *(line.unit_price for line in order.lines)]
    foreign = sorted({money.currency for money in amounts} - {order.currency})
    if foreign:
        raise ImportRefused(f"The order is in {order.currency}, but amounts of it in {', '.join(foreign)}")


def _explained(error: Exception) -> str:
    if isinstance(error, DuplicateNumber):
        return (
            f"{str(error).split(';')[0]}; set the property NumberPrefix of the connector's ImportOrders task, "
            "then import this again"
        )
    return str(error)
