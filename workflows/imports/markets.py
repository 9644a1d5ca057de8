"""The market of an order that comes from a shop."""

from __future__ import annotations

from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.ecommerce import ImportedOrder
from tenants.models import Market


class ImportRefused(Exception):
    """This copy of a thing cannot be taken in; the text tells staff why and what to do."""


class Markets:
    """The tenant's markets that are in use, read once for a page of orders."""

    def __init__(self, config: ConnectorConfig, rules: Any) -> None:
        self._config = config
        self._named = rules.market
        self._active = list(Market.objects.filter(is_active=True))

    def of(self, order: ImportedOrder) -> str:
        """The code: of the connector's only market, else the task's, else the one of the order's currency and country.

        Raises ImportRefused when that is none or several.
        """
        enabled = self._config.enabled_markets
        if len(enabled) == 1:
            return self._by_code(next(iter(enabled)))
        if self._named:
            return self._by_code(self._named)
        served = [market for market in self._active if self._serves(market)]
        country = order.shipping.country or order.billing.country
        fitting = [
            market
            for market in served
            if market.currency == order.currency and market.country == country.upper()
        ]
        if len(fitting) == 1:
            return str(fitting[0].code)
        codes = ", ".join(market.code for market in fitting) or "no market"
        raise ImportRefused(
            f"{codes} of the connector {self._config.name} sells in {order.currency} to {country or 'no country'}; "
            "set the property Market of the task, or enable the connector for one market"
        )

    def _serves(self, market: Market) -> bool:
        code, enabled = market.code.lower(), self._config.enabled_markets
        return code not in self._config.disabled_markets and (not enabled or code in enabled)

    def _by_code(self, code: str) -> str:
        """As the market writes it; an unknown one is refused with the order's other faults."""
        return next((market.code for market in self._active if market.code.lower() == code.lower()), code)
