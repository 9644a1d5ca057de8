"""Tasks that read how orders stand elsewhere: in the books, and in warehouses. What an order is found by is its number."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import CatalogPage
from connectors.runtime import runtime
from connectors.schema import Settings, Text
from workflows.chart import charts_of
from workflows.models import Lane, Order, Trigger
from workflows.orders import add_error, apply_changes, solve_errors
from workflows.problems import OrderBusy, OrderProblem
from workflows.schedules.pages import Reading, read_call, went_on
from workflows.schedules.types import Leg, Progress, TaskContext
from workflows.statuses import change_status

News = TypeVar("News")


class OrderNews(Reading, Generic[News]):
    """Reads page by page; each item names the order that it is about by `reference`."""

    def plan(self, context: TaskContext) -> Leg:
        return Leg(call=read_call(context, self.operation))

    def store(self, context: TaskContext, result: Any) -> Progress:
        page: CatalogPage[News] = result
        waymark = went_on(context, page.cursor, page.more)
        counts: Counter[str] = Counter(read=len(page.items))
        remarks: list[str] = []
        orders = _orders(item.reference for item in page.items)  # type: ignore[attr-defined]
        for item in page.items:
            reference: str = item.reference  # type: ignore[attr-defined]
            order = orders.get(reference)
            if order is None:
                counts["unknown"] += 1
                continue
            try:
                counts[self._take(context, order, item, remarks)] += 1
            except OrderBusy as error:
                # For the database's reason the page is taken once more.
                raise error.__cause__ or error from None
        cursor = page.cursor or context.cursor
        return Progress(cursor=cursor, more=page.more, counts=counts, remarks=tuple(remarks), waymark=waymark)

    def _take(self, context: TaskContext, order: Order, item: News, remarks: list[str]) -> str:
        changes = self.changes(order, item)
        fresh = {name: value for name, value in changes.items() if order.properties.get(name) != value}
        told = apply_changes(order.pk, {"properties": fresh}) if fresh else []
        told += self._move(context, order, self.status(context, order, item))
        order.properties = {**order.properties, **fresh}
        remarks.extend(f"Order {order.number}: {text}" for text in told)
        if told:
            return "failed"
        return "updated" if fresh else "unchanged"

    def _move(self, context: TaskContext, order: Order, wanted: str) -> Sequence[str]:
        """What keeps the order from going where it should; staff find it on the order, because no news may follow."""
        if not wanted or order.status.lower() == wanted.lower():
            return []
        try:
            change_status(
                order,
                wanted,
                actor=context.actor or context.name,
                reason=self.label,
                trigger=Trigger.SCHEDULE,
            )
        except OrderBusy:
            raise
        except OrderProblem as error:
            text = f"{self.label}: the order should go to {wanted}, but {error}. Move it by hand, then solve this"
            add_error(order.pk, f"news:{self.name}", text)
            return [text]
        solve_errors(order.pk, [f"news:{self.name}"])
        return []

    @abstractmethod
    def changes(self, order: Order, item: News) -> Mapping[str, Any]:
        """Properties of the order that the item sets."""

    @abstractmethod
    def status(self, context: TaskContext, order: Order, item: News) -> str:
        """Where the order goes; "" leaves it where it is."""


def _orders(references: Any) -> dict[str, Order]:
    """Their lanes locked, lowest first as the engine does, before any of the orders."""
    found = list(Order.objects.filter(number__in={item for item in references if item}))
    ids = [order.pk for order in found]
    list(Lane.objects.select_for_update().filter(order_id__in=ids).order_by("pk"))
    return {order.number: order for order in found}


def status_setting(name: str, when: str) -> Any:
    return Text(
        name, key=name, required=False, default="", help=f"Status that an order goes to {when}; empty: none."
    )


def check_statuses(
    properties: Settings, connector: ConnectorConfig | None, names: Sequence[str]
) -> Iterator[str]:
    """Statuses that no published order type has. `names` are those of the settings."""
    if connector is None:
        return
    charts = charts_of(runtime(connector.tenant_id)).values()
    known = {status.lower() for chart in charts for status in chart.statuses}
    for name in names:
        value, label = getattr(properties, name), name.title().replace("_", "")
        if value and value.lower() not in known:
            yield f"{label}: no published order type has the status {value}; publish one that has it, or name another"
