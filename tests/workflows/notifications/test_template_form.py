"""The form of templates: what it takes, what it refuses, and who may use it."""

import pytest

from connectors.models import Connector
from connectors.runtime import runtime
from tenants.models import Role, usages
from tenants.scoping import tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.notifications import NotificationTemplateFactory
from tests.factories.tenants import MarketFactory
from tests.factories.workflows import publish_order_type
from tests.workflows.notifications.pages import GIVEN, TEMPLATES, errors, html, saved
from workflows import usage
from workflows.models import OrderStatus, WorkflowStep

pytestmark = pytest.mark.thorough


def test_what_is_entered_is_in_force_and_in_the_history(shop, staff):
    client = staff(Role.PUBLISHER)
    shown = html(client.get(f"{TEMPLATES}add/"))
    assert "in force as soon as it is saved" in shown
    assert "{shipments.X} where X is tracking_number" in shown
    assert client.post(f"{TEMPLATES}add/", {**GIVEN, "markets": [shop.market.pk]}).status_code == 302
    found = saved(shop)
    assert (found.statuses, found.order_type, found.language) == (["New", "Ship"], "Online", "nb")
    assert list(found.markets.all()) == [shop.market]
    assert "Created" in html(client.get(f"{TEMPLATES}{found.pk}/history/"))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("subject", "Order {nummber}", "There is no order field {nummber}; did you mean {number}?"),
        ("text", "{customer.name}", "There is no order field {customer.name}"),
        ("html", "<p>{total_sum}</p>", "{properties.X}"),
        ("text", "", "Write the text of the message, or give a template id at the vendor."),
        ("subject", "", "A mail needs a subject"),
        ("language", "norsk", "Use a language code such as nb or en-GB."),
        ("sender", "shop", "Enter a valid email address."),
        ("statuses", ["Gone"], "Gone is not one of the available choices."),
        ("order_type", "Gone", "Gone is not one of the available choices."),
        ("channel", "pigeon", "pigeon is not one of the available choices."),
        ("markets", ["0"], "0 is not one of the available choices."),
        ("name", "RECEIVED", "Another notification template has this name."),
        ("name", "x\x00", "Null characters are not allowed."),
    ],
)
def test_bad_input_is_refused_where_it_stands(shop, staff, template, field, value, told):
    found = errors(staff().post(f"{TEMPLATES}add/", {**GIVEN, field: value}))
    assert told in str(found.get(field) or found["__all__"]).replace("&#x27;", "'")
    assert saved(shop) == template


def test_a_market_of_another_tenant_is_no_choice(staff):
    stranger = MarketFactory(code="THEIRS")
    answer = staff().post(f"{TEMPLATES}add/", {**GIVEN, "markets": [stranger.pk]})
    assert list(errors(answer)) == ["markets"]
    assert "THEIRS" not in html(answer)


def test_names_that_are_drafted_no_more_stay_chosen(shop, staff, template):
    with tenant_scope(shop.tenant):
        OrderStatus.objects.filter(name="New").update(name="Begun")
    answer = staff().get(f"{TEMPLATES}{template.pk}/change/")
    choices = answer.context["adminform"].form.fields["statuses"].choices
    assert [name for name, _ in choices] == [
        "Begun",
        "InProgress",
        "Ship",
        "Completed",
        "OrderCanceled",
        "New",
    ]


def test_a_tie_is_told_when_it_is_saved(staff, template):
    told = "Received and Shipped fit some orders of status New equally well"
    answer = staff().post(f"{TEMPLATES}add/", {**GIVEN, "order_type": "", "language": ""}, follow=True)
    assert told in html(answer)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONNECTOR_EDITOR])
def test_who_may_only_look_changes_nothing(role, shop, staff, template):
    client = staff(role)
    shown = html(client.get(f"{TEMPLATES}{template.pk}/change/"))
    assert "Order {number}" in shown and 'name="_save"' not in shown
    assert client.post(f"{TEMPLATES}{template.pk}/change/", GIVEN).status_code == 403
    assert client.get(f"{TEMPLATES}add/").status_code == 403
    assert saved(shop).name == "Received"


def test_a_template_that_a_step_names_is_not_deleted(shop, staff, template):
    with tenant_scope(shop.tenant):
        step = {"name": "Notification", "connector": "Webhook", "properties": {"template": "received"}}
        publish_order_type(shop.tenant, "Pos", {"New": {"steps": [step]}})
        assert len(usages(template)) == 2
        WorkflowStep.objects.all().delete()
    delete = f"{TEMPLATES}{template.pk}/delete/"
    assert "step of status New, order type Pos, published" in html(staff().get(delete))
    assert staff().post(delete, {"post": "yes"}).status_code in {200, 403}
    assert saved(shop) == template


def test_a_market_that_a_template_names_is_not_deleted(shop):
    swe = MarketFactory(tenant=shop.tenant, code="SWE")
    NotificationTemplateFactory(tenant=shop.tenant, name="Skickad", markets=[swe])
    assert usages(swe) == ["notification template Skickad"]


def test_who_uses_what(shop, template):
    """A fallback, and a connector that only templates name, are in use."""
    link = publish_connector(
        shop.tenant,
        "linkmobility",
        host="https://n-eu.linkmobility.io",
        username="u",
        password="p",
        properties={"PlatformId": "1", "PlatformPartnerId": "2", "Sender": "Nordic"},
    )
    NotificationTemplateFactory(
        tenant=shop.tenant, name="Text", channel="sms", connector="LinkMobility", fallback=template
    )
    with tenant_scope(shop.tenant):
        assert usages(template) == ["fallback of Text"]
        assert "notification template Text" in usages(Connector.objects.get(pk=link.id))
        assert [item.where for item in usage.of_templates(runtime(shop.tenant.pk))] == [
            "Notification template Text"
        ]


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"opens": "20:00", "closes": "08:00"}, "closes", "hours over midnight are not possible"),
        ({"open_days": ["8"]}, "open_days", "8 is not one of the available choices"),
        ({"delay_minutes": "200000"}, "delay_minutes", "less than or equal to 129600"),
        ({"connector": "Gone"}, "connector", "Gone is not one of the available choices"),
        ({"fallback": "0"}, "fallback", "Select a valid choice"),
    ],
)
def test_times_and_fallbacks_that_cannot_be_are_refused(staff, template, given, field, told):
    found = errors(staff().post(f"{TEMPLATES}add/", {**GIVEN, **given}))
    assert told in str(found[field])


def test_fallbacks_lead_nowhere_in_circles(shop, staff, template):
    other = NotificationTemplateFactory(tenant=shop.tenant, name="Other", statuses=[], fallback=template)
    change = f"{TEMPLATES}{template.pk}/change/"
    given = {**GIVEN, "name": "Received", "open_days": ["1", "5"], "fallback": other.pk}
    assert "lead back to this template" in str(errors(staff().post(change, given))["fallback"])
    assert staff().post(change, {**given, "fallback": ""}).status_code == 302
    template.refresh_from_db()
    assert template.open_days == [1, 5]


def test_the_page_of_who_gets_which(shop, staff, template):
    publish_order_type(
        shop.tenant, "Pos", {"New": {"steps": [{"name": "Notification", "connector": "Webhook"}]}}
    )
    NotificationTemplateFactory(tenant=shop.tenant, name="Twin", statuses=["Ship"])
    NotificationTemplateFactory(tenant=shop.tenant, name="Other twin", statuses=["Ship"])
    shown = html(staff(Role.VIEWER).get(f"{TEMPLATES}coverage/"))
    assert "Received" in shown and "Several fit equally well" in shown and "has no Notification step" in shown
