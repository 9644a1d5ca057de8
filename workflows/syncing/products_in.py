"""Products of another system become ours, or change what we have of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import ProductRecord, ProductSource
from connectors.schema import Boolean
from workflows.catalog import upsert
from workflows.models import Product, SyncItem
from workflows.schedules.types import register
from workflows.syncing import records
from workflows.syncing.fields_in import REFUSED, FieldsIn
from workflows.syncing.incoming import ImportRules, ImportTask, Taken, counted
from workflows.syncing.memory import State, Told

LONGEST_SKU = 64


class ProductImportRules(ImportRules):
    create_products = Boolean(
        "CreateProducts",
        key="CreateProducts",
        required=False,
        default=True,
        help="Create products that are not known yet; false only brings known ones up to date.",
    )
    deactivate_gone = Boolean(
        "DeactivateGone",
        key="DeactivateGone",
        required=False,
        default=False,
        help="Switch products off that a full compare no longer finds; orders then refuse them.",
    )


@register
class ImportProducts(ImportTask):
    name = "ImportProducts"
    label = "Import products"
    description = (
        "Takes over the products of a shop or ERP that are new or changed since the last run, by the connector's Field "
        "Mapping and its rules."
    )
    capability = ProductSource
    operation = "import_products"
    properties = ProductImportRules
    kind = SyncItem.Kind.PRODUCT
    record = ProductRecord

    def take(self, connector: ConnectorConfig, items: Sequence[Any], rules: Any) -> Taken:
        with transaction.atomic():
            return _Taking(connector, create=rules.create_products).take(items)

    def gone(self, unseen: Any, rules: Any) -> Mapping[str, int]:
        if not rules.deactivate_gone:
            return {}
        products = Product.objects.filter(pk__in=unseen.values("item_id"), is_active=True)
        return {"switched off": products.update(is_active=False, modified_at=Now())}


class _Taking:
    """One page. Products are locked in one order by everybody."""

    def __init__(self, config: ConnectorConfig, *, create: bool) -> None:
        self.create = create
        self.tenant_id = config.tenant_id
        self.source = config.connector_id or config.name
        self.fields = FieldsIn(config)
        self.told: dict[str, Told] = {}
        self.changed: dict[str, Product] = {}
        self.new: set[str] = set()
        self.twice: Counter[str] = Counter()

    def take(self, items: Sequence[ProductRecord]) -> Taken:
        wanted = {}
        for item in map(_storable, items):
            sku = self.fields.sku(item)
            self.twice["told twice"] += sku in wanted
            wanted[sku or f"id:{item.external_id}"] = (sku, item)
        skus = [sku for sku, _ in wanted.values() if sku]
        rows = Product.objects.filter(sku__in=skus).order_by("pk").select_for_update()
        known = {product.sku: product for product in rows}
        for key, (sku, item) in wanted.items():
            self.told[key] = self._take(key, sku, item, known.get(sku))
        ids = upsert(Product, "sku", self.changed.values())
        told = [self._with_id(item, ids, known) for item in self.told.values()]
        return Taken(told, counted(told, self.new) + self.twice)

    def _take(self, key: str, sku: str, item: ProductRecord, product: Product | None) -> Told:
        outcome: dict[str, Any] = {"key": key, "external_id": item.external_id}
        if not sku:
            reason = (
                f"{item.name or 'It'} has no SKU there; give it one, or map SkuId to a field that has one"
            )
            return Told(**outcome, state=State.SKIPPED, reason=reason)
        if len(sku) > LONGEST_SKU:
            reason = f"The SKU has more than {LONGEST_SKU} characters; shorten it there"
            return Told(**outcome, state=State.FAILED, reason=reason)
        if product is None and not self.create:
            reason = "There is no such product here; create it, or set CreateProducts to true"
            return Told(**outcome, state=State.SKIPPED, reason=reason)
        return self._apply(outcome, sku, item, product)

    def _apply(
        self, outcome: Mapping[str, Any], sku: str, item: ProductRecord, product: Product | None
    ) -> Told:
        mine = product or Product(tenant_id=self.tenant_id, sku=sku)
        try:
            changed = self.fields.apply(mine, item)
        except REFUSED as error:
            document = records.dump(item)
            return Told(**outcome, state=State.FAILED, reason=str(error), document=document)
        if item.external_id and mine.external_ids.get(self.source) != item.external_id:
            mine.external_ids = {**mine.external_ids, self.source: item.external_id}
            changed = True
        if product is None:
            self.new.add(outcome["key"])
        if changed:
            self.changed[sku] = mine
        return Told(**outcome, changed=changed)

    def _with_id(self, item: Told, ids: Mapping[str, int], known: Mapping[str, Product]) -> Told:
        product = known.get(item.key)
        found = ids.get(item.key) or (product and product.pk)
        return replace(item, item_id=found) if found else item


def _storable(item: ProductRecord) -> ProductRecord:
    """Without characters that no database holds."""
    return records.load(ProductRecord, {"sku": "", **records.dump(item)})
