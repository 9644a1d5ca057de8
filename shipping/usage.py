"""Says which markets, stores and connectors shipping needs, so that those are retired and never deleted."""

from __future__ import annotations

from django.db.models import Q

from connectors.models import Connector
from connectors.runtime import runtime
from shipping.models import Shipment, ShipmentOption, ShippingAccount, ShippingProvider
from shipping.providers import KIND, ShippingProviderConfig
from tenants.models import Market, Store, register_usage


def register() -> None:
    register_usage(Market, _of_market)
    register_usage(Store, _of_store)
    register_usage(Connector, _of_connector)


def _of_market(market: Market) -> list[str]:
    drafts = ShippingProvider.objects.filter(valid_on_markets=market)
    named = {f"shipping provider {provider.name} (Valid On Markets)" for provider in drafts}
    accounts = ShippingAccount.objects.filter(market=market).select_related("provider")
    named |= {f"shipping provider {account.provider.name} (Auth Settings)" for account in accounts}
    return sorted(
        named
        | {
            f"shipping provider {provider.name}, published (Valid On Markets)"
            for provider in _published(market.tenant_id)
            if market.code.lower() in provider.markets | {row.market for row in provider.accounts}
        }
    )


def _of_store(store: Store) -> list[str]:
    drafts = ShipmentOption.objects.filter(store=store).select_related("provider")
    found = {f"shipping option {option.name} of {option.provider.name}" for option in drafts}
    found |= {
        f"shipping option {option.name} of {provider.name}, published"
        for provider in _published(store.tenant_id)
        for option in provider.options
        if option.store.lower() == store.code.lower()
    }
    accounts = ShippingAccount.objects.filter(store=store).select_related("provider")
    found |= {f"shipping provider {account.provider.name} (Auth Settings)" for account in accounts}
    found |= {
        f"shipping provider {provider.name}, published (Auth Settings)"
        for provider in _published(store.tenant_id)
        if store.code.lower() in {row.store for row in provider.accounts}
    }
    sent = ["shipments"] if Shipment.objects.filter(store=store).exists() else []
    return sorted(found) + sent


def _of_connector(connector: Connector) -> list[str]:
    named = Q(connector=connector) | Q(accounts__connector=connector)
    named |= Q(shipment_options__price_connector=connector)
    providers = ShippingProvider.objects.filter(named).distinct()
    sent = ["shipments"] if Shipment.objects.filter(connector=connector).exists() else []
    return [f"shipping provider {provider.name}" for provider in providers] + sent


def _published(tenant_id: int) -> list[ShippingProviderConfig]:
    return list(runtime(tenant_id).of(KIND, retired=True).values())
