"""The scheduled exports of products, prices and customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from connectors.contracts.catalog import (
    CustomerRecord,
    CustomerSink,
    PriceRecord,
    PriceSink,
    ProductRecord,
    ProductSink,
)
from connectors.schema import Text
from tenants.money import MoneyError
from workflows.models import Customer, Product, SyncItem
from workflows.schedules.types import TaskContext, register
from workflows.syncing.batches import ExportRules, Outgoing
from workflows.syncing.customer_rules import customer_record
from workflows.syncing.fields_out import PRICE_REFUSED, FieldsOut, price_record
from workflows.syncing.outgoing import ExportTask


class _Products(ExportTask):
    def rows(self) -> QuerySet[Any]:
        return Product.objects.all()

    def keys_of(self, keys: Sequence[SyncItem]) -> QuerySet[Any]:
        return Product.objects.filter(sku__in=[row.key for row in keys])


@register
class ExportProducts(_Products):
    name = "ExportProducts"
    label = "Export products"
    description = (
        "Sends a shop or till the products that changed since they were last sent, by the Field Mapping."
    )
    capability = ProductSink
    operation = "export_products"
    properties = ExportRules
    kind = SyncItem.Kind.PRODUCT
    record = ProductRecord
    most = "most_products"

    def outgoing(self, row: Product, context: TaskContext) -> Outgoing | None:
        assert context.connector is not None
        try:
            record = FieldsOut(context.connector).record(row)
        except MoneyError as error:
            return Outgoing(key=row.sku, item_id=row.pk, problem=_unreadable(error))
        return Outgoing(key=row.sku, item_id=row.pk, record=record)


class PriceExportRules(ExportRules):
    price_list = Text(
        "PriceList",
        key="PriceList",
        required=False,
        default="",
        help="Name of the price list there that the prices go to; empty: the products' own prices.",
    )
    market = Text(
        "Market",
        key="Market",
        required=False,
        default="",
        help="Code of the market whose prices are sent, from the products' property Prices.",
    )


@register
class ExportPrices(_Products):
    name = "ExportPrices"
    label = "Export prices"
    description = "Sends a shop or till the prices that changed since they were last sent."
    capability = PriceSink
    operation = "export_prices"
    properties = PriceExportRules
    kind = SyncItem.Kind.PRICE
    record = PriceRecord
    most = "most_prices"

    def part(self, context: TaskContext) -> str:
        rules = context.properties
        return f"{rules.price_list}/{rules.market}" if rules.price_list or rules.market else ""

    def outgoing(self, row: Product, context: TaskContext) -> Outgoing | None:
        rules = context.properties
        item: dict[str, Any] = {"key": row.sku, "part": self.part(context), "item_id": row.pk}
        try:
            record = price_record(row, rules.price_list, rules.market)
        except PRICE_REFUSED as error:
            return Outgoing(**item, problem=_unreadable(error))
        return Outgoing(**item, record=record) if record else None


def _unreadable(error: Exception) -> str:
    return f"Its price cannot be read ({error}); correct it on the product"


@register
class ExportCustomers(ExportTask):
    name = "ExportCustomers"
    label = "Export customers"
    description = "Sends a CRM, till or shop the customers that changed since they were last sent."
    capability = CustomerSink
    operation = "export_customers"
    properties = ExportRules
    kind = SyncItem.Kind.CUSTOMER
    record = CustomerRecord
    most = "most_customers"

    def rows(self) -> QuerySet[Any]:
        return Customer.objects.all()

    def keys_of(self, keys: Sequence[SyncItem]) -> QuerySet[Any]:
        named = [row.key for row in keys]
        return Customer.objects.filter(number__in=named)

    def outgoing(self, row: Customer, context: TaskContext) -> Outgoing | None:
        assert context.connector is not None
        return Outgoing(key=row.number, item_id=row.pk, record=customer_record(row, context.connector))
