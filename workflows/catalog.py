"""Customers, products and inventory that other systems bring along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, connection, models, transaction

from tenants.bulk import NOW, insert_many
from tenants.models import Store
from tenants.money import Money, MoneyError
from tenants.scoping import current_tenant
from workflows import lookups
from workflows.chart import suggest
from workflows.models import Customer, InventoryLevel, Product
from workflows.problems import DuplicateCode, FieldErrors, InvalidData, NotFound

Row = TypeVar("Row", Customer, Product)

#: Rows by their place in what was sent, and what is wrong with rows, by place and path.
Rows = Mapping[int, Mapping[str, Any]]
Refused = dict[int, dict[str, list[str]]]

_TWICE = "This {name} is in row {first} too; send each once"
_NAMELESS = "This is missing; send the name of the new product"


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


def change(model: type[Row], code: Mapping[str, str], values: Mapping[str, Any]) -> Row:
    """Set these fields of the row that the code names. Raises NotFound and InvalidData."""
    with transaction.atomic():
        row = model.objects.select_for_update().filter(**code).first()
        if row is None:
            raise NotFound(f"there is no {model._meta.verbose_name} {next(iter(code.values()))}")
        errors = _set(row, values)
        if errors:
            raise InvalidData(errors.found)
        row.save()
        row.refresh_from_db(fields=["modified_at"])
    return row


def save_many(model: type[Row], key: str, rows: Rows) -> tuple[dict[int, bool], Refused]:
    """Create or change rows by their code, in two statements; fields that a row leaves out stay as they are.

    Returns by place whether the row is new, and what is wrong with those that were not saved.
    """
    wanted, refused = _once(rows, lambda row: row[key], key)
    with transaction.atomic():
        found = model.objects.filter(**{f"{key}__in": [rows[index][key] for index in wanted]})
        known = {getattr(row, key): row for row in found.order_by("pk").select_for_update()}
        saved: dict[int, Row] = {}
        for index in wanted:
            row = known.get(rows[index][key]) or model(tenant=current_tenant())
            errors = _set(row, rows[index])
            if errors:
                refused[index] = errors.found
            else:
                saved[index] = row
        new = {index: row.pk is None for index, row in saved.items()}
        upsert(model, key, saved.values())
    return new, refused


def upsert(model: type[Row], key: str, rows: Iterable[Row]) -> dict[str, int]:
    """Insert or update, also where another caller has inserted one of them since; the primary keys by `key`."""
    fixed = {"id", "tenant", key, "created_at"}
    columns = [field.name for field in model._meta.concrete_fields if field.name not in fixed]
    for row in (rows := sorted(rows, key=lambda row: str(getattr(row, key)))):
        row.pk = None
    made = model.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["tenant", key], update_fields=columns
    )
    return {str(getattr(row, key)): row.pk for row in made}


def _set(row: Customer | Product, values: Mapping[str, Any]) -> FieldErrors:
    errors = FieldErrors()
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, Product):
        _judge_product(row, errors)
    return errors


def _judge_product(product: Product, errors: FieldErrors) -> None:
    if not product.name:
        errors.add("name", _NAMELESS)
    if product.price is None:
        return
    if not product.currency:
        errors.add("currency", "This is missing; send the currency of the price.")
        return
    with errors.catch("price", MoneyError):
        price = Money.of(product.price, product.currency)
        product.price, product.currency = price.amount, price.currency


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
    level.refresh_from_db(fields=["modified_at"])
    return level


def set_levels(rows: Rows) -> tuple[list[int], Refused]:
    """As `set_inventory` for many rows, in three statements. The places of those that were saved, and what is wrong."""
    stores = {code.lower(): pk for code, pk in Store.objects.filter(is_active=True).values_list("code", "pk")}
    skus = {row["sku"] for row in rows.values()}
    products = dict(Product.objects.filter(sku__in=skus, is_active=True).values_list("sku", "pk"))
    strangers = skus - products.keys()
    near = lookups.near_skus(strangers) if strangers else []
    wanted, refused = _once(rows, lambda row: (row["sku"], row["store"].lower()), "product and store")
    levels, saved = {}, []
    for index in wanted:
        row, errors = rows[index], FieldErrors()
        product, store = products.get(row["sku"]), stores.get(row["store"].lower())
        if product is None:
            lookups.refuse_sku(row["sku"], near, errors)
        if store is None:
            errors.add("store", f"There is no active store {row['store']!r}; {suggest(row['store'], stores)}")
        if product is None or store is None:
            refused[index] = errors.found
            continue
        levels[product, store] = Decimal(row["on_hand"])
        saved.append(index)
    write_levels(levels)
    return saved, refused


def write_levels(levels: Mapping[tuple[int, int], Decimal]) -> None:
    """What there is of each product (id) in each store (id), in one statement; what is reserved stays."""
    tenant = current_tenant()
    rows = [
        {
            "tenant_id": tenant.pk,
            "product_id": product,
            "store_id": store,
            "on_hand": on_hand,
            "reserved": 0,
        }
        # Sorted, so that two callers never wait for each other in a circle.
        for (product, store), on_hand in sorted(levels.items())
    ]
    insert_many(
        InventoryLevel,
        rows,
        expressions={"modified_at": NOW[connection.vendor]},
        unique=["product_id", "store_id"],
        update=["on_hand", "modified_at"],
    )


def _once(rows: Rows, key: Any, name: str) -> tuple[list[int], Refused]:
    """The places of the rows of which each key is the first, and the refusal of the others."""
    first: dict[Any, int] = {}
    refused: Refused = {}
    for index, row in rows.items():
        place = first.setdefault(key(row), index)
        if place != index:
            refused[index] = {"": [_TWICE.format(name=name, first=place)]}
    return list(first.values()), refused
