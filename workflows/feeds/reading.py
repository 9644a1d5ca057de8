"""Products as feeds see them, a page at a time and with what of them may be sold."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Sum

from connectors.contracts.feeds import FeedProduct
from workflows.models import InventoryLevel, Product


def products_after(key: int, count: int) -> list[Product]:
    """The next active products in the order of their keys, which never changes."""
    rows = Product.objects.filter(pk__gt=key, is_active=True).order_by("pk")
    return list(rows.defer("created_at", "modified_at")[:count])


def as_feed_products(rows: Sequence[Product], stores: Sequence[int] | None) -> list[FeedProduct]:
    """`stores` are those whose stock counts, by primary key; None for all that are in service."""
    available = _available(rows, stores)
    return [
        FeedProduct(
            sku=row.sku,
            name=row.name,
            unit=row.unit,
            price=row.price,
            currency=row.currency,
            tax_rate=row.tax_rate,
            available=available.get(row.pk, Decimal(0)),
            external_ids=row.external_ids,
            properties=row.properties,
        )
        for row in rows
    ]


def _available(rows: Sequence[Product], stores: Sequence[int] | None) -> dict[int, Decimal]:
    levels = InventoryLevel.objects.filter(product_id__in=[row.pk for row in rows])
    levels = levels.filter(store__is_active=True) if stores is None else levels.filter(store_id__in=stores)
    sums = levels.order_by().values("product_id").annotate(left=Sum(F("on_hand") - F("reserved")))
    return {item["product_id"]: item["left"] for item in sums}
