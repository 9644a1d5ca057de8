"""Which of our stores a vendor's place is, by the external ids that stores carry, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors import registry
from connectors.compiled import ConnectorConfig
from tenants.models import Store


def names_of(config: ConnectorConfig) -> tuple[str, ...]:
    """Under which external ids a store may name its place at this connector, the most specific first: its Connector ID or
    Name, then the implementation's own word with the connector's only market, then that word alone."""
    word = registry.get(config.slug).place_id
    markets = config.enabled_markets if len(config.enabled_markets) == 1 else ()
    own = [*(f"{word}-{market}" for market in markets), word] if word else []
    return (config.connector_id or config.name, *own)


def place_of(external_ids: Mapping[str, str], names: Iterable[str]) -> str:
    """The id under the first of the names that is there, compared without case; "" where none is."""
    known = {name.casefold(): value for name, value in external_ids.items()}
    return next((known[name.casefold()] for name in names if known.get(name.casefold())), "")


def stores_by_place(config: ConnectorConfig) -> dict[str, Store]:
    """The active stores by the lower-case id of their place; one of a store's own code is behind one that is named."""
    names, active = names_of(config), list(Store.objects.filter(is_active=True))
    found = {store.code.lower(): store for store in active}
    found |= {place.lower(): store for store in active if (place := place_of(store.external_ids, names))}
    return found
