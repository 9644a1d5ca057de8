"""Whose webhook is worked off next."""

from __future__ import annotations

from itertools import zip_longest

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from connectors.models import InboundWebhook
from tenants.models import Tenant
from tenants.scoping import platform_scope


def due_of_all(limit: int) -> list[tuple[int, int]]:
    """Ids of due events with their tenants: one of each tenant, the one due longest, then the next of each, so that one
    tenant's flood holds up no other."""
    with platform_scope("stored webhooks of all tenants"):
        due = InboundWebhook.objects.filter(
            state=InboundWebhook.State.RECEIVED, next_try_at__lte=timezone.now()
        )
        of_tenant = due.filter(tenant_id=OuterRef("pk")).order_by()
        tenants = list(
            Tenant.objects.filter(Exists(of_tenant)).order_by("?").values_list("pk", flat=True)[:limit]
        )
        share = -(-limit // max(1, len(tenants)))
        queues = [_longest_due(due, tenant_id, share) for tenant_id in tenants]
    return [item for turn in zip_longest(*queues) for item in turn if item is not None][:limit]


def _longest_due(due: QuerySet[InboundWebhook], tenant_id: int, share: int) -> list[tuple[int, int]]:
    rows = due.filter(tenant_id=tenant_id).order_by("next_try_at", "pk")
    return list(rows.values_list("pk", "tenant_id")[:share])
