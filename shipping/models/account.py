from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from connectors.models import Connector
from shipping.models.provider import ShippingProvider
from tenants.models import Market, Store
from tenants.scoping import TenantModel, scoped_history


class ShippingAccount(TenantModel):
    """AuthSettings: with which of the merchant's accounts a market's or a store's shipments are booked.

    An account is a connector of the same implementation. A row for both beats that of the store alone, which beats that
    of the market.
    """

    provider = models.ForeignKey(ShippingProvider, on_delete=models.CASCADE, related_name="accounts")
    market = models.ForeignKey(
        Market, verbose_name="Market", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    store = models.ForeignKey(
        Store, verbose_name="Store", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    connector = models.ForeignKey(
        Connector, verbose_name="Connector", on_delete=models.PROTECT, related_name="shipping_accounts"
    )

    history = scoped_history()

    class Meta:
        verbose_name = "account"
        ordering = ["provider", "id"]
        constraints = [
            models.UniqueConstraint(
                "provider",
                Coalesce("market", 0),
                Coalesce("store", 0),
                name="shipping_account_once",
                violation_error_message="There is an account for this market and store already.",
            ),
            models.CheckConstraint(
                condition=Q(market__isnull=False) | Q(store__isnull=False),
                name="shipping_account_place",
                violation_error_message="Choose a market, a store, or both.",
            ),
        ]

    def __str__(self) -> str:
        return " / ".join(place.code for place in (self.store, self.market) if place)
