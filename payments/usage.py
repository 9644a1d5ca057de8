"""Says which markets payment methods need, so that those are retired and never deleted."""

from __future__ import annotations

from payments.models import PaymentMethod
from tenants.models import Market, register_usage


def register() -> None:
    register_usage(Market, _of_market)


def _of_market(market: Market) -> list[str]:
    methods = PaymentMethod.objects.filter(valid_on_markets=market)
    return [f"payment method {method.name} (Valid On Markets)" for method in methods]
