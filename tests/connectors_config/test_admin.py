from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from connectors.admin.forms import ConnectorForm
from connectors.documents import connector_document
from connectors.models import Connector, ConnectorProperty, Effect, InboundWebhook
from connectors.property_values import LARGEST_FILE
from connectors.publishing import publish
from connectors.runtime import runtime
from tenants.models import Market, MarketGroup, Role, Secret, Store
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import (
    MarketFactory,
    MarketGroupFactory,
    MembershipFactory,
    StoreFactory,
    TenantFactory,
    UserFactory,
)
from tests.factories.workflows import publish_order_type
from tests.pages import errors_of, told

LIST = "/admin/connectors/connector/"
PUBLISH = "connectors_connector_publish"


@pytest.fixture
def staff(tenant):
    def log_in(role=Role.TENANT_ADMIN):
        client = Client()
        client.force_login(MembershipFactory(tenant=tenant, role=role).user)
        return client

    return log_in


@pytest.fixture
def connector(tenant):
    MarketFactory(tenant=tenant, code="NOR")
    return make_connector(
        tenant,
        "acme",
        bearer_token=TOKEN,
        properties={"Limit": "5", "ApiKey": "prop-0123456789abcdef"},
        headers={"X-Channel": "web"},
    )


def page(connector) -> str:
    return f"{LIST}{connector.pk}/change/"


def form_of(connector=None, **changes) -> dict:
    """The form as a browser would send it back; `changes` by field name."""
    data = {"name": "Acme", "type": "acme", "handler_lifetime_s": "300"}
    for prefix in ("authentication", "markets"):
        data |= management(prefix, 1, 1 if connector else 0)
    if connector:
        data |= {
            "name": connector.name,
            "seen": ConnectorForm.stamp(connector),
            "connector_id": connector.connector_id,
            "host": connector.host,
            "authentication-0-id": connector.authentication.pk,
            "authentication-0-connector": connector.pk,
            "authentication-0-merchant_id": connector.authentication.merchant_id,
            "markets-0-id": connector.markets.pk,
            "markets-0-connector": connector.pk,
        }
    for prefix, names in (
        ("properties", ("key", "key_group", "value_type", "value", "is_secret")),
        ("headers", ("name", "value", "is_secret")),
        ("field_mapping", ("property", "connector_property")),
    ):
        rows = list(getattr(connector, prefix).all()) if connector else []
        data |= management(prefix, len(rows), len(rows))
        for number, row in enumerate(rows):
            values = {name: getattr(row, name) for name in names}
            values = {name: value for name, value in values.items() if value not in ("", False)}
            data |= {f"{prefix}-{number}-{name}": value for name, value in values.items()}
            data |= {f"{prefix}-{number}-id": row.pk, f"{prefix}-{number}-connector": connector.pk}
    return {**data, **changes}


def management(prefix, total, initial) -> dict:
    return {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": initial}


def add_row(data, prefix, **values) -> dict:
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    rows = {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    return {**data, f"{prefix}-TOTAL_FORMS": number + 1, **rows}


def number_of(connector, key) -> int:
    return [row.key for row in connector.properties.all()].index(key)


def fresh(connector) -> Connector:
    return Connector.objects.get(pk=connector.pk)


def saved(answer):
    if answer.status_code == 200:
        context = answer.context
        found = [context["errors"]] + [item.formset.errors for item in context["inline_admin_formsets"]]
        raise AssertionError(f"refused: {found}")
    return answer


# --- the page ----------------------------------------------------------------------------------------------


def test_the_list_and_the_editor_show_one_flat_row_of_tabs(staff, connector):
    client = staff()
    assert "Acme" in client.get(LIST).content.decode()
    shown = client.get(page(connector)).content.decode()
    tabs = shown.split('id="tabs-items"')[1].split("</nav>")[0]
    places = [
        tabs.index(name)
        for name in ("Settings", "Authentication", "Properties", "Custom Headers", "Markets", "Field Mapping")
    ]
    assert places == sorted(places)
    assert "Save as draft" in shown
    assert PUBLISH in shown
    assert connector.webhook_token in shown


def test_no_secret_is_in_the_page_its_history_or_the_list(staff, connector):
    client = staff()
    for url in (page(connector), LIST, f"{LIST}{connector.pk}/history/", f"{LIST}{connector.pk}/versions/"):
        text = client.get(url).content.decode()
        assert TOKEN not in text
        assert "prop-0123456789" not in text
    shown = client.get(page(connector)).content.decode()
    assert "set, ends …cdef, since" in shown


def test_a_new_connector_is_a_draft(staff, tenant):
    data = form_of(**{"authentication-0-bearer_token_input": TOKEN, "is_test": "on"})
    data = add_row(data, "properties", key="Limit", value_type="Number", value="5")
    saved(staff().post(f"{LIST}add/", data))
    connector = Connector.objects.get()
    assert (connector.category, connector.is_test, connector.live) == ("Payment", True, None)
    assert connector.authentication.bearer_token.reveal().reveal() == TOKEN
    assert connector.authentication.bearer_token.created_by is not None
    assert connector.properties.get().value == "5"
    assert runtime(tenant.pk).connectors == {}


# --- save as draft and publish -----------------------------------------------------------------------------


def test_saving_a_draft_changes_nothing_and_publish_takes_an_edited_property_in_one_click(
    staff, connector, tenant
):
    publish(connector)
    client, number = staff(), number_of(connector, "Limit")
    saved(client.post(page(connector), form_of(fresh(connector), **{f"properties-{number}-value": "6"})))
    assert runtime(tenant.pk).connectors[connector.pk].properties["Limit"] == "5"

    changes = {f"properties-{number}-value": "7", PUBLISH: "1", "comment": "raise the limit"}
    saved(client.post(page(connector), form_of(fresh(connector), **changes)))
    saved(
        client.post(page(connector), form_of(fresh(connector), comment="raise the limit", **{PUBLISH: "1"}))
    )
    assert runtime(tenant.pk).connectors[connector.pk].properties["Limit"] == "7"
    assert fresh(connector).live.comment == "raise the limit"
    assert fresh(connector).live.published_by is not None


def test_a_draft_of_every_tab_changes_nothing_publish_takes_all_and_roll_back_brings_all_back(
    staff, connector, tenant
):
    publish(connector)
    before, first = runtime(tenant.pk).connectors[connector.pk], connector_document(connector)
    MarketFactory(tenant=tenant, code="SWE")
    client, number = staff(), number_of(connector, "Limit")
    tabs = [
        {"timeout_ms": "9000", "authenticated_manually": "on", "disable_standard_error_policy": "on"},
        {"authentication-0-merchant_id": "M-2", "authentication-0-bearer_token_input": "acme-two-0123456789"},
        {f"properties-{number}-value": "6"},
        {"headers-0-value": "app"},
        {"markets-0-enabled_markets": [Market.objects.get(code="SWE").pk]},
    ]
    sent: dict = {}
    for tab in tabs:
        sent |= {name: value for name, value in tab.items() if not name.endswith("_input")}
        saved(client.post(page(connector), form_of(fresh(connector), **sent | tab)))
        assert runtime(tenant.pk).connectors[connector.pk] == before
    row = {"property": "Name", "connector_property": "title"}
    last = add_row(form_of(fresh(connector), **sent, **{PUBLISH: "1"}), "field_mapping", **row)
    saved(client.post(page(connector), last))
    assert runtime(tenant.pk).connectors[connector.pk] == before, "warnings are to be confirmed"
    saved(client.post(page(connector), form_of(fresh(connector), **sent, **{PUBLISH: "1"})))
    after = runtime(tenant.pk).connectors[connector.pk]
    assert (after.timeout_ms, after.authenticated_manually, after.disable_standard_error_policy) == (
        9000,
        True,
        True,
    )
    assert (after.values.merchant_id, after.values.api_token.reveal()) == ("M-2", "acme-two-0123456789")
    assert (after.properties["Limit"], dict(after.headers)["X-Channel"]) == ("6", "app")
    assert (after.enabled_markets, after.field_mapping) == ({"swe"}, (("Name", "title"),))

    client.post(f"{LIST}{connector.pk}/versions/", {"number": "1"})
    assert runtime(tenant.pk).connectors[connector.pk] == after
    assert connector_document(fresh(connector)) == first
    for _ in range(2):
        saved(client.post(page(connector), form_of(fresh(connector), **{PUBLISH: "1"})))
    again = runtime(tenant.pk).connectors[connector.pk]
    assert replace(again, revision="") == replace(before, revision="")


def test_warnings_are_shown_first_and_confirmed_by_pressing_again(staff, connector):
    client = staff()
    first = form_of(connector, comment="go live", **{PUBLISH: "1"})
    shown = client.post(page(connector), first, follow=True).content.decode()
    assert "Press Publish again" in shown
    assert "Test connection has not succeeded" in shown
    assert fresh(connector).live is None
    shown = client.post(page(connector), form_of(connector, **{PUBLISH: "1"}), follow=True).content.decode()
    assert "Version 1 of Acme is live" in shown
    assert fresh(connector).live.comment == "go live", "the page shows no comment the second time"


def test_a_confirmation_is_good_for_the_draft_it_was_given_for(staff, connector):
    client = staff()
    client.post(page(connector), form_of(connector, **{PUBLISH: "1"}))
    client.post(page(connector), form_of(connector, display_name="Other", **{PUBLISH: "1"}))
    assert fresh(connector).live is None


def test_errors_keep_the_draft_and_publish_nothing(staff, connector):
    data = form_of(connector, **{"authentication-0-bearer_token_input-clear": "on", PUBLISH: "1"})
    shown = staff().post(page(connector), data, follow=True).content.decode()
    assert "Saved as draft, not published" in shown
    assert "API Token: is missing" in shown
    assert fresh(connector).authentication.bearer_token is None


def test_who_may_edit_only_does_not_publish(staff, connector):
    client = staff(Role.CONNECTOR_EDITOR)
    for _ in range(2):
        client.post(page(connector), form_of(connector, **{PUBLISH: "1"}))
    assert fresh(connector).live is None


def test_who_may_view_only_changes_nothing(staff, connector):
    client = staff(Role.VIEWER)
    assert client.get(page(connector)).status_code == 200
    assert client.post(page(connector), form_of(connector, display_name="Other")).status_code == 403
    assert client.post(f"{LIST}{connector.pk}/versions/", {"retire": "1"}).status_code == 403
    assert client.post(f"{LIST}{connector.pk}/test-connection/").status_code == 403


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(staff, connector):
    mine, theirs = form_of(connector, display_name="Mine"), form_of(connector, display_name="Theirs")
    saved(staff().post(page(connector), theirs))
    answer = staff().post(page(connector), mine)
    assert answer.status_code == 200
    assert "Nothing was saved: user" in answer.content.decode()
    assert fresh(connector).display_name == "Theirs"


def test_the_second_of_two_publishers_gets_the_difference(staff, connector):
    publish(connector)
    mine = form_of(fresh(connector), display_name="Mine", **{PUBLISH: "1"})
    theo = Client()
    theo.force_login(MembershipFactory(tenant=connector.tenant, user=UserFactory(username="theo")).user)
    for _ in range(2):
        theirs = form_of(fresh(connector), host="https://theirs.example", **{PUBLISH: "1"})
        saved(theo.post(page(connector), theirs))
    answer = staff().post(page(connector), mine)
    told = answer.context["errors"][0]
    assert "Nothing was saved: theo published version 2 of this connector while you edited it" in told[0]
    assert "Host: (none) → https://theirs.example" in told
    assert (fresh(connector).display_name, fresh(connector).live.number) == ("", 2)


def test_whatever_is_sent_as_what_was_seen_is_no_way_around(staff, connector):
    for seen in ("0:x", "99:x", "x", "1:" + "a" * 64):
        answer = staff().post(page(connector), form_of(connector, display_name="Mine", seen=seen))
        assert "Nothing was saved" in answer.content.decode(), seen
    assert fresh(connector).display_name == ""


# --- secrets -----------------------------------------------------------------------------------------------


def test_an_empty_secret_keeps_a_typed_one_replaces_and_the_box_removes(staff, connector):
    client, before = staff(), connector.authentication.bearer_token_id
    saved(client.post(page(connector), form_of(connector)))
    assert fresh(connector).authentication.bearer_token_id == before

    saved(
        client.post(
            page(connector),
            form_of(fresh(connector), **{"authentication-0-bearer_token_input": "acme-new-0123456789"}),
        )
    )
    replaced = fresh(connector).authentication.bearer_token
    assert replaced.pk != before
    assert replaced.reveal().reveal() == "acme-new-0123456789"
    assert Secret.objects.get(pk=before).reveal().reveal() == TOKEN, "what is published keeps its own"

    saved(
        client.post(
            page(connector), form_of(fresh(connector), **{"authentication-0-bearer_token_input-clear": "on"})
        )
    )
    assert fresh(connector).authentication.bearer_token is None


def test_a_refused_form_shows_no_typed_secret(staff, connector):
    data = form_of(
        connector, host="nonsense", **{"authentication-0-bearer_token_input": "acme-typed-0123456789"}
    )
    answer = staff().post(page(connector), data)
    assert answer.status_code == 200
    assert "acme-typed" not in answer.content.decode()


def test_a_key_that_looks_like_a_credential_is_secret_without_being_asked(staff, connector):
    data = add_row(
        form_of(connector), "properties", key="PartnerPassword", value_type="String", value="pw-0123456789abc"
    )
    data = add_row(data, "properties", key="WebhookKey", value_type="String", value="wk-0123456789abc")
    data = add_row(data, "headers", name="X-Api-Key", value="hk-0123456789abc")
    saved(staff().post(page(connector), data))
    for row in (
        *fresh(connector).properties.filter(key__in=["PartnerPassword", "WebhookKey"]),
        fresh(connector).headers.get(name="X-Api-Key"),
    ):
        assert row.is_secret
        assert row.value == ""
        assert row.secret.reveal().reveal().endswith("-0123456789abc")
    assert ConnectorProperty.history.filter(value__contains="0123456789abc").count() == 0


def test_any_row_can_be_marked_secret(staff, connector):
    number = number_of(connector, "Limit")
    saved(staff().post(page(connector), form_of(connector, **{f"properties-{number}-is_secret": "on"})))
    row = fresh(connector).properties.get(key="Limit")
    assert (row.value, row.secret.reveal().reveal()) == ("", "5")


def test_a_secret_row_is_kept_when_empty_and_never_turned_readable(staff, connector):
    client, number = staff(), number_of(connector, "ApiKey")
    secret = connector.properties.get(key="ApiKey").secret
    saved(client.post(page(connector), form_of(connector)))
    assert fresh(connector).properties.get(key="ApiKey").secret == secret

    data = form_of(fresh(connector))
    del data[f"properties-{number}-is_secret"]
    answer = client.post(page(connector), data)
    assert "never shown" in answer.content.decode()
    saved(client.post(page(connector), {**data, f"properties-{number}-value": "plain"}))
    row = fresh(connector).properties.get(key="ApiKey")
    assert (row.value, row.secret, row.is_secret) == ("plain", None, False)


def test_a_file_is_uploaded_kept_and_limited(staff, connector, tenant):
    client = staff()
    upload = SimpleUploadedFile("cert.pem", b"-----BEGIN")
    saved(
        client.post(
            page(connector),
            add_row(form_of(connector), "properties", key="Cert", value_type="File", file=upload),
        )
    )
    shown = client.get(page(connector)).content.decode()
    assert "cert.pem is stored" in shown
    data = form_of(fresh(connector))
    data.pop(f"properties-{number_of(connector, 'Cert')}-value")
    saved(client.post(page(connector), data))
    publish(fresh(connector))
    value = runtime(tenant.pk).connectors[connector.pk].properties["Cert"]
    assert (value.name, value.content) == ("cert.pem", b"-----BEGIN")

    large = SimpleUploadedFile("large.bin", b"x" * (LARGEST_FILE + 1))
    data = add_row(form_of(fresh(connector)), "properties", key="Large", value_type="File", file=large)
    assert "too large; use at most 256 KiB" in client.post(page(connector), data).content.decode()


# --- bad input ---------------------------------------------------------------------------------------------


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


# --- test connection ---------------------------------------------------------------------------------------


@pytest.fixture
def vendor(settings):
    """A real server that answers GET /ping with what the test says."""

    class Handler(BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            self.send_response(Handler.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"ok": true}')

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{server.server_port}"]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Handler.url = f"http://127.0.0.1:{server.server_port}"
    yield Handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_test_connection_calls_the_provider_with_the_draft(staff, connector, vendor):
    Connector.objects.filter(pk=connector.pk).update(host=vendor.url)
    client, url = staff(), f"{LIST}{connector.pk}/test-connection/"
    assert "Nothing is changed at the provider" in client.get(url).content.decode()
    assert fresh(connector).tested_at is None, "looking calls nobody"

    assert 'data-passed="yes"' in client.post(url).content.decode()
    assert fresh(connector).test_passed
    shown = client.post(
        page(connector), form_of(fresh(connector), **{PUBLISH: "1"}), follow=True
    ).content.decode()
    assert "is live" in shown, "no warning is left to confirm"

    vendor.status = 401
    assert 'data-passed="no"' in client.post(url).content.decode()
    assert fresh(connector).test_passed is False
    assert TOKEN not in client.get(LIST).content.decode()


def test_a_draft_that_cannot_work_says_so_without_a_call(staff, tenant):
    connector = make_connector(tenant, "acme")
    assert "API Token: is missing" in staff().post(f"{LIST}{connector.pk}/test-connection/").content.decode()


# --- other tenants -----------------------------------------------------------------------------------------


def test_nothing_of_another_tenant_is_shown_or_taken(staff, tenant, connector):
    other = TenantFactory()
    with tenant_scope(other):
        theirs = publish_connector(other, "acme", bearer_token="acme-other-0123456789", display_name="Theirs")
        MarketFactory(tenant=other, code="THEIRS")
    client = staff()
    assert "Theirs" not in client.get(LIST).content.decode()
    assert "THEIRS" not in client.get(page(connector)).content.decode()
    for path in ("change/", "history/", "delete/", "versions/", "test-connection/"):
        assert client.get(f"{LIST}{theirs.id}/{path}").status_code == 404, path
        assert client.post(f"{LIST}{theirs.id}/{path}", {"number": "1", "retire": "1"}).status_code in {
            403,
            404,
        }, path


def test_effects_and_webhooks_are_lists_to_read(staff, tenant):
    client = staff()
    for model in (Effect, InboundWebhook):
        url = f"/admin/connectors/{model._meta.model_name}/"
        assert client.get(url).status_code == 200
        assert client.get(f"{url}add/").status_code == 403
