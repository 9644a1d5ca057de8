"""A vendor that says that something has changed has the import run at once; while it registers, it gets its token back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from connectors.webhooks import work_off_due
from tenants.scoping import tenant_scope
from tests.contract.fixtures import fixture
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from workflows.models import ScheduledTask

pytestmark = pytest.mark.django_db


def test_a_notice_runs_the_imports_of_what_has_changed(client: Client) -> None:
    filled, tenant = fixture("dynamics365")["connector"], TenantFactory()
    with tenant_scope(tenant):
        connector = publish_connector(
            tenant, "dynamics365", is_test=True, properties=filled["properties"], **_columns(filled)
        )
        given = {"cron": "0 3 * * *", "connector_id": connector.id}
        items = ScheduledTask.objects.create(name="Items", type="ImportProducts", active=True, **given)
        people = ScheduledTask.objects.create(name="People", type="ImportCustomers", active=False, **given)
        path = "/webhooks/" + connector.public_url.rstrip("/").rpartition("/")[2] + "/"
        assert client.post(f"{path}?validationToken=tok%3C1%3E").content == b"tok<1>"
        body = json.loads(json.dumps(fixture("dynamics365")["webhooks"][0]["body"]))
        assert _post(client, path, body).status_code == 401
        for notice in body["value"]:
            notice["clientState"] = filled["properties"]["WebhookSecret"]
        assert [_post(client, path, body).status_code for _ in range(2)] == [200, 200]
    work_off_due()
    with tenant_scope(tenant):
        (run,) = items.runs.all()
        assert run.actor == "Webhook"
        assert not people.runs.exists()
        kept = connector.id and list(items.connector.inbound_webhooks.values_list("body", flat=True))
        assert all(b"nordstoreHookS3cret" not in bytes(text) for text in kept)


def _post(client: Client, path: str, body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def _columns(filled: dict[str, Any]) -> dict[str, Any]:
    login = {"tenant_url": "https://login.example"}
    return {**filled["columns"], **login}
