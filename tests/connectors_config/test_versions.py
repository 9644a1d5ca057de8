from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from connectors import compiling, kinds
from connectors import runtime as runtime_module
from connectors.differences import Difference, differences
from connectors.documents import connector_document
from connectors.models import Connector, Publication
from connectors.publishing import publish
from connectors.runtime import runtime
from connectors.versions import changes, draft_changes, roll_back, versions
from tenants.models import Market, Secret
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector
from tests.factories.tenants import MarketFactory, TenantFactory, UserFactory
from tests.factories.workflows import publish_order_type


@pytest.fixture
def connector(tenant):
    MarketFactory(tenant=tenant, code="NOR")
    MarketFactory(tenant=tenant, code="SWE")
    connector = make_connector(
        tenant,
        "acme",
        bearer_token=TOKEN,
        merchant_id="M-1",
        properties={
            "PrePaid": True,
            "WebhookKey": "whk_0123456789abcdef",
            "RequestHeaders": {"X-Source": "b2b"},
        },
        headers={"X-Channel": "web"},
        enabled_markets=["NOR"],
        field_mapping={"Name": "product_title"},
    )
    publish(connector)
    return connector


def edit_every_tab(tenant, pk):
    connector = Connector.objects.get(pk=pk)
    connector.timeout_ms = 2000
    connector.save()
    connector.authentication.bearer_token = Secret.store(tenant, "acme-second-0123456789", "API Token")
    connector.authentication.merchant_id = "M-2"
    connector.authentication.save()
    row = connector.properties.get(key="PrePaid")
    row.value = "false"
    row.save()
    connector.properties.get(key="WebhookKey").delete()
    connector.headers.create(name="X-More", value="1")
    connector.markets.enabled_markets.set(Market.objects.filter(code="SWE"))
    connector.field_mapping.all().delete()
    return Connector.objects.get(pk=pk)


def test_the_differences_name_every_change_and_no_secret(connector, tenant):
    edited = edit_every_tab(tenant, connector.pk)
    found = {str(item) for item in draft_changes(edited)}
    assert found == {
        "timeout_ms: (none) → 2000",
        "authentication > merchant_id: M-1 → M-2",
        "authentication > bearer_token: set → changed",
        "properties > PrePaid > value: true → false",
        "properties > WebhookKey > value_type: String → (none)",
        "properties > WebhookKey > secret: set → not set",
        "headers > X-More > value: (none) → 1",
        "markets > enabled: NOR → SWE",
        "field_mapping > Name > connector_property: product_title → (none)",
    }
    publish(edited)
    assert {str(item) for item in changes(edited, 1, 2)} == found
    assert draft_changes(edited) == []


def test_the_first_version_differs_from_nothing(connector):
    assert "name: (none) → Acme" in map(str, changes(connector, 0, 1))


def test_rolling_back_restores_every_inline_and_publishes_nothing(connector, tenant):
    first = connector_document(connector)
    edited = edit_every_tab(tenant, connector.pk)
    publish(edited)
    user = UserFactory(username="anna")

    roll_back(edited, 1, user)

    restored = Connector.objects.get(pk=connector.pk)
    assert connector_document(restored) == first
    assert restored.live.number == 2
    assert publish(restored).number == 3
    assert restored.live.document == first
    assert [row.number for row in versions(restored)] == [3, 2, 1]


def test_rolling_back_to_a_market_that_is_gone_changes_nothing(connector, tenant):
    edited = edit_every_tab(tenant, connector.pk)
    publish(edited)
    Market.objects.filter(code="NOR")._raw_delete("default")
    before = connector_document(edited)
    with pytest.raises(ValidationError, match="there is no market NOR"):
        roll_back(edited, 1)
    assert connector_document(Connector.objects.get(pk=connector.pk)) == before


def test_rolling_back_to_a_connector_id_that_another_one_took_changes_nothing(connector, tenant):
    first = Connector.objects.get(pk=connector.pk)
    first.connector_id = "Main"
    first.save()
    publish(first)
    first.connector_id = "Other"
    first.save()
    make_connector(tenant, "acme", bearer_token=TOKEN, connector_id="MAIN")
    with pytest.raises(ValidationError, match="Another connector has the Connector ID Main"):
        roll_back(first, 2)
    assert Connector.objects.get(pk=connector.pk).connector_id == "Other"


def test_a_version_that_is_not_there_is_an_error(connector):
    with pytest.raises(Publication.DoesNotExist):
        roll_back(connector, 9)


def test_published_versions_survive_simple_historys_own_clean_up(db):
    """Called as an operator does it: with no tenant in scope, and for all of them."""
    tenant = TenantFactory()
    with tenant_scope(tenant):
        row = make_connector(tenant, "acme", bearer_token=TOKEN, properties={"PrePaid": "true"})
        publish(row)
        chart = publish_order_type(tenant, statuses={"New": {"steps": ["AuthorizePayment"]}})
        kept = {item.kind: item.document for item in Publication.objects.all()}
        row.properties.all().delete()
        chart.statuses.all().delete()
        row.save()
        row.save()
    call_command("clean_duplicate_history", "--auto", verbosity=0)
    with tenant_scope(tenant):
        assert row.history.count() == 1
    call_command("clean_old_history", "--auto", "--days", "0", verbosity=0)
    with tenant_scope(tenant):
        assert row.history.count() == 0
        assert {item.kind: item.document for item in Publication.objects.all()} == kept
        for obj in (row, chart):
            roll_back(obj, 1)
            assert kinds.kind_of(obj).to_document(type(obj).objects.get()) in kept.values()


@pytest.fixture
def later_schema(monkeypatch):
    """As after a migration: Timeout is kept in seconds under another name, and older documents are upgraded."""

    def to_document(connector):
        document = connector_document(connector)
        timeout = document.pop("timeout_ms")
        return {**document, "timeout_s": timeout and timeout / 1000}

    def upgrade(document, version):
        assert version == 1
        timeout = document["timeout_ms"]
        rest = {name: value for name, value in document.items() if name != "timeout_ms"}
        return {**rest, "timeout_s": timeout and timeout / 1000}

    def compiled(document, context):
        timeout = document["timeout_s"]
        return real({**document, "timeout_ms": timeout and int(timeout * 1000)}, context)

    real = compiling.compile_connector
    for module in (compiling, runtime_module):
        monkeypatch.setattr(module, "compile_connector", compiled)
    kind = kinds.kind_of(Connector())
    later = replace(kind, schema_version=2, to_document=to_document, upgrade=upgrade)
    monkeypatch.setitem(kinds._kinds, "connector", later)
    runtime_module.register_compiler("nothing", lambda document, context: None)  # forgets what is compiled


def test_an_old_publication_runs_and_compares_the_same_after_a_later_migration(connector, tenant, request):
    Connector.objects.filter(pk=connector.pk).update(timeout_ms=2000)
    publish(Connector.objects.get(pk=connector.pk))
    stored = [publication.document for publication in Publication.objects.order_by("number")]
    before = [runtime(tenant.pk, generation).connectors[connector.pk] for generation in (1, 2)]

    request.getfixturevalue("later_schema")

    after = [runtime(tenant.pk, generation).connectors[connector.pk] for generation in (1, 2)]
    assert [replace(item, revision="") for item in after] == [replace(item, revision="") for item in before]
    assert [row.document for row in Publication.objects.order_by("number")] == stored
    assert [row.schema_version for row in Publication.objects.all()] == [1, 1]
    assert [str(item) for item in changes(connector, 1, 2)] == ["timeout_s: (none) → 2.0"]
    fresh = Connector.objects.get(pk=connector.pk)
    assert draft_changes(fresh) == []
    assert publish(fresh).schema_version == 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"on": False}, {"on": True}, [Difference("on", "no", "yes")]),
        ({"tags": ["a"]}, {"tags": ["a", "b"]}, [Difference("tags", "a", "a, b")]),
        (
            {"statuses": [{"name": "New"}, {"name": "Ship"}]},
            {"statuses": [{"name": "Ship"}, {"name": "New"}]},
            [Difference("statuses > order", "New, Ship", "Ship, New")],
        ),
        (
            {"steps": [{"name": "Export", "x": 1}, {"name": "Export", "x": 2}]},
            {"steps": [{"name": "Export", "x": 1}, {"name": "Export", "x": 3}]},
            [Difference("steps > Export #2 > x", "2", "3")],
        ),
        (
            {"rows": []},
            {"rows": [{"name": "A", "secret": "id"}]},
            [Difference("rows > A > secret", "not set", "set")],
        ),
    ],
)
def test_documents_of_any_kind_are_compared(old, new, expected):
    assert differences(old, new) == expected
