"""What event deliveries tell of orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connectors.subscriptions.following import OrderFacts
from tenants.apikit import show
from workflows.models import Order


def facts(order_ids: Collection[int]) -> dict[int, OrderFacts]:
    rows = Order.objects.filter(pk__in=order_ids).order_by().values_list("pk", "order_type", "status")
    return {pk: OrderFacts(type=order_type, status=status) for pk, order_type, status in rows}


def documents(order_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Orders as the API shows them. Its modules are loaded by who sends whole orders only."""
    from workflows.api.one_order import with_parts
    from workflows.api.order_serializers import OrderSerializer

    rows = with_parts(Order.objects.all(), None).filter(pk__in=order_ids).order_by()
    return {order.pk: show(OrderSerializer, order) for order in rows}
