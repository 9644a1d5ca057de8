"""How stock levels stand: what the imports and exports of inventory tell of each article and location."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import StockLevel
from workflows.models import SyncItem
from workflows.syncing.memory import Ledger, State, Told

_IN, _OUT = SyncItem.Direction.IN, SyncItem.Direction.OUT


def taken_in(
    config: ConnectorConfig,
    levels: Iterable[tuple[StockLevel, int, bool]],
    strangers: Iterable[tuple[StockLevel, str]],
) -> None:
    """Levels with our product and whether that changed ours, and those that nobody knows, each with the reason. A level
    is read again when it changes there, so that nothing is kept to be tried again."""
    told = [
        Told(key=level.sku, part=level.location, item_id=product, changed=changed)
        for level, product, changed in levels
    ]
    told += [
        Told(key=level.sku, part=level.location, state=State.SKIPPED, reason=reason)
        for level, reason in strangers
    ]
    Ledger(config, SyncItem.Kind.STOCK, _IN).remember(_once(told))


def sent(config: ConnectorConfig, levels: Sequence[Sequence[str]], products: Mapping[str, int]) -> None:
    """Levels as (SKU, quantity, location), with our products by SKU."""
    told = [Told(key=sku, part=place, item_id=products.get(sku), changed=True) for sku, _, place in levels]
    Ledger(config, SyncItem.Kind.STOCK, _OUT).remember(_once(told))


def refused(config: ConnectorConfig, level: Sequence[str], message: str) -> None:
    """It is sent again when it changes here, or by a full export."""
    told = Told(key=level[0], part=level[2], state=State.SKIPPED, reason=message)
    Ledger(config, SyncItem.Kind.STOCK, _OUT).remember([told])


def _once(told: Sequence[Told]) -> list[Told]:
    return list({(item.key, item.part): item for item in told if item.key}.values())
