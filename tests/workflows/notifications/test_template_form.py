"""The form of templates: what it takes, what it refuses, and who may use it."""

import pytest

from tenants.models import Role, usages
from tenants.scoping import tenant_scope
from tests.factories.notifications import NotificationTemplateFactory
from tests.factories.tenants import MarketFactory
from tests.factories.workflows import publish_order_type
from tests.workflows.notifications.pages import GIVEN, TEMPLATES, errors, html, saved
from workflows.models import OrderStatus, WorkflowStep


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
