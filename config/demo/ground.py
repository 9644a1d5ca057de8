"""What every set-up of the demo's merchant stands on: the tenant with its user, markets, stores and products."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from tenants.models import Market, MarketGroup, Membership, Store, Tenant
from workflows.models import Product

USER, PASSWORD = "admin", "crossdock-demo"

_MARKETS = (
    ("NOR", "Norway", "NOK", "NO", "nb"),
    ("SWE", "Sweden", "SEK", "SE", "sv"),
    ("DNK", "Denmark", "DKK", "DK", "da"),
)
_WAREHOUSE = {
    "company": "Nordic Outdoor AS",
    "line1": "Alnabruveien 3",
    "postal_code": "0668",
    "city": "Oslo",
    "phone": "+4790000001",
    "email": "warehouse@nordic-outdoor.example",
}

#: SKUs that the merchant sells, with their names.
PRODUCTS = {"TENT-2": "Tent for two", "STOVE-1": "Stove"}


def open_tenant() -> tuple[Tenant, Any]:
    """The tenant and the user who administers it."""
    user = get_user_model().objects.create_superuser(USER, "admin@crossdock.example", PASSWORD)
    tenant = Tenant.objects.create(slug="nordic-outdoor", name="Nordic Outdoor", environment="test")
    Membership.objects.create(user=user, tenant=tenant, role="tenant_admin")
    return tenant, user


def lay() -> None:
    """Markets, stores and products of the tenant in scope."""
    nordics = MarketGroup.objects.create(code="NORDICS", name="Nordics")
    for code, name, currency, country, language in _MARKETS:
        market = Market.objects.create(
            code=code, name=name, currency=currency, country=country, language=language
        )
        market.groups.add(nordics)
    Store.objects.create(
        code="OSL", name="Oslo warehouse", is_warehouse=True, country="NO", properties=_WAREHOUSE
    )
    for sku, name in PRODUCTS.items():
        Product.objects.create(sku=sku, name=name, tax_rate="25")
