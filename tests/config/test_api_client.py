"""A client that a generator makes of the description works: nothing of it is kept."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from tenants.models import ApiKey
from tenants.scoping import tenant_scope
from tests.factories.workflows import make_shop

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    directory: Path = tmp_path_factory.mktemp("client")
    description = directory / "openapi.yaml"
    call_command("spectacular", "--file", str(description))
    # Labels are files to the client, and its code is not formatted.
    settings = directory / "settings.yaml"
    settings.write_text(
        "post_hooks: []\ncontent_type_overrides:\n"
        "  application/pdf: application/octet-stream\n  application/zpl: application/octet-stream\n"
    )
    made = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("openapi-python-client")), "generate"),
            *("--path", str(description), "--meta", "none", "--fail-on-warning"),
            *("--config", str(settings)),
            *("--output-path", str(directory / "crossdock_client")),
        ],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(directory))
    yield importlib.import_module("crossdock_client")
    sys.path.remove(str(directory))
    for name in [name for name in sys.modules if name.startswith("crossdock_client")]:
        del sys.modules[name]


def call(name):
    return importlib.import_module(f"crossdock_client.api.{name}")


def model(name):
    return getattr(importlib.import_module("crossdock_client.models"), name)


def test_a_generated_client_places_finds_changes_and_moves_an_order(package, live_server):
    shop = make_shop()
    with tenant_scope(shop.tenant):
        _, plain = ApiKey.issue(shop.tenant, "client", ["*"])
    client = package.AuthenticatedClient(live_server.url, plain)
    body = model("NewOrderRequest").from_dict({**shop.order_data(number="C-1"), "tags": ["web"]})
    placed = call("orders.orders_create").sync(client=client, body=body)
    assert (placed.number, placed.total, placed.lines[0].sku) == ("C-1", "300.00", "A")
    page = call("orders.orders_list").sync(client=client, status="New", limit=1)
    assert [order.number for order in page.results] == ["C-1"]
    change = model("PatchedOrderChangeRequest").from_dict({"tags": ["gift"]})
    changed = call("orders.orders_partial_update").sync("C-1", client=client, body=change, if_match='"1"')
    assert (changed.version, changed.tags) == (2, ["gift"])
    stale = call("orders.orders_partial_update").sync("C-1", client=client, body=change, if_match='"1"')
    assert stale.current.to_dict()["version"] == 2
    status = model("NewStatusRequest").from_dict({"status": "InProgress"})
    moved = call("orders.orders_status_create").sync(
        "C-1", client=client, body=status, idempotency_key="move-1"
    )
    assert (moved.status, moved.version) == ("InProgress", 3)
    runs = call("workflow_results.runs_list").sync(client=client, order="C-1")
    assert {run.status for run in runs.results} == {"New", "InProgress"}
    missing = call("orders.orders_retrieve").sync("C-9", client=client)
    assert missing.type_ == "urn:crossdock:problem:not-found"
