"""The editor of connectors: its page, save as draft and publish, test connection, other tenants."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connectors.documents import connector_document
from connectors.models import Connector, Effect, InboundWebhook
from connectors.publishing import publish
from connectors.runtime import runtime
from tenants.models import Market, Role
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.connectors_config.editor import LIST, PUBLISH, add_row, form_of, fresh, number_of, page, saved
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import (
    MarketFactory,
    MembershipFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.thorough


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


def test_each_tab_tells_what_the_type_uses(staff, connector):
    shown = staff().get(page(connector)).content.decode()
    for text in (
        "Acme Pay uses:",
        "<code>Bearer Token</code> (required)",
        "<code>PrePaid</code> (otherwise false)",
    ):
        assert text in shown
    assert "then this tab says what it needs" in staff().get(f"{LIST}add/").content.decode()


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
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/admin/connectors/effect/?operation=capture").status_code == 200
    assert not [query for query in asked.captured_queries if "DISTINCT" in query["sql"]]
