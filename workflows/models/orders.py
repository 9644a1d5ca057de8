from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.models import Market, Store
from tenants.money import Money
from tenants.scoping import TenantModel
from workflows.models.customers import Customer
from workflows.models.fields import AmountField, PercentField, QuantityField
from workflows.models.products import Product


class Order(TenantModel):
    """One order. Its type and status are names of the published chart; changes go through `workflows.orders`.

    `customer_data`, `billing` and `shipping` are what the order was placed with, shaped as the contracts'
    Customer and Address. Totals include tax; `discount_total` is already taken off `total`.
    """

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    number = models.CharField(max_length=64)
    order_type = models.CharField(max_length=80)
    status = models.CharField(max_length=80)
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    customer_data = models.JSONField("customer as ordered", default=dict, blank=True)
    billing = models.JSONField("billing address", default=dict, blank=True)
    shipping = models.JSONField("shipping address", default=dict, blank=True)
    currency = models.CharField(max_length=3)
    shipping_total = AmountField(default=0)
    shipping_tax_rate = PercentField("shipping tax rate (%)", default=0)
    discount_total = AmountField(default=0)
    tax_total = AmountField(default=0)
    total = AmountField(default=0)
    tags = models.JSONField(default=list, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    external_ids = models.JSONField("external ids", default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    placed_at = models.DateTimeField("placed", default=timezone.now)
    completed_at = models.DateTimeField("completed", null=True, blank=True)
    canceled_at = models.DateTimeField("canceled", null=True, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)
    modified_at = models.DateTimeField("modified", auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="order_number"),
            models.CheckConstraint(
                condition=Q(total__gte=0, tax_total__gte=0, discount_total__gte=0, shipping_total__gte=0),
                name="order_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="order_newest"),
            models.Index(fields=["tenant", "status", "-id"], name="order_status"),
            models.Index(fields=["tenant", "modified_at", "id"], name="order_modified"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)


class OrderLine(TenantModel):
    """Prices include tax. `total` is quantity times unit price less discount; `tax` is the tax inside it."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    sku = models.CharField("SKU", max_length=64)
    name = models.CharField(max_length=200)
    quantity = QuantityField()
    unit_price = AmountField()
    discount = AmountField(default=0)
    tax_rate = PercentField("tax rate (%)", default=0)
    tax = AmountField(default=0)
    total = AmountField()
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["order", "number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="order_line_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0, tax__gte=0, total__gte=0),
                name="order_line_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.sku}"


class ErrorSeverity(models.TextChoices):
    ERROR = "Error", "Error"
    WARNING = "Warning", "Warning"


class ErrorStatus(models.TextChoices):
    ACTIVE = "Active", "Active"
    SOLVED = "Solved", "Solved"


class OrderError(TenantModel):
    """Something on an order that staff should see until it is solved. A key is active once on an order."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="errors")
    key = models.CharField(max_length=120)
    message = models.TextField()
    details = models.TextField(blank=True)
    reference = models.CharField(max_length=120, blank=True, help_text="Such as the payment or shipment.")
    severity = models.CharField(max_length=10, choices=ErrorSeverity.choices, default=ErrorSeverity.ERROR)
    status = models.CharField(max_length=10, choices=ErrorStatus.choices, default=ErrorStatus.ACTIVE)
    comment = models.TextField(blank=True)
    occurred_at = models.DateTimeField("occurred", default=timezone.now)
    solved_at = models.DateTimeField("solved", null=True, blank=True)
    solved_by = models.CharField(max_length=150, blank=True)
    step_run_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "key"], condition=Q(status=ErrorStatus.ACTIVE), name="order_error_once"
            )
        ]
        indexes = [models.Index(fields=["tenant", "status", "-id"], name="order_error_active")]

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"[:120]


class OrderNumberSequence(models.Model):
    """The last generated order number of a tenant. Numbers may be skipped, never given twice."""

    tenant = models.OneToOneField(
        "tenants.Tenant", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    last = models.PositiveBigIntegerField()
