"""Markets, groups and stores that connectors use are not deleted; the refusal names the connectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors import generations
from connectors.documents import KIND, MARKET_LISTS, label_of
from connectors.models import Connector, ConnectorMarkets, ConnectorProperty
from connectors.models.rows import ValueType
from connectors.publishing import LiveDocument, live_documents
from tenants.models import InUse, Market, MarketGroup, Store, register_usage, usages

_LISTS: Mapping[type[Any], tuple[str, ...]] = {
    Market: ("enabled", "disabled"),
    MarketGroup: ("enabled_groups", "disabled_groups"),
}


def connect() -> None:
    """Called once, when the app is ready."""
    for model in (Market, MarketGroup):
        register_usage(model, _users_of_area)
    register_usage(Store, _users_of_store)
    register_usage(Connector, _users_of_connector)


def refuse_deletion(instance: Any, **kwargs: Any) -> None:
    """Before any row of these models is deleted, also in bulk. Raises InUse."""
    found = usages(instance)
    if found:
        raise InUse([f"{instance} is in use: {'; '.join(found)}. Retire it instead of deleting it."])


def _users_of_area(area: Any) -> list[str]:
    lists = _LISTS[type(area)]
    drafts = [
        f"connector {row.connector} ({_label(name)})"
        for name in lists
        for row in ConnectorMarkets.objects.filter(**{MARKET_LISTS[name]: area}).select_related("connector")
    ]
    published = [
        f"connector {_name(item)}, published ({_label(name)})"
        for item in _live(area)
        for name in lists
        if area.code in item.document["markets"][name]
    ]
    return sorted({*drafts, *published})


def _users_of_store(store: Store) -> list[str]:
    rows = ConnectorProperty.objects.filter(value_type=ValueType.STORE, value__iexact=store.code)
    drafts = [f"connector {row.connector} (property {row.key})" for row in rows.select_related("connector")]
    published = [
        f"connector {_name(item)}, published (property {row['key']})"
        for item in _live(store)
        for row in item.document["properties"]
        if row["value_type"] == ValueType.STORE and str(row.get("value", "")).lower() == store.code.lower()
    ]
    return sorted({*drafts, *published})


def _users_of_connector(connector: Connector) -> list[str]:
    on_record = connector.effects.exists() or connector.inbound_webhooks.exists()
    return ["calls and webhooks on record"] if on_record else []


def _live(obj: Any) -> Iterator[LiveDocument]:
    yield from live_documents(obj.tenant_id, generations.read(obj.tenant_id).generation).get(KIND, [])


def _label(name: str) -> str:
    return label_of(ConnectorMarkets, MARKET_LISTS[name])


def _name(item: LiveDocument) -> str:
    connector = Connector.objects.filter(pk=item.object_id).first()
    return str(connector) if connector else str(item.document["name"])
