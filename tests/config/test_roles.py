"""What each role may do on each page of the admin, and that personal data shows to nobody without the right."""

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from eventlog.events import Category
from tenants.models import RIGHTS, Right, Role
from tenants.scoping import TenantModel, platform_scope, tenant_scope
from tests.config.world import make_world
from tests.factories.events import record_event
from tests.factories.tenants import MembershipFactory, UserFactory
from tests.factories.workflows import CustomerFactory
from workflows import orders
from workflows.models import ImportedObject, Order, ScheduledRun, StepRun, WorkflowRun

SITE = admin.site
PAGES = {model._meta.label: model for model in SITE._registry if issubclass(model, TenantModel)}
LOOKED_AT = (Right.VIEW, None, None, None)
EDITED = (Right.VIEW, Right.EDIT, Right.EDIT, Right.EDIT)
PUBLISHED = (Right.VIEW, Right.EDIT, Right.EDIT, None)
LIVE_AT_ONCE = (Right.VIEW, Right.PUBLISH, Right.PUBLISH, Right.PUBLISH)
ADMINISTERED = (Right.ADMINISTER,) * 4

#: The right to view, add, change and delete. A page that is not named here is one that is only looked at.
RULES = {
    "connectors.Connector": EDITED,
    "connectors.EventSubscription": LIVE_AT_ONCE,
    "payments.PaymentMethod": PUBLISHED,
    "shipping.ShippingProvider": PUBLISHED,
    "tenants.ApiKey": (*ADMINISTERED[:3], None),
    "tenants.Membership": ADMINISTERED,
    "tenants.Secret": (Right.ADMINISTER, None, None, None),
    "tenants.Market": EDITED,
    "tenants.MarketGroup": EDITED,
    "tenants.Store": EDITED,
    "workflows.InventoryLevel": EDITED,
    "workflows.NotificationTemplate": LIVE_AT_ONCE,
    "workflows.OrderError": (Right.VIEW, None, Right.ACT, None),
    "workflows.ReceivedMail": (Right.VIEW, None, Right.ACT, None),
    "workflows.OrderStatus": EDITED,
    "workflows.OrderType": EDITED,
    "workflows.Product": EDITED,
    "workflows.ScheduledTask": LIVE_AT_ONCE,
    "workflows.StepGroup": EDITED,
    "workflows.GroupStep": (Right.VIEW, None, Right.EDIT, Right.EDIT),
    "workflows.WorkflowStep": EDITED,
}
#: A person's page needs both rights.
PEOPLE = "workflows.Customer"
WAYS = ("view", "add", "change", "delete")


def expected(label, rights):
    if label == PEOPLE:
        sees = Right.SEE_PERSONAL_DATA in rights
        return (sees, *[sees and Right.EDIT in rights] * 3)
    return tuple(right in rights for right in RULES.get(label, LOOKED_AT))


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_every_page_allows_each_role_what_it_should(role):
    request = RequestFactory().get("/")
    request.user = UserFactory.build()
    request.rights = RIGHTS[role] if role else frozenset()
    wrong = {}
    for label, model in PAGES.items():
        page = SITE.get_model_admin(model)
        found = tuple(getattr(page, f"has_{way}_permission")(request) for way in WAYS)
        if found != expected(label, request.rights):
            wrong[label] = found
    assert wrong == {}


def test_acting_with_money_publishing_and_seeing_people_are_rights_of_their_own():
    assert {
        role: RIGHTS[role] & {Right.ACT_MONEY, Right.PUBLISH, Right.SEE_PERSONAL_DATA} for role in Role
    } == {
        Role.VIEWER: set(),
        Role.OPERATOR: {Right.ACT_MONEY, Right.SEE_PERSONAL_DATA},
        Role.CONNECTOR_EDITOR: set(),
        Role.PUBLISHER: {Right.PUBLISH},
        Role.TENANT_ADMIN: {Right.ACT_MONEY, Right.PUBLISH, Right.SEE_PERSONAL_DATA},
    }


def rows(model, tenant):
    with platform_scope("the test looks at all rows"):
        return list(model._base_manager.filter(tenant=tenant).order_by("pk")[:1])


def addresses(model, tenant):
    """(way, address) of every page below a list, of what the admin and other apps have there."""
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    yield "view", reverse(f"admin:{name}_changelist")
    yield "add", reverse(f"admin:{name}_add")
    for row in rows(model, tenant):
        yield "change", reverse(f"admin:{name}_change", args=[row.pk])
        yield "delete", reverse(f"admin:{name}_delete", args=[row.pk])


def client_of(tenant, role):
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant, role=role).user)
    return client


@pytest.fixture
def tenant(db):
    return make_world("Minelle")


def opened_wrongly(tenant, role):
    """Pages that open though they should not, and the reverse."""
    client, rights = client_of(tenant, role), RIGHTS[role]
    for label, model in PAGES.items():
        view, add, change, delete = expected(label, rights)
        may = {"view": view, "add": add, "change": view or change, "delete": delete}
        for way, url in addresses(model, tenant):
            if way != "delete" and (client.get(url).status_code != 403) is not may[way]:
                yield url


def written_wrongly(tenant, role):
    """Pages that take a POST of who may not write there."""
    client, rights = client_of(tenant, role), RIGHTS[role]
    for label, model in PAGES.items():
        allowed = dict(zip(WAYS, expected(label, rights), strict=True))
        for way, url in addresses(model, tenant):
            if way != "view" and not allowed[way] and client.post(url, {"post": "yes"}).status_code != 403:
                yield url


def test_a_viewer_writes_nowhere(tenant):
    assert list(written_wrongly(tenant, Role.VIEWER)) == []


@pytest.mark.thorough
@pytest.mark.parametrize("role", Role)
def test_the_matrix_over_http(tenant, role):
    assert list(opened_wrongly(tenant, role)) == []
    assert list(written_wrongly(tenant, role)) == []


SECRET_PERSON = {
    "email": "kari.privat@buyer.example",
    "first_name": "Karianne",
    "last_name": "Hemmelig",
    "phone": "+47 99 88 77 66",
}
STREET = "Skjultveien 7"
TOLD = f"Refused for {SECRET_PERSON['email']}, {SECRET_PERSON['phone']}"
TRACES = [*SECRET_PERSON.values(), STREET]


@pytest.fixture
def people(tenant):
    """Personal data wherever it may come to lie."""
    with tenant_scope(tenant):
        CustomerFactory(tenant=tenant, number="C-9", **SECRET_PERSON)
        data = {
            "number": "P-1",
            "market": "Minelle",
            "customer": {"number": "C-9", **SECRET_PERSON},
            "billing": {"name": "Karianne Hemmelig", "line1": STREET, "country": "NO", "city": "Oslo"},
            "properties": {"Email": SECRET_PERSON["email"]},
            "lines": [{"sku": "Minelle", "quantity": "1", "unit_price": "1.00"}],
        }
        order = orders.create_order(data)
        orders.add_error(order.pk, "refused", TOLD)
        WorkflowRun.objects.update(message=TOLD)
        run = WorkflowRun.objects.filter(order=order).first()
        StepRun.objects.create(
            run=run, order=order, position=99, name="ExportOrder", state="error", message=TOLD
        )
        ImportedObject.objects.update(reason=TOLD, state="error")
        ScheduledRun.objects.update(message=TOLD)
    details = {"customer": {"name": "Karianne Hemmelig"}, "note": TOLD}
    record_event(
        tenant, category=Category.ERROR, message=TOLD, order_id=order.pk, order_number="P-1", details=details
    )
    return tenant


def everything(tenant):
    for model in PAGES.values():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"admin:{name}_changelist")
        with platform_scope("the test looks at all rows"):
            keys = list(
                model._base_manager.filter(tenant=tenant).order_by("-pk").values_list("pk", flat=True)[:2]
            )
        yield from (reverse(f"admin:{name}_change", args=[key]) for key in keys)
        if model._meta.model_name == "ordertype":
            yield reverse("admin:workflows_ordertype_chart", args=keys[:1])
    yield reverse("admin:eventlog_event_export")
    yield "/admin/"


def text_of(answer) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


@pytest.mark.thorough
def test_personal_data_shows_to_nobody_without_the_right(people):
    client, leaks, opened = client_of(people, Role.PUBLISHER), [], 0
    for url in everything(people):
        answer = client.get(url)
        opened += answer.status_code == 200
        leaks += [(url, trace) for trace in TRACES if answer.status_code == 200 and trace in text_of(answer)]
    assert leaks == [] and opened > 40
    operator = client_of(people, Role.OPERATOR)
    listed = [reverse("admin:workflows_customer_changelist"), reverse("admin:eventlog_event_changelist")]
    with platform_scope("the test looks for the order"):
        listed.append(
            reverse("admin:workflows_order_change", args=[Order._base_manager.get(number="P-1").pk])
        )
    seen = "".join(text_of(operator.get(url)) for url in listed)
    assert all(trace in seen for trace in TRACES), "or the test proves nothing"


def test_nobody_finds_out_by_asking_what_is_not_shown(people):
    viewer, operator = client_of(people, Role.VIEWER), client_of(people, Role.OPERATOR)
    url = reverse("admin:workflows_order_changelist")
    for lookup in ("billing__line1__startswith", "customer_data__email", "properties__Email"):
        assert viewer.get(url, {lookup: "S"}).status_code == 400, lookup
        assert operator.get(url, {lookup: "S"}).status_code == 200, lookup
    where = {"app_label": "workflows", "model_name": "order", "field_name": "customer", "term": "kari"}
    assert viewer.get(reverse("admin:autocomplete"), where).status_code == 403
