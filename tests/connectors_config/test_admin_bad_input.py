"""What the editor of connectors refuses, and where it says so."""

import pytest

from connectors.documents import connector_document
from connectors.models import Connector
from tenants.models import Market, MarketGroup, Store
from tests.connectors_config.conftest import TOKEN
from tests.connectors_config.editor import LIST, add_row, form_of, fresh, page, saved
from tests.factories.connectors import make_connector
from tests.factories.tenants import (
    MarketFactory,
    MarketGroupFactory,
    StoreFactory,
)
from tests.factories.workflows import publish_order_type
from tests.pages import errors_of, told

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Akme"}, "did you mean Acme"),
        ({"type": "nothing"}, "Select a valid choice"),
        ({"host": "https://10.0.0.1"}, "not a public address"),
        ({"timeout_ms": "5"}, "greater than or equal to 100"),
        ({"headers-0-name": "X-A\r\nX-B"}, "without spaces or line breaks"),
        ({"authentication-0-tenant_url": "http://login.example"}, "https"),
        ({"connector_id": "a b"}, "such as Stripe-NO"),
        ({"handler_lifetime_s": "0"}, "greater than or equal to 1"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_saves_nothing(staff, connector, changes, message):
    before = connector_document(connector)
    answer = staff().post(page(connector), form_of(connector, display_name="New", **changes))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert connector_document(fresh(connector)) == before


@pytest.mark.parametrize(
    ("value_type", "value"),
    [
        ("JSON", "{"),
        ("Date", "31.05.2026"),
        ("DateTime", "2026-05-31"),
        ("Number", "12,5"),
        ("Boolean", "maybe"),
        ("Store", "nowhere"),
        ("OrderStatus", "Nowhere"),
    ],
)
def test_a_typed_property_is_refused_at_its_value(staff, connector, value_type, value):
    data = add_row(form_of(connector), "properties", key="Typed", value_type=value_type, value=value)
    answer = staff().post(page(connector), data)
    assert answer.status_code == 200
    formset = next(
        item.formset
        for item in answer.context["inline_admin_formsets"]
        if item.formset.prefix == "properties"
    )
    assert list(formset.errors[-1]) == ["value"]
    assert fresh(connector).properties.count() == 2


@pytest.mark.parametrize(
    ("prefix", "rows", "field"),
    [
        ("properties", [{"key": "Twice"}, {"key": "TWICE "}], "key"),
        ("headers", [{"name": "X-Twice"}, {"name": "x-twice"}], "name"),
        ("field_mapping", [{"property": "Name"}, {"property": "name"}], "property"),
    ],
)
def test_the_same_row_twice_is_refused_at_the_second(staff, connector, prefix, rows, field):
    before, data = connector_document(connector), form_of(connector)
    for row in rows:
        data = add_row(data, prefix, value_type="String", value="1", connector_property="x", **row)
    refused = errors_of(staff().post(page(connector), data))
    number = int(data[f"{prefix}-TOTAL_FORMS"]) - 1
    assert list(refused) == [f"{prefix}-{number}-{field}"]
    assert "already" in refused[f"{prefix}-{number}-{field}"][0]
    assert connector_document(fresh(connector)) == before


def test_the_same_key_in_two_groups_is_no_double(staff, connector):
    data = form_of(connector)
    for group in ("A", "B"):
        data = add_row(data, "properties", key="Limit", key_group=group, value_type="String", value="1")
    saved(staff().post(page(connector), data))
    assert fresh(connector).properties.filter(key="Limit").count() == 3


def test_a_market_both_enabled_and_disabled_is_told_when_it_is_saved(staff, connector, tenant):
    nor = Market.objects.get(code="NOR").pk
    MarketFactory(tenant=tenant, code="SWE")
    lists = {"markets-0-enabled_markets": [nor], "markets-0-disabled_markets": [nor]}
    answer = staff().post(page(connector), form_of(connector, **lists), follow=True)
    assert "NOR is both enabled and disabled: disabled wins." in told(answer)
    assert fresh(connector).markets.disabled_markets.count() == 1, "a warning refuses nothing"
    assert "both enabled" not in told(staff().get(page(connector)))


@pytest.mark.parametrize(
    ("model", "code"),
    [(Market, "NOR"), (MarketGroup, "NORDIC"), (Store, "Oslo")],
    ids=["market", "group", "store"],
)
def test_what_a_connector_uses_is_not_deleted_and_the_page_lists_where(staff, connector, tenant, model, code):
    MarketGroupFactory(tenant=tenant, code="NORDIC")
    StoreFactory(tenant=tenant, code="Oslo")
    connector.markets.enabled_markets.set(Market.objects.all())
    connector.markets.enabled_market_groups.set(MarketGroup.objects.all())
    connector.properties.create(key="OrderPrimaryStore", value_type="Store", value="Oslo")
    name, row = model._meta.model_name, model.objects.get(code=code)
    for path, data in (
        (f"{row.pk}/delete/", {"post": "yes"}),
        ("", {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}),
    ):
        answer = staff().post(f"/admin/tenants/{name}/{path}", data, follow=True)
        assert "connector Acme (" in answer.content.decode()
    assert model.objects.filter(code=code).exists()


def test_a_draft_that_a_step_asks_for_is_not_deleted_and_the_page_lists_where(staff, connector, tenant):
    steps = [{"name": "ExportOrder", "connector": "acme", "active": False}]
    publish_order_type(tenant, "Online", {"Ship": {"steps": steps}})
    url = f"{LIST}{connector.pk}/delete/"
    assert "step Online &gt; Ship &gt; ExportOrder" in staff().post(url, {"post": "yes"}).content.decode()
    assert Connector.objects.filter(pk=connector.pk).exists()
    make_connector(tenant, "acme", bearer_token=TOKEN, connector_id="B")
    assert staff().post(url, {"post": "yes"}).status_code == 302, "another one answers to that name"
    assert not Connector.objects.filter(pk=connector.pk).exists()


def test_a_connector_id_that_is_taken_is_refused(staff, connector, tenant):
    make_connector(tenant, "acme", bearer_token=TOKEN, connector_id="Main")
    answer = staff().post(page(connector), form_of(connector, connector_id="MAIN"))
    assert "Another connector has this Connector ID" in answer.content.decode()


def test_hundreds_of_mapped_fields_are_not_too_many(staff, connector):
    data = form_of(connector)
    for number in range(200):
        data = add_row(
            data,
            "field_mapping",
            property=f"Properties.P{number}",
            connector_property=f"p{number}",
            on_import="Overwrite",
            on_export="Overwrite",
            id="",
            connector=connector.pk,
        )
    saved(staff().post(page(connector), data))
    assert fresh(connector).field_mapping.count() == 200
