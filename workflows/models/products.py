from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from tenants.models import Store
from tenants.models.market import validate_currency
from tenants.models.store import validate_names_and_texts
from tenants.money import Money, MoneyError
from tenants.scoping import TenantModel
from workflows.models.fields import AmountField, ModifiedField, PercentField, QuantityField


class Product(TenantModel):
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    sku = models.CharField("SKU", max_length=64)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=20, default="pcs", help_text="What one of it is, such as pcs or kg.")
    price = AmountField(null=True, blank=True, help_text="Per unit, tax included.")
    currency = models.CharField(
        max_length=3, blank=True, validators=[validate_currency], help_text="ISO 4217, such as NOK."
    )
    tax_rate = PercentField("tax rate (%)", default=0)
    is_active = models.BooleanField("active", default=True, help_text="Orders refuse products that are not.")
    external_ids = models.JSONField(
        "external ids", default=dict, blank=True, validators=[validate_names_and_texts]
    )
    properties = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)
    modified_at = ModifiedField("modified")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "sku"],
                name="product_sku",
                violation_error_message="Another product has this SKU.",
            ),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="product_price"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | ~Q(currency=""), name="product_currency"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "modified_at", "id"], name="product_modified")]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    def clean(self) -> None:
        super().clean()
        if self.price is None:
            return
        try:
            Money(self.price, self.currency)
        except MoneyError as error:
            raise ValidationError({"price": str(error)}) from None


class InventoryLevel(TenantModel):
    """What a store or warehouse has of a product. `reserved` is promised to orders and still on the shelf."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="inventory")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="inventory")
    on_hand = QuantityField(default=0)
    reserved = QuantityField(default=0)
    modified_at = ModifiedField("modified")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "store"],
                name="inventory_product_store",
                violation_error_message="This store already has a level of this product.",
            ),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="inventory_reserved"),
        ]
        indexes = [models.Index(fields=["tenant", "modified_at", "id"], name="inventory_modified")]

    def __str__(self) -> str:
        return f"{self.product} at {self.store}"

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


class MovementKind(models.TextChoices):
    RESERVE = "reserve", "Reserved"
    RELEASE = "release", "Released"
    REDUCE = "reduce", "Left"


class InventoryMovement(TenantModel):
    """What a step did to a level for one order line. What an order has reserved and taken is the sum of its rows, so
    that nothing is reserved or taken twice. `on_hand` and `reserved` are by how much the level changed."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    order = models.ForeignKey("workflows.Order", on_delete=models.CASCADE, related_name="inventory_movements")
    line_number = models.PositiveIntegerField()
    level = models.ForeignKey(InventoryLevel, on_delete=models.CASCADE, related_name="movements")
    kind = models.CharField(max_length=10, choices=MovementKind.choices)
    step_run_id = models.BigIntegerField()
    quantity = QuantityField()
    on_hand = QuantityField(default=0)
    reserved = QuantityField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step_run_id", "line_number", "kind", "level"], name="inventory_movement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"
