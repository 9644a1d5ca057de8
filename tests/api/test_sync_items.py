"""How items stand with their connectors, read over the API; a full compare is asked for there."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tenants.scoping import tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.workflows import Shop
from workflows.models import ScheduledTask, SyncItem


def test_sync_states_are_listed_by_what_is_wrong(shop: Shop, api: Any) -> None:
    with tenant_scope(shop.tenant):
        connector = publish_connector(shop.tenant, connector_id="hook-1")
        item = {
            "connector_id": connector.id,
            "kind": "product",
            "direction": "out",
            "seen_at": timezone.now(),
        }
        for key, state, reason in (
            ("A", "synced", ""),
            ("B", "failed", "Kari at kari@buyer.example refused"),
        ):
            SyncItem.objects.create(key=key, state=state, reason=reason, **item)
    found = api.read("sync-items/", state="failed", connector="hook-1").json()["results"]
    assert [(item["key"], item["state"]) for item in found] == [("B", "failed")]
    assert "kari@buyer.example" not in found[0]["reason"]
    assert api.read("sync-items/", kind="order").status_code == 400


def test_only_tasks_that_compare_are_run_in_full(shop: Shop, api: Any) -> None:
    with tenant_scope(shop.tenant):
        tidy = ScheduledTask.objects.create(name="Tidy", type="CleanUp", cron="0 3 * * *")
        task = ScheduledTask.objects.create(name="Items", type="ImportProducts", cron="0 3 * * *")
    answer = api.send(f"scheduled-tasks/{tidy.pk}/run/", {"full": True})
    assert answer.status_code == 409
    assert "makes no full compare" in answer.json()["detail"]
    assert api.send(f"scheduled-tasks/{task.pk}/run/", {"full": True}).status_code == 202
    with tenant_scope(shop.tenant):
        assert '"full"' in task.runs.get().cursor_after
