"""Where people see an item at the vendor's."""

from __future__ import annotations

from connectors import registry
from connectors.registry import NotInstalled
from workflows.models import SyncItem
from workflows.recent_connectors import recent_connectors


def link_there(row: SyncItem) -> str:
    """An address of the vendor's own pages, "" where there is none."""
    config = recent_connectors(row.tenant_id).get(row.connector_id)
    if config is None or config.values is None or not row.external_id:
        return ""
    try:
        implementation = registry.get(config.slug)
    except NotInstalled:
        return ""
    link = implementation.item_link(config.values, row.kind, row.external_id)
    return link if link.startswith("https://") else ""
