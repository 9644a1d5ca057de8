"""What a shopper on a market may pay with: published, in service, valid there. Nothing of it is secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.runtime import TenantRuntime
from payments.methods import PaymentMethodConfig, methods_of

#: Options of a payment method that shops may show, by the name that they have in the API.
SHOWN = {"description": "Description", "logo_url": "LogoUrl", "terms_url": "TermsUrl"}
#: Methods without a Position stand behind those with one.
_LAST = Decimal("Infinity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`hosted` tells that without a token the shopper is sent to the provider's page."""

    method: PaymentMethodConfig
    provider: str
    hosted: bool
    display: Mapping[str, str]


def offers(runtime: TenantRuntime, market: str, currency: str) -> list[Offer]:
    """Sorted by the option Position, then by Name."""
    return sorted(_offers(runtime, market, currency), key=lambda offer: (_position(offer), offer.method.name))


def serves(connector: ConnectorConfig | None, market: str) -> bool:
    """Whether new payments may be made with it; the markets of the payment method itself are looked at elsewhere."""
    if connector is None or connector.retired or connector.problem:
        return False
    return market.lower() not in connector.disabled_markets


def _offers(runtime: TenantRuntime, market: str, currency: str) -> Iterator[Offer]:
    for method in methods_of(runtime):
        connector = runtime.connectors.get(method.connector)
        if connector is None or not method.is_valid_on(market) or not serves(connector, market):
            continue
        implementation: Any = registry.get(connector.slug)
        if implementation.currencies and currency not in implementation.currencies:
            continue
        yield Offer(
            method=method,
            provider=connector.slug,
            hosted="create_session" in implementation.operations(),
            display={name: str(method.options.get(option, "")) for name, option in SHOWN.items()},
        )


def _position(offer: Offer) -> Decimal:
    try:
        position = Decimal(str(offer.method.options.get("Position", "")))
    except InvalidOperation:
        return _LAST
    return position if position.is_finite() else _LAST
