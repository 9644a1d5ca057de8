"""What a list of orders is narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from workflows import lookups
from workflows.models import ErrorStatus, Order, OrderError

_COLUMNS = {
    "status": "status",
    "order_type": "order_type",
    "number": "number",
    "market": "market__code__iexact",
    "store": "store__code__iexact",
    "customer": "customer__number",
    "placed_from": "placed_at__gte",
    "placed_before": "placed_at__lt",
    "modified_since": "modified_at__gte",
}


def narrowed(orders: QuerySet[Order], query: dict[str, Any]) -> QuerySet[Order]:
    """Of a checked query."""
    orders = orders.filter(**{column: query[name] for name, column in _COLUMNS.items() if name in query})
    if "has_errors" in query:
        active = Exists(OrderError.objects.filter(order=OuterRef("pk"), status=ErrorStatus.ACTIVE))
        orders = orders.filter(active if query["has_errors"] else ~active)
    return lookups.with_external_id(orders, query["external_id"]) if "external_id" in query else orders
