"""The rows that remember what came in: locked for a page at a time, judged, and saved together."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from connectors.compiled import ConnectorConfig
from connectors.contracts.ecommerce import ImportedOrder
from tenants.bulk import update_many
from workflows.models import ImportedObject

_COLUMNS = (
    "id",
    "number",
    "state",
    "reason",
    "order_id",
    "modified_at",
    "checksum",
    "tags",
    "properties",
    "cancelled",
    "document",
    "tries",
    "seen_at",
)


def locked_rows(config: ConnectorConfig, orders: Sequence[ImportedOrder]) -> dict[str, ImportedObject]:
    """A locked row for each order. Two that bring the same order meet here: the second waits for the first."""
    now = timezone.now()
    identity = {"tenant_id": config.tenant_id, "connector_id": config.id, "kind": ImportedObject.Kind.ORDER}
    ids = sorted(order.external_id for order in orders)
    ImportedObject.objects.bulk_create(
        [ImportedObject(**identity, external_id=key, first_seen_at=now, seen_at=now) for key in ids],
        ignore_conflicts=True,
    )
    mine = ImportedObject.objects.select_for_update().filter(**identity, external_id__in=ids)
    return {row.external_id: row for row in mine.order_by("external_id")}


def is_news(row: ImportedObject, order: ImportedOrder) -> bool:
    """Whether this copy is newer than the last one; one that failed is looked at again when it comes again.

    Shops tell times in whole seconds, so that of two copies of the same time the one with more to say is the newer.
    """
    if row.modified_at is None or order.modified_at > row.modified_at:
        return True
    if order.modified_at < row.modified_at:
        return False
    if row.state == ImportedObject.State.ERROR:
        return True
    if order.cancelled != row.cancelled:
        return order.cancelled
    return row.was_placed and set(order.tags) > set(row.tags)


def save_rows(rows: Sequence[ImportedObject]) -> None:
    update_many(
        ImportedObject, [{name: getattr(row, name) for name in _COLUMNS} for row in rows], keys=["id"]
    )
