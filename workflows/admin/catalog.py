from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.adminkit import TenantAdmin, TenantForm, UncountedPaginator, register_page
from tenants.models import Right
from tenants.money import Money, MoneyError
from workflows.admin.sync_items import table_of
from workflows.models import Customer, InventoryLevel, Product, SyncItem


class _CatalogAdmin(TenantAdmin):
    ordering = ["-id"]
    show_full_result_count = False
    paginator = UncountedPaginator
    list_per_page = 50


@admin.register(Customer)
class CustomerAdmin(_CatalogAdmin):
    nothing = "Customers are added here, come with orders by the API, or by a scheduled task ImportCustomers."
    view_right = Right.SEE_PERSONAL_DATA
    list_display = ["number", "full_name", "email", "company", "modified_at"]
    search_fields = ["number__istartswith", "email__istartswith", "last_name__istartswith"]
    readonly_fields = ["sync", "created_at", "modified_at"]

    @admin.display(description="Sync state")
    def sync(self, obj: Customer) -> Any:
        return table_of((SyncItem.Kind.CUSTOMER,), obj.pk)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and self.has_see_personal_data_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.has_see_personal_data_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self.has_see_personal_data_permission(request)


@admin.register(Product)
class ProductAdmin(_CatalogAdmin):
    nothing = (
        "Products are added here, by the API, or by a scheduled task ImportProducts; an import of orders makes those "
        "that are not known."
    )
    list_display = ["sku", "name", "unit", "price_text", "tax_rate", "is_active", "modified_at"]
    list_filter = ["is_active"]
    search_fields = ["sku__istartswith", "name"]
    readonly_fields = ["sync", "created_at", "modified_at"]

    @admin.display(description="Sync state")
    def sync(self, obj: Product) -> Any:
        return table_of((SyncItem.Kind.PRODUCT, SyncItem.Kind.PRICE, SyncItem.Kind.STOCK), obj.pk)

    @admin.display(description="Price")
    def price_text(self, obj: Product) -> str:
        try:
            return "-" if obj.price is None else str(Money(obj.price, obj.currency))
        except MoneyError as error:
            return str(error)


class InventoryLevelForm(TenantForm):
    also_written = ("on_hand", "reserved")

    class Meta:
        model = InventoryLevel
        fields = "__all__"


@admin.register(InventoryLevel)
class InventoryLevelAdmin(_CatalogAdmin):
    form = InventoryLevelForm
    nothing = "Levels of stock are added here, by the API, or by a scheduled task ImportInventory."
    list_display = ["product", "store", "on_hand", "reserved", "left", "modified_at"]
    list_filter = ["store"]
    list_select_related = ["product", "store"]
    search_fields = ["product__sku__istartswith"]
    autocomplete_fields = ["product"]
    readonly_fields = ["modified_at"]

    def save_model(self, request: HttpRequest, obj: InventoryLevel, form: Any, change: bool) -> None:
        """Only what the person changed: steps reserve and take from the same row meanwhile."""
        obj.save(update_fields=[*form.changed_data, "modified_at"] if change else None)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], list[Any]]:
        """What orders have reserved would be forgotten with the level."""
        kept = [f"{level}: {level.reserved} reserved for orders" for level in objs if level.reserved]
        return ([], {}, set(), kept) if kept else super().get_deleted_objects(objs, request)

    @admin.display(description="Available")
    def left(self, obj: InventoryLevel) -> Decimal:
        return obj.available

    def get_queryset(self, request: HttpRequest) -> QuerySet[InventoryLevel]:
        return super().get_queryset(request).select_related("product", "store")


register_page(
    "Customers and Products",
    "Customers",
    "admin:workflows_customer_changelist",
    Right.SEE_PERSONAL_DATA,
    icon="group",
)
register_page("Customers and Products", "Products", "admin:workflows_product_changelist", icon="sell")
register_page(
    "Customers and Products", "Inventory", "admin:workflows_inventorylevel_changelist", icon="inventory_2"
)
