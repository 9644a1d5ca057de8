"""Finds what a document names by code, and says what to use instead when there is no such thing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Lower

from connectors.models import Connector
from tenants.models import Market, Store
from workflows.chart import suggest
from workflows.models import Customer, ImportedObject, Order, Product
from workflows.problems import FieldErrors

_NEAR = 50


def market(code: str, errors: FieldErrors) -> Market | None:
    """The market of this code, in any case, unless it is switched off."""
    return _by_code(Market.objects, code, errors)


def store(code: str, errors: FieldErrors) -> Store | None:
    """The store of this code, in any case, unless it is switched off."""
    return _by_code(Store.objects, code, errors)


def _by_code(manager: models.Manager[Any], code: str, errors: FieldErrors) -> Any:
    name = manager.model._meta.verbose_name
    rows = manager.annotate(code_key=Lower("code"))
    found = rows.filter(code_key=code.lower()).first()
    if found is not None and found.is_active:
        return found
    active = rows.filter(is_active=True).values_list("code", flat=True)[:1_000]
    problem = f"There is no {name} {code!r}" if found is None else f"The {name} {code!r} is switched off"
    errors.add(str(name), f"{problem}; {suggest(code, active)}")
    return None


def customer(number: str) -> Customer | None:
    return Customer.objects.filter(number=number).first()


def products(skus: Collection[str]) -> dict[str, Product]:
    """Those of these SKUs that exist and may be ordered."""
    return {item.sku: item for item in Product.objects.filter(sku__in=set(skus), is_active=True)}


def refuse_sku(sku: str, near: Collection[str], errors: FieldErrors) -> None:
    cure = suggest(sku, near) if near else "create the product or switch it on first"
    errors.add("sku", f"There is no product with SKU {sku!r} to order; {cure}")


def near_skus(skus: Collection[str]) -> list[str]:
    """SKUs that begin like one of these, to suggest them: bounded, and only asked when something is wrong."""
    starts = Q(pk__in=[])
    for sku in sorted(skus)[:20]:
        starts |= Q(sku__istartswith=sku[: max(2, len(sku) // 2)])
    found = Product.objects.filter(starts, is_active=True).order_by("sku").values_list("sku", flat=True)
    return list(found[:_NEAR])


def with_external_id(rows: models.QuerySet[Any], wanted: Mapping[str, str]) -> models.QuerySet[Any]:
    """Rows that carry this id of this system."""
    if connection.features.supports_json_field_contains:
        return rows.filter(external_ids__contains=dict(wanted))
    for system, value in wanted.items():
        rows = rows.alias(wanted_id=KeyTransform(system, "external_ids")).filter(wanted_id=value)
    return rows


def orders_of(text: str) -> list[int]:
    """Ids of the few orders that an id of another system means: of a shop, or written as erp:SO-9."""
    system, colon, given = text.partition(":")
    if colon and system and given:
        named = with_external_id(Order.objects.all(), {system: given})
        return list(named.order_by("-id").values_list("pk", flat=True)[:_NEAR])
    imported = ImportedObject.objects.filter(
        connector__in=Connector.objects.values("pk"), external_id=text, order__isnull=False
    )
    return list(imported.values_list("order_id", flat=True)[:_NEAR])
