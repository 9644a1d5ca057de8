"""How a connector's orders are taken in: what its ImportOrders task says, also for orders that come by webhook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.runtime import runtime
from connectors.schema import Boolean, Settings, SettingsError, Text
from tenants.models import Market
from workflows import lookups
from workflows.chart import UnknownOrderType, chart_of
from workflows.models import ScheduledTask
from workflows.problems import FieldErrors

TASK_TYPE = "ImportOrders"
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class ImportRules(Settings):
    number_prefix = Text(
        "NumberPrefix",
        key="NumberPrefix",
        required=False,
        default="",
        help="In front of the shop's order numbers, so that those of two shops never clash, such as NO-.",
    )
    market = Text(
        "Market",
        key="Market",
        required=False,
        default="",
        help="Code of the market; empty: the connector's only market, else that of the order's currency and country.",
    )
    order_type = Text(
        "OrderType", key="OrderType", required=False, default="", help="Empty: the default order type."
    )
    return_order_type = Text(
        "ReturnOrderType",
        key="ReturnOrderType",
        required=False,
        default="",
        help="Order type of goods that came back over a counter; empty: such returns are not taken in.",
    )
    create_products = Boolean(
        "CreateProducts",
        key="CreateProducts",
        required=False,
        default=True,
        help="Create products that are not known yet; false refuses orders with them.",
    )


def check_rules(rules: Any, connector: ConnectorConfig | None) -> Iterator[str]:
    """What would refuse every order, with the cure."""
    if rules.number_prefix and not _PREFIX.fullmatch(rules.number_prefix):
        yield "NumberPrefix: use letters, digits, dots, dashes or underscores, such as NO-."
    if rules.market:
        yield from _check_market(rules.market, connector)
    for label, name in (("OrderType", rules.order_type), ("ReturnOrderType", rules.return_order_type)):
        if name and connector is not None:
            try:
                chart_of(runtime(connector.tenant_id), name, retired=False)
            except UnknownOrderType as error:
                yield f"{label}: {error}"


def rules_of(config: ConnectorConfig) -> Any:
    """Those of the connector's import task, an active one first; the defaults where there is none."""
    tasks = ScheduledTask.objects.filter(connector_id=config.id, type=TASK_TYPE)
    task = tasks.order_by("-active", "pk").first()
    try:
        return ImportRules.compile({}, task.properties if task else {})
    except SettingsError as error:
        raise ValueError(f"Scheduled task {task}: {error}") from None


def _check_market(code: str, connector: ConnectorConfig | None) -> Iterator[str]:
    errors = FieldErrors()
    found: Market | None = lookups.market(code, errors)
    yield from (f"Market: {text}" for _, text in errors)
    serves = connector.enabled_markets if connector else frozenset()
    if found is not None and serves and found.code.lower() not in serves:
        yield f"Market: the connector is enabled for {', '.join(sorted(serves)).upper()} only; use one of these."
