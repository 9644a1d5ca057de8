"""The published shipping provider: its document, its compiled form, and which option an order means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.compiling import CompileContext
from connectors.runtime import TenantRuntime
from shipping.accounts import Account, AccountConfig, account_document, account_for, compile_account
from shipping.models import ShippingProvider
from shipping.options import OptionConfig, compile_option, option_document
from workflows.chart import suggest

KIND = "shipping_provider"
SCHEMA_VERSION = 1


class UnknownShippingOption(LookupError):
    """No option of this name serves the market; the text names those that do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingProviderConfig:
    """A published shipping provider. Market codes are lower case; none means every market.

    `connector` is the id of its connector, a key of `TenantRuntime.connectors`; `accounts` are other ones that some
    markets and stores have. Options are in their order.
    """

    id: int
    name: str
    connector: int
    markets: frozenset[str] = frozenset()
    properties: Mapping[str, Any] = field(default_factory=dict)
    accounts: tuple[AccountConfig, ...] = ()
    options: tuple[OptionConfig, ...] = ()

    def is_valid_on(self, market: str) -> bool:
        return not self.markets or market.lower() in self.markets

    def account_for(self, market: str, store: str) -> Account:
        """The account to use for a shipment of an order of `market` that `store` sends."""
        return account_for(self.connector, self.accounts, market, store)


@dataclass(frozen=True, slots=True)
class Offer:
    """An option of a provider."""

    provider: ShippingProviderConfig
    option: OptionConfig


def provider_document(provider: ShippingProvider) -> dict[str, Any]:
    rows = sorted(provider.shipment_options.all(), key=lambda row: (row.position, row.name))
    accounts = sorted(provider.accounts.all(), key=lambda row: row.pk)
    return {
        "name": provider.name,
        "connector": provider.connector_id,
        "valid_on_markets": sorted(market.code for market in provider.valid_on_markets.all()),
        "properties": provider.properties,
        "shipment_options": [option_document(row) for row in rows],
        "accounts": [account_document(row) for row in accounts],
    }


def compile_provider(document: Mapping[str, Any], context: CompileContext) -> ShippingProviderConfig:
    return ShippingProviderConfig(
        id=context.object_id,
        name=document["name"],
        connector=document["connector"],
        markets=frozenset(code.lower() for code in document["valid_on_markets"]),
        properties=document["properties"],
        accounts=tuple(compile_account(row) for row in document.get("accounts", ())),
        options=tuple(compile_option(option) for option in document["shipment_options"]),
    )


def providers_of(runtime: TenantRuntime) -> list[ShippingProviderConfig]:
    return sorted(runtime.of(KIND).values(), key=lambda provider: provider.name)


def offers_of(runtime: TenantRuntime, market: str) -> list[Offer]:
    """What orders of a market may be shipped with: published, valid there, over a connector in service."""
    return [
        Offer(provider, option)
        for provider in providers_of(runtime)
        if provider.is_valid_on(market) and _is_in_service(runtime, provider)
        for option in provider.options
    ]


def find_offer(runtime: TenantRuntime, name: str, market: str) -> Offer:
    """The only option of this name, in any case, that serves the market. Raises UnknownShippingOption."""
    offers = offers_of(runtime, market)
    found = [offer for offer in offers if offer.option.name.lower() == name.lower()]
    if len(found) == 1:
        return found[0]
    raise UnknownShippingOption(_why(runtime, name, market, offers, found))


def default_offers(runtime: TenantRuntime, market: str) -> list[Offer]:
    """The options for orders that name none; usable when there is exactly one."""
    return [offer for offer in offers_of(runtime, market) if offer.option.is_default]


def _is_in_service(runtime: TenantRuntime, provider: ShippingProviderConfig) -> bool:
    connector = runtime.connectors.get(provider.connector)
    return connector is not None and not connector.retired


def _why(runtime: TenantRuntime, name: str, market: str, offers: list[Offer], found: list[Offer]) -> str:
    if found:
        owners = ", ".join(offer.provider.name for offer in found)
        return f"several providers have an option {name!r} ({owners}); rename one of them and publish"
    names = [offer.option.name for offer in offers]
    others = (option.name.lower() for provider in providers_of(runtime) for option in provider.options)
    if name.lower() in others:
        return f"{name!r} does not serve market {market}; available there: {', '.join(names) or 'none'}"
    return f"there is no published shipping option {name!r}; {suggest(name, names)}"
