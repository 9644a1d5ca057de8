"""The editor of order types: statuses on the type's page, steps on the status's, one Publish for both."""

import pytest
from django.test import Client
from django.urls import reverse

from connectors.runtime import runtime
from connectors.versions import roll_back
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.tenants import MembershipFactory
from tests.factories.workflows import make_shop, publish_order_type
from tests.pages import errors_of, form_of, told
from workflows.chart import chart_of
from workflows.models import OrderStatus, OrderType, WorkflowStep
from workflows.publication import to_document

pytestmark = pytest.mark.thorough

PUBLISH_TYPE = "workflows_ordertype_publish"
PUBLISH_STATUS = "workflows_orderstatus_publish"
STATUSES = {
    "New": {"next": ["Ship"], "steps": [{"name": "AuthorizePayment", "stop_on_error": True}]},
    "Ship": {"steps": [{"name": "ExportOrder", "connector": "Webhook", "stop_on_error": True}]},
}


@pytest.fixture
def tenant(db):
    tenant = make_shop(statuses=STATUSES).tenant
    publish_connector(tenant)
    with tenant_scope(tenant):
        yield tenant


@pytest.fixture
def client(tenant):
    return person(tenant)


def person(tenant, role=Role.TENANT_ADMIN):
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant, role=role).user)
    return client


def page(row):
    return reverse(f"admin:workflows_{row._meta.model_name}_change", args=[row.pk])


def chart(tenant):
    return chart_of(runtime(tenant.pk), "Online")


def send(client, row, *, follow=False, **changes):
    """Open the editor, change these fields, and press a button."""
    data = form_of(client.get(page(row))) | changes
    return client.post(page(row), data, follow=follow)


def the_type() -> OrderType:
    return OrderType.objects.get(name="Online")


def the_status(name) -> OrderStatus:
    return OrderStatus.objects.get(name=name, order_type__name="Online")


class TestSaveAndPublish:
    def test_statuses_are_saved_as_a_draft_and_published_in_one_click(self, client, tenant):
        names = {"statuses-1-name": "Shipped", "statuses-0-allowed_next": "Shipped"}
        assert errors_of(send(client, the_type(), _save="1", **names)) == {}
        assert list(chart(tenant).statuses) == ["New", "Ship"]
        names = {"statuses-1-name": "Sent", "statuses-0-allowed_next": "Sent"}
        send(client, the_type(), **names, **{PUBLISH_TYPE: "1"}, comment="renamed")
        assert list(chart(tenant).statuses) == ["New", "Sent"]
        assert the_type().live.comment == "renamed"

    def test_a_step_is_saved_as_a_draft_and_published_in_one_click(self, client, tenant):
        status = the_status("Ship")
        send(client, status, _save="1", **{"steps-0-properties": '{"Priority": "1"}'})
        assert chart(tenant).status("Ship").steps[0].properties == {}
        answer = send(
            client,
            status,
            follow=True,
            comment="priority",
            **{"steps-0-properties": '{"Priority": "2"}', PUBLISH_STATUS: "1"},
        )
        assert "Version 2 of Online is live" in told(answer)
        assert chart(tenant).status("Ship").steps[0].properties == {"Priority": "2"}
        assert the_type().live.comment == "priority"

    def test_a_status_and_its_steps_are_added_in_the_plain_admin(self, client, tenant):
        rows = {"statuses-TOTAL_FORMS": "3", "statuses-2-name": "Done", "statuses-2-position": "9"}
        send(client, the_type(), _save="1", **rows, **{"statuses-2-is_completed": "on"})
        step = {
            "steps-TOTAL_FORMS": "1",
            "steps-0-name": "Notification",
            "steps-0-connector": "Webhook",
            "steps-0-position": "1",
            "steps-0-active": "on",
            "steps-0-stop_on_error": "on",
            "steps-0-conditions": ["Success", "Warning"],
            "steps-0-properties": "{}",
        }
        send(client, the_status("Done"), **step, **{PUBLISH_STATUS: "1"})
        found = chart(tenant).status("Done")
        assert found.is_completed
        assert [(item.name, item.conditions) for item in found.steps] == [
            ("Notification", ("Success", "Warning"))
        ]

    def test_warnings_are_confirmed_by_pressing_again(self, client, tenant):
        status = the_status("Ship")
        first = send(client, status, follow=True, **{"steps-0-stop_on_error": "", PUBLISH_STATUS: "1"})
        assert "Ship > ExportOrder: when it fails, the order goes on" in told(first).replace("&gt;", ">")
        assert chart(tenant).status("Ship").steps[0].stop_on_error
        send(client, status, **{PUBLISH_STATUS: "1"})
        assert not chart(tenant).status("Ship").steps[0].stop_on_error

    def test_a_chart_that_no_order_could_follow_stays_a_draft(self, client, tenant):
        answer = send(
            client, the_type(), follow=True, **{"statuses-0-allowed_next": "Shipp", PUBLISH_TYPE: "1"}
        )
        assert "Saved as draft, not published" in told(answer)
        assert "did you mean Ship?" in answer.content.decode()
        assert chart(tenant).statuses["New"].allowed_next == ("Ship",)
        assert the_status("New").allowed_next == ["Shipp"]

    @pytest.mark.parametrize("button", [PUBLISH_TYPE, PUBLISH_STATUS])
    def test_who_may_only_edit_does_not_publish(self, tenant, button):
        editor = person(tenant, Role.CONNECTOR_EDITOR)
        row = the_type() if button == PUBLISH_TYPE else the_status("New")
        assert button not in editor.get(page(row)).content.decode()
        send(editor, row, **{button: "1", "name": "Renamed"})
        assert the_type().live.number == 1 if OrderType.objects.filter(name="Online") else True
        assert list(chart(tenant).statuses) == ["New", "Ship"]


class TestRollBack:
    def test_statuses_and_steps_come_back(self, client, tenant):
        before = to_document(the_type())
        status = the_status("Ship")
        send(client, status, **{"steps-0-connector": "Other", "steps-0-DELETE": "on", PUBLISH_STATUS: "1"})
        send(
            client,
            the_type(),
            **{"statuses-1-DELETE": "on", "statuses-0-allowed_next": "", PUBLISH_TYPE: "1"},
        )
        assert list(chart(tenant).statuses) == ["New"]
        url = reverse("admin:workflows_ordertype_versions", args=[the_type().pk])
        assert client.post(url, {"number": "1"}).status_code == 302
        assert to_document(the_type()) == before
        assert list(chart(tenant).statuses) == ["New"], "rolling back publishes nothing"
        send(client, the_type(), **{PUBLISH_TYPE: "1"})
        assert chart(tenant).status("Ship").steps[0].name == "ExportOrder"

    def test_what_is_the_same_is_not_touched(self, tenant):
        rows = {model: model.history.count() for model in (OrderType, OrderStatus, WorkflowStep)}
        keys = set(WorkflowStep.objects.values_list("pk", flat=True))
        roll_back(the_type(), 1)
        assert {model: model.history.count() for model in rows} == rows
        assert set(WorkflowStep.objects.values_list("pk", flat=True)) == keys

    def test_a_name_that_another_type_took_since_is_refused(self, client, tenant):
        OrderType.objects.filter(name="Online").update(name="Old")
        publish_order_type(tenant, "Online", {"A": {}})
        old = OrderType.objects.get(name="Old")
        url = reverse("admin:workflows_ordertype_versions", args=[old.pk])
        answer = client.post(url, {"number": "1"}, follow=True)
        assert "Nothing was rolled back: Another order type has this name." in told(answer)
        assert OrderType.objects.get(pk=old.pk).name == "Old"


class TestTwoEditors:
    def test_the_second_publisher_of_a_chart_gets_the_difference(self, client, tenant):
        stale = form_of(client.get(page(the_type())))
        send(client, the_status("Ship"), **{"steps-0-properties": '{"A": "1"}', PUBLISH_STATUS: "1"})
        answer = client.post(page(the_type()), stale | {"name": "Mine", PUBLISH_TYPE: "1"})
        refused = errors_of(answer)["__all__"]
        assert "published version 2 of this order type while you edited it" in refused[0]
        assert any(
            "Statuses > Ship > Steps > ExportOrder > Properties > A: (none) → 1" in line for line in refused
        )
        assert the_type().live.number == 2

    def test_the_second_editor_of_a_status_overwrites_nothing(self, client, tenant):
        status = the_status("Ship")
        stale = form_of(client.get(page(status)))
        send(client, status, _save="1", **{"steps-0-connector": "Theirs"})
        answer = client.post(page(status), stale | {"steps-0-connector": "Mine", "_save": "1"})
        assert "changed this order type while you edited it" in errors_of(answer)["__all__"][0]
        assert status.steps.get().connector == "Theirs"

    def test_another_status_may_be_edited_meanwhile(self, client, tenant):
        stale = form_of(client.get(page(the_status("New"))))
        send(client, the_status("Ship"), _save="1", **{"steps-0-connector": "Theirs"})
        assert errors_of(client.post(page(the_status("New")), stale | {"_save": "1"})) == {}


class TestBadInput:
    def test_two_statuses_of_one_name_are_refused_at_the_field(self, client, tenant):
        rows = {"statuses-TOTAL_FORMS": "4"}
        for number, name in ((2, "Twice"), (3, "twice")):
            rows |= {f"statuses-{number}-name": name, f"statuses-{number}-position": "5"}
        refused = errors_of(send(client, the_type(), _save="1", **rows))
        assert refused == {"statuses-3-name": ["This order type already has a status of this name."]}
        assert the_type().statuses.count() == 2

    @pytest.mark.parametrize(
        "properties",
        [
            "{",
            '["a"]',
            '{"a": {"b": {}}}',
            '{"a": NaN}',
            '{"a": 1e999}',
            '{"a": "\\u0000"}',
            '{"a": "\\ud800"}',
            "[" * 20_000,
        ],
    )
    def test_properties_that_cannot_be_kept_are_refused_at_the_field(self, client, tenant, properties):
        refused = errors_of(send(client, the_status("Ship"), _save="1", **{"steps-0-properties": properties}))
        assert list(refused) == ["steps-0-properties"]
        assert the_status("Ship").steps.get().properties == {}

    def test_an_unknown_step_is_no_choice_but_an_old_one_is_shown(self, client, tenant):
        status = the_status("Ship")
        assert "steps-0-name" in errors_of(send(client, status, _save="1", **{"steps-0-name": "Export"}))
        status.steps.update(name="Retired")
        assert "Retired (unknown)" in client.get(page(status)).content.decode()
        answer = send(client, status, follow=True, **{PUBLISH_STATUS: "1"})
        assert "there is no workflow step" in told(answer)


class TestDeletion:
    def test_a_published_type_is_retired_and_never_deleted(self, client, tenant):
        url = reverse("admin:workflows_ordertype_delete", args=[the_type().pk])
        assert client.post(url, {"post": "yes"}).status_code == 403
        many = {"action": "delete_selected", "_selected_action": [the_type().pk], "post": "yes"}
        answer = client.post(reverse("admin:workflows_ordertype_changelist"), many, follow=True)
        assert "what it has published" in answer.content.decode()
        assert the_type().live is not None

    def test_a_draft_is_deleted_with_its_rows(self, client, tenant):
        draft = OrderType.objects.create(name="Draft")
        draft.statuses.create(name="A").steps.create(name="ExportOrder")
        url = reverse("admin:workflows_ordertype_delete", args=[draft.pk])
        assert client.post(url, {"post": "yes"}).status_code == 302
        assert not OrderType.objects.filter(name="Draft").exists()
