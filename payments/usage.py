"""Says which markets and connectors payment methods need, so that those are retired and never deleted."""

from __future__ import annotations

from connectors.models import Connector
from payments.models import Payment, PaymentMethod
from tenants.models import Market, register_usage


def register() -> None:
    register_usage(Market, _of_market)
    register_usage(Connector, _of_connector)


def _of_market(market: Market) -> list[str]:
    methods = PaymentMethod.objects.filter(valid_on_markets=market)
    return [f"payment method {method.name} (Valid On Markets)" for method in methods]


def _of_connector(connector: Connector) -> list[str]:
    methods = [
        f"payment method {method.name}" for method in PaymentMethod.objects.filter(connector=connector)
    ]
    return methods + (["payments"] if Payment.objects.filter(connector=connector).exists() else [])
