import csv
import io
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connector
from eventlog.events import Category, Outcome
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector
from tests.factories.events import record_event
from tests.factories.tenants import UserFactory
from tests.factories.workflows import OrderFactory
from tests.tenants.conftest import logged_in
from workflows.models import ImportedObject

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
LIST = "/admin/eventlog/event/"


def messages(client, query=""):
    shown = html(client.get(LIST + query))
    return re.findall(r"event-\d+", shown)


def html(response):
    assert response.status_code == 200, response
    return response.content.decode()


def detail(event):
    return reverse("admin:eventlog_event_change", args=[event.pk])


def test_newest_first_and_one_tenant_only(staff, ours, theirs):
    for number in range(3):
        record_event(ours, message=f"event-{number}")
    record_event(theirs, message="event-99")
    assert messages(staff(Role.VIEWER)) == ["event-2", "event-1", "event-0"]


def connected(tenant, type, label):
    return make_connector(tenant, type, display_name=label).pk


def test_filters(staff, ours):
    stripe, bring = connected(ours, "stripe", "Cards"), connected(ours, "bring", "Parcels")
    record_event(ours, message="event-1", connector_id=stripe, connector_name="Stripe", provider="stripe")
    record_event(ours, message="event-2", connector_id=bring, connector_name="Bring", provider="bring")
    record_event(ours, message="event-3", category=Category.ERROR, outcome=Outcome.ERROR)
    client = staff()
    assert messages(client, "?category__exact=Error") == ["event-3"]
    assert messages(client, "?outcome__exact=success") == ["event-2", "event-1"]
    assert messages(client, f"?connector_id={stripe}") == ["event-1"]
    assert messages(client, "?provider=bring") == ["event-2"]
    assert messages(client, "?connector_category=Payment") == ["event-1"]
    assert messages(client, "?hours=1") == ["event-3", "event-2", "event-1"]
    span = "?at_from_0=2026-01-01&at_from_1=00:00:00&at_to_0=2026-01-02&at_to_1=00:00:00"
    assert messages(client, span) == []
    assert {"Cards", "Parcels"} <= set(re.findall(r"Cards|Parcels", html(client.get(LIST))))


@pytest.mark.parametrize(
    "query",
    ["?hours=x", "?connector_id=x", "?provider=nobody", "?connector_id=99999", "?before=x", "?after=9.9.9"],
)
def test_a_filter_that_was_not_offered_is_ignored(staff, ours, query):
    record_event(ours, message="event-1", connector_id=7, connector_name="Stripe", provider="stripe")
    assert messages(staff(), query) == ["event-1"]


def test_search_by_order_number_and_ids(staff, ours):
    record_event(ours, message="event-1", order_number="N-1001", order_id=51)
    record_event(ours, message="event-2", order_number="77", order_id=52)
    third = record_event(ours, message="event-3", order_number="N-1003", order_id=77)
    client = staff()
    assert messages(client, "?q=N-1001") == ["event-1"]
    assert messages(client, "?q=77") == ["event-3", "event-2"]
    assert messages(client, f"?q={third.pk}") == ["event-3"]
    assert messages(client, f"?q={'9' * 40}") == []
    assert messages(client, "?q=%20") == ["event-3", "event-2", "event-1"]


def test_search_by_ids_of_other_systems_and_of_requests(staff, ours):
    with tenant_scope(ours):
        order = OrderFactory(tenant=ours, external_ids={"erp": "SO-9"})
        shop = Connector.objects.get(pk=connected(ours, "shopify", "Shop"))
        now = timezone.now()
        ImportedObject.objects.create(
            connector=shop, external_id="gid-7", order=order, first_seen_at=now, seen_at=now
        )
    record_event(ours, message="event-1", order_id=order.pk)
    record_event(ours, message="event-2", request_id="req_123")
    client = staff()
    assert messages(client, "?q=erp:SO-9") == messages(client, "?q=gid-7") == ["event-1"]
    assert messages(client, "?q=req_123") == ["event-2"]
    assert messages(client, "?q=erp:SO-8") == []


def test_other_tenants_values_are_offered_nowhere(staff, ours, theirs):
    connected(theirs, "stripe", "Foreign")
    record_event(theirs, message="event-9", connector_id=9, connector_name="Foreign", provider="foreignpay")
    connected(ours, "bring", "Ours")
    shown = html(staff().get(LIST))
    assert "Foreign" not in shown and "Stripe" not in shown


def test_the_list_never_counts_and_goes_on_after_the_last_row(staff, ours):
    """Also when rows come in between, and where many have the same time."""
    moment = timezone.now()
    for number in range(205):
        record_event(ours, message=f"event-{number}", at=moment)
    client = staff()
    with CaptureQueriesContext(connection) as queries:
        first = client.get(LIST)
    log = [query["sql"] for query in queries if "eventlog_event" in query["sql"]]
    assert log and not any("COUNT(" in sql or "OFFSET" in sql for sql in log)
    assert all("LIMIT" in sql for sql in log)
    record_event(ours, message="event-205")
    pages = [first]
    while pages[-1].context["cl"].older:
        pages.append(client.get(LIST + pages[-1].context["cl"].older))
    found = [re.findall(r"event-\d+", html(page)) for page in pages]
    assert [len(page) for page in found] == [100, 100, 5]
    assert [*found[0], *found[1], *found[2]] == [f"event-{number}" for number in reversed(range(205))]
    back = client.get(LIST + pages[-1].context["cl"].newer)
    assert re.findall(r"event-\d+", html(back)) == found[1]
    top = client.get(LIST + client.get(LIST + back.context["cl"].newer).context["cl"].newer)
    assert re.findall(r"event-\d+", html(top)) == ["event-205"]
    kept = client.get(LIST + "?outcome__exact=success&before=1.1").context["cl"]
    assert "before" not in kept.newest and "outcome__exact=success" in kept.newest


class TestExport:
    URL = f"{LIST}export/"

    def csv(self, client, query=""):
        answer = client.get(self.URL + query)
        assert answer.status_code == 200, answer
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def test_a_filtered_part_of_one_tenant_in_the_order_of_the_list(self, staff, ours, theirs, monkeypatch):
        monkeypatch.setattr("eventlog.admin.export._BATCH", 2)
        for number in range(5):
            record_event(ours, message=f"event-{number}", order_number="N-1")
        record_event(ours, message="event-9", outcome=Outcome.ERROR)
        record_event(theirs, message="event-99")
        rows = self.csv(staff(Role.VIEWER), "?outcome__exact=success")
        assert [row["message"] for row in rows] == [f"event-{number}" for number in (4, 3, 2, 1, 0)]
        assert rows[0]["order_number"] == "N-1" and rows[0]["outcome"] == "success"

    def test_no_cell_is_a_formula_and_personal_data_is_for_those_who_may_see_it(self, staff, ours):
        said = 'Told kari@buyer.example, +47 99 88 77 66, "twice"\nand again'
        record_event(ours, message=said, actor="=cmd|' /C calc'!A0")
        seen, hidden = (self.csv(staff(role))[0] for role in (Role.OPERATOR, Role.VIEWER))
        assert seen["message"] == said
        assert seen["actor"] == hidden["actor"] == "'=cmd|' /C calc'!A0"
        assert hidden["message"] == 'Told (e-mail), (phone), "twice"\nand again'
        assert "kari@" not in html(staff(Role.VIEWER).get(LIST))

    def test_only_members_get_it_and_only_by_asking(self, ours, staff):
        assert logged_in(UserFactory()).get(self.URL).status_code in {302, 403}
        assert staff().post(self.URL).status_code == 403


def test_the_detail_page_shows_the_call_to_who_may_see_personal_data(staff, ours):
    event = record_event(
        ours,
        effect_id=uuid.uuid4(),
        details={"attempt": 2},
        request={"body": {"name": "Kari <b>Nordmann</b>"}},
        response={"body": {"status": "succeeded"}},
    )
    shown = html(staff(Role.OPERATOR).get(detail(event)))
    assert "Success" in shown and "(&#x27;" not in shown
    assert "Kari &lt;b&gt;Nordmann&lt;/b&gt;" in shown and "succeeded" in shown and "attempt" in shown
    for role in (Role.VIEWER, Role.CONNECTOR_EDITOR):
        hidden = html(staff(role).get(detail(event)))
        assert "Nordmann" not in hidden and "succeeded" not in hidden and "attempt" in hidden


def test_a_pruned_or_absent_payload_is_explained(staff, ours):
    assert "no longer kept" in html(staff().get(detail(record_event(ours))))


def test_nobody_adds_changes_or_deletes(superuser, staff, ours):
    event = record_event(ours, message="event-1")
    for client in (staff(), superuser):
        assert client.get(f"{LIST}add/").status_code == 403
        assert client.post(detail(event), {"message": "forged"}).status_code == 403
        assert (
            client.post(reverse("admin:eventlog_event_delete", args=[event.pk]), {"post": "yes"}).status_code
            == 403
        )
        client.post(LIST, {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    event.refresh_from_db()
    assert event.message == "event-1"


def test_another_tenants_event_does_not_exist(staff, theirs):
    event = record_event(theirs)
    client = staff()
    assert client.get(detail(event)).status_code == 404
    assert client.get(reverse("admin:eventlog_event_history", args=[event.pk])).status_code == 404
