from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join

from tenants.adminkit import TrackedAdmin, register_page
from tenants.models import Market, MarketGroup, Store, usages


@admin.register(MarketGroup)
class MarketGroupAdmin(TrackedAdmin):
    nothing = "A group gathers markets, so that a connector can be enabled for all of them."
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


class _RetirableAdmin(TrackedAdmin):
    readonly_fields = ["used_by"]

    @admin.display(description="Used by")
    def used_by(self, obj: Any) -> str:
        lines = usages(obj) if obj.pk else []
        return format_html_join(", ", "{}", ((line,) for line in lines)) or "-"


@admin.register(Market)
class MarketAdmin(_RetirableAdmin):
    nothing = (
        "A market is where orders are sold: it has a currency, a country and a language. Begin with one."
    )
    list_display = ["code", "name", "currency", "country", "language", "time_zone", "is_active"]
    list_filter = ["is_active", "groups"]
    search_fields = ["code", "name"]


@admin.register(Store)
class StoreAdmin(_RetirableAdmin):
    nothing = "A store or warehouse holds stock and sends shipments."
    list_display = ["code", "name", "market", "country", "is_warehouse", "is_active"]
    list_filter = ["is_active", "is_warehouse", "market"]
    list_select_related = ["market"]
    search_fields = ["code", "name"]


register_page("Configuration", "Markets", "admin:tenants_market_changelist", icon="public")
register_page("Configuration", "Market Groups", "admin:tenants_marketgroup_changelist", icon="workspaces")
register_page("Configuration", "Stores", "admin:tenants_store_changelist", icon="store")
