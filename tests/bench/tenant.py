"""The tenant of the benchmark: one order type whose status Go makes four calls, each to a connector of its own. Others call
one more vendor each: Prompt one that answers at once, Slow one that takes its time, Stuck one that takes connections and
never answers."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from connectors.models import Connector, ConnectorProperty
from connectors.publishing import publish
from tenants.models import ApiKey, Market, Tenant
from tenants.scoping import tenant_scope
from tests.bench.bare import CALLS
from workflows.models import OrderStatus, OrderType, Product, WorkflowStep

ORDER: dict[str, Any] = {
    "market": "NOR",
    "customer": {"email": "kari@shop.example", "first_name": "Kari", "last_name": "Nordmann"},
    "shipping": {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": "0155",
        "city": "Oslo",
        "country": "NO",
    },
    "lines": [{"sku": "TENT-2", "quantity": "1", "unit_price": "1299.00", "tax_rate": "25"}] * 3,
}


#: What orders of these statuses call.
OTHERS = {"Prompt": "prompt", "Slow": "slow", "Stuck": "silent"}

#: Patience with these vendors, in ms.
TIMEOUT_MS = 2000


def make(vendor_url: str) -> str:
    """Returns the API key."""
    with transaction.atomic():
        tenant = Tenant.objects.create(slug="bench", name="Bench", environment="test")
        with tenant_scope(tenant):
            Market.objects.create(code="NOR", name="Norway", currency="NOK", country="NO", language="nb")
            Product.objects.create(sku="TENT-2", name="Tent for two", tax_rate="25")
            for number in range(1, CALLS + 1):
                _receiver(f"r{number}", vendor_url)
            for connector_id in OTHERS.values():
                _receiver(connector_id, vendor_url, timeout_ms=TIMEOUT_MS)
            _order_type()
            return ApiKey.issue(tenant, "Bench", ["*"])[1]


def _receiver(connector_id: str, vendor_url: str, **transport: int) -> None:
    connector = Connector.objects.create(
        name="Webhook", type="webhook", connector_id=connector_id, is_test=True, **transport
    )
    ConnectorProperty.objects.create(connector=connector, key="Url", value=f"{vendor_url}/{connector_id}")
    publish(connector)


def _order_type() -> None:
    order_type = OrderType.objects.create(name="Online", is_default=True)
    OrderStatus.objects.create(order_type=order_type, name="New", position=1)
    going = OrderStatus.objects.create(order_type=order_type, name="Go", position=2)
    for number in range(1, CALLS + 1):
        _export(going, number, f"r{number}")
    for position, (name, connector_id) in enumerate(OTHERS.items(), start=3):
        status = OrderStatus.objects.create(order_type=order_type, name=name, position=position)
        _export(status, 1, connector_id)
    publish(order_type)


def _export(status: OrderStatus, position: int, connector_id: str) -> None:
    WorkflowStep.objects.create(
        status=status,
        position=position,
        name="ExportOrder",
        connector="Webhook",
        connector_id=connector_id,
    )
