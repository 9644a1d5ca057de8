"""The scheduled import of a shop's orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.ecommerce import OrderSource, Page
from workflows.imports.orders import take_orders
from workflows.imports.rules import TASK_TYPE, ImportRules, check_rules
from workflows.models import Trigger
from workflows.schedules.pages import Reading, read_call, went_on
from workflows.schedules.types import Leg, Progress, TaskContext, register


@register
class ImportOrders(Reading):
    name = TASK_TYPE
    label = "Import orders"
    description = (
        "Takes in the orders of a shop or the receipts of tills that are new or changed since the last run."
    )
    capability = OrderSource
    operation = "import_orders"
    properties = ImportRules

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        yield from check_rules(properties, connector)

    def plan(self, context: TaskContext) -> Leg:
        return Leg(call=read_call(context, self.operation))

    def store(self, context: TaskContext, result: Any) -> Progress:
        page: Page = result
        waymark = went_on(context, page.cursor, page.more)
        connector = context.connector
        assert connector is not None
        taken = take_orders(
            connector, page.items, context.properties, trigger=Trigger.SCHEDULE, actor=context.actor
        )
        return Progress(
            cursor=page.cursor or context.cursor,
            more=page.more,
            counts={
                "read": len(page.items),
                **taken.counts,
                **({"unread": len(page.unread)} if page.unread else {}),
            },
            remarks=(*page.unread, *taken.remarks),
            waymark=waymark,
        )
