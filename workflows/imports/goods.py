"""Products that a shop sells and nobody has told us of yet."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.contracts.ecommerce import ImportedLine, ImportedOrder
from tenants.scoping import current_tenant
from workflows.models import Product

_LONGEST_SKU, _LONGEST_NAME, _HIGHEST_RATE = 64, 200, 1000


def create_missing(orders: Iterable[ImportedOrder]) -> int:
    """Create the products of these orders' lines that do not exist, in two statements; tells how many were missing."""
    lines = {line.sku: line for order in orders for line in order.lines if _is_usable(line)}
    known = set(Product.objects.filter(sku__in=list(lines)).values_list("sku", flat=True))
    missing = sorted(set(lines) - known)
    if missing:
        # Another import may be creating the same ones right now; then theirs stand.
        Product.objects.bulk_create([_product(lines[sku]) for sku in missing], ignore_conflicts=True)
    return len(missing)


def _is_usable(line: ImportedLine) -> bool:
    """Else the order is refused with the reason, and nothing is created for it."""
    return 0 < len(line.sku) <= _LONGEST_SKU and 0 <= line.tax_rate < _HIGHEST_RATE


def _product(line: ImportedLine) -> Product:
    return Product(
        tenant=current_tenant(),
        sku=line.sku,
        name=line.name[:_LONGEST_NAME] or line.sku,
        tax_rate=round(line.tax_rate, 3),
    )
