"""A merchant with a till: published configuration, tasks and steps in this process, the vendor on a real socket."""

from __future__ import annotations

from typing import Any

from connectors import inbox
from connectors.compiled import ConnectorConfig
from connectors.sandbox import Sandbox
from tenants.scoping import platform_scope
from tests.factories.connectors import publish_connector
from tests.factories.workflows import Shop
from tests.shop import CALLERS
from workflows import orders
from workflows.engine.pump import Pump
from workflows.models import ImportedObject, Order, ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now


class Till:
    """`connect` publishes the connector once; `task` runs a scheduled task of it to its end."""

    def __init__(self, vendors: Sandbox, shop: Shop, slug: str) -> None:
        self.vendors = vendors
        self.shop = shop
        self.slug = slug
        self.config: ConnectorConfig | None = None

    def connect(self, **values: Any) -> ConnectorConfig:
        host = f"{self.vendors.url}/{self.slug}"
        given = {"is_test": True, "host": host, "enabled_markets": ["NOR"], **values}
        self.config = publish_connector(self.shop.tenant, self.slug, **given)
        return self.config

    def task(self, kind: str, **properties: Any) -> ScheduledRun:
        assert self.config is not None
        task, _ = ScheduledTask.objects.get_or_create(
            type=kind,
            connector_id=self.config.id,
            defaults={"name": kind, "cron": "0 3 * * *", "active": False, "properties": properties},
        )
        run = run_now(task, "kari")
        with platform_scope("a slice serves all tenants"):
            Slice().run(20)
        run.refresh_from_db()
        return run

    def move(self, order: Order, status: str) -> dict[str, str]:
        """Steps of the run by name, with their state and message."""
        run = orders.change_status(order.pk, status)
        assert run is not None
        with platform_scope("a slice serves all tenants"):
            Pump(CALLERS).run(20, linger=0.0)
        return {step.name: f"{step.state}: {step.message}" for step in run.steps.order_by("position")}

    def listen(self) -> None:
        """Work off what was called in."""
        inbox.work_off_due()

    def imported(self) -> dict[str, str]:
        """State and reason of what came in, by the vendor's id."""
        return {row.external_id: f"{row.state} {row.reason}".strip() for row in ImportedObject.objects.all()}
