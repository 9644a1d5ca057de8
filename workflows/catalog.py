"""Customers, products and inventory that other systems bring along."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction

from workflows import lookups
from workflows.models import Customer, InventoryLevel, Product
from workflows.problems import DuplicateCode, FieldErrors, InvalidData


def create_customer(**values: Any) -> Customer:
    """Raises DuplicateCode when the tenant has a customer of this number."""
    return _create(Customer.objects, "number", values)


def create_product(**values: Any) -> Product:
    """Raises DuplicateCode when the tenant has a product of this SKU."""
    return _create(Product.objects, "sku", values)


def _create(manager: models.Manager[Any], key: str, values: dict[str, Any]) -> Any:
    try:
        with transaction.atomic():
            return manager.create(**values)
    except IntegrityError:
        if not manager.filter(**{key: values[key]}).exists():
            raise
        name = manager.model._meta.verbose_name
        raise DuplicateCode(key, f"there already is a {name} {values[key]}; use another {key}") from None


def set_inventory(*, sku: str, store: str, on_hand: Decimal) -> InventoryLevel:
    """Say what a store has of a product now; what is reserved stays. Raises InvalidData for unknown codes."""
    errors = FieldErrors()
    where = lookups.store(store, errors)
    product = lookups.products({sku}).get(sku)
    if product is None:
        lookups.refuse_sku(sku, lookups.near_skus({sku}), errors)
    if where is None or product is None:
        raise InvalidData(errors.found)
    level, _ = InventoryLevel.objects.update_or_create(
        product=product, store=where, defaults={"on_hand": on_hand}
    )
    return level
