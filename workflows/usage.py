"""Says which markets and stores orders and inventory need, so that they are retired and never deleted."""

from __future__ import annotations

from tenants.models import Market, Store, register_usage
from workflows.models import InventoryLevel, Order


def connect() -> None:
    register_usage(Market, _of_market)
    register_usage(Store, _of_store)


def _of_market(market: Market) -> list[str]:
    return ["orders"] if Order.objects.filter(market=market).exists() else []


def _of_store(store: Store) -> list[str]:
    found = ["orders"] if Order.objects.filter(store=store).exists() else []
    return found + (["inventory"] if InventoryLevel.objects.filter(store=store).exists() else [])
