from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.money import Money
from workflows.admin.panels import ReadOnlyInline
from workflows.models import OrderLine


def _amount(name: str, words: str) -> Any:
    """A column with one of a line's amounts, in the order's currency."""

    @admin.display(description=words)
    def shown(inline: Any, line: OrderLine) -> str:
        return str(Money(getattr(line, name), line.order.currency))

    return shown


def plain(number: Decimal) -> str:
    """Without zeros at the end."""
    return f"{number.normalize():f}"


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = ["number", "sku", "name", "pieces", "price", "off", "percent", "tax_in_it", "sum"]
    readonly_fields = ["pieces", "price", "off", "percent", "tax_in_it", "sum"]
    ordering = ["number"]
    verbose_name_plural = "Lines"
    price = _amount("unit_price", "Unit price")
    off = _amount("discount", "Discount")
    tax_in_it = _amount("tax", "Tax in it")
    sum = _amount("total", "Total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        return super().get_queryset(request).select_related("order")

    @admin.display(description="Quantity")
    def pieces(self, line: OrderLine) -> str:
        return plain(line.quantity)

    @admin.display(description="Tax rate")
    def percent(self, line: OrderLine) -> str:
        return f"{plain(line.tax_rate)} %"
