"""The page of versions, the same for everything that is published."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from connectors import kinds, registry
from connectors.admin import versions as page_module
from connectors.admin.versions import VersionsMixin
from connectors.models import Connector
from connectors.publishing import kind_of, publish, retire
from payments.models import PaymentMethod
from shipping.models import ShippingProvider
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import publish_connector
from tests.factories.payments import publish_payment_method
from tests.factories.shipping import publish_shipping_provider
from tests.factories.tenants import MembershipFactory, TenantFactory, UserFactory
from tests.factories.workflows import publish_order_type
from tests.pages import form_of, told
from tests.shipping.carrier import Trolley
from workflows.models import OrderType

pytestmark = pytest.mark.thorough

#: For each kind: makes a published one, the field that the tests change, and what people call it.
KINDS = {
    Connector: (
        lambda tenant: Connector.objects.get(pk=publish_connector(tenant, "acme", bearer_token=TOKEN).id),
        "display_name",
        "Display Name",
    ),
    PaymentMethod: (publish_payment_method, "payment_method_name", "Payment Method Name"),
    ShippingProvider: (publish_shipping_provider, "name", "Name"),
    OrderType: (
        lambda tenant: publish_order_type(tenant, "Online", {"New": {"steps": ["AuthorizePayment"]}}),
        "name",
        "Name",
    ),
}


@pytest.fixture(autouse=True)
def trolley():
    with registry.registered(Trolley):
        yield


def test_whatever_is_publishable_has_the_page():
    """Also a kind that is added later."""
    for kind in kinds.kinds():
        assert isinstance(admin.site.get_model_admin(kind.model), VersionsMixin), kind.name
        assert kind.restore is not None, kind.name
    assert set(KINDS) <= {kind.model for kind in kinds.kinds()}


def log_in(tenant, role=Role.TENANT_ADMIN):
    client = Client()
    with tenant_scope(tenant):
        client.force_login(MembershipFactory(tenant=tenant, role=role).user)
    return client


@pytest.fixture
def client(tenant):
    return log_in(tenant)


def url(obj, view="versions"):
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{view}", args=[obj.pk])


def change(obj, field, value):
    """Save a draft."""
    fresh = type(obj).objects.get(pk=obj.pk)
    setattr(fresh, field, value)
    fresh.save()
    return fresh


def words(answer) -> str:
    assert answer.status_code == 200, answer
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def compared(answer) -> str:
    return re.sub(
        r"\s+", " ", strip_tags(answer.content.decode().split("data-compared>")[1].split("</div>")[0])
    )


@pytest.fixture(params=list(KINDS), ids=lambda model: model.__name__)
def thing(request, tenant):
    make, field, label = KINDS[request.param]
    obj = make(tenant)
    obj.field, obj.label = field, label
    return obj


def test_the_editor_leads_to_it_and_it_tells_what_each_version_changed(thing, client):
    assert f'href="{url(thing)}"' in client.get(url(thing, "change")).content.decode()
    publish(change(thing, thing.field, "Second"), user=UserFactory(username="anna"), comment="rename it")
    change(thing, thing.field, "Third")
    shown = words(client.get(url(thing)))
    assert re.search(rf"would change Field Before After {thing.label} Second Third", shown)
    assert re.search(r"Version 2 live .* by anna, generation \d+ “rename it”", shown)
    assert re.search(rf"rename it” Field Before After {thing.label} \S+ Second", shown)


def test_any_two_versions_and_the_draft_are_compared(thing, client):
    first = getattr(thing, thing.field)
    publish(change(thing, thing.field, "Second"))
    publish(change(thing, thing.field, "Third"))
    change(thing, thing.field, "Fourth")
    for old, new, before, after in (
        ("1", "3", first or "-", "Third"),
        ("3", "1", "Third", first or "-"),
        ("2", "draft", "Second", "Fourth"),
    ):
        shown = compared(client.get(url(thing), {"old": old, "new": new}))
        assert f"Field Before After {thing.label} {before} {after}" in shown
    assert "They are the same" in compared(client.get(url(thing), {"old": "2", "new": "2"}))
    assert thing.label in compared(client.get(url(thing), {"old": "0", "new": "2"}))
    for side in ("9", "x", "", "-1", "1" * 30):
        assert client.get(url(thing), {"old": side, "new": "1"}).status_code == 404, side


def test_rolling_back_rewrites_the_draft_and_publishes_nothing(thing, client):
    document = kind_of(thing).to_document(thing)
    publish(change(thing, thing.field, "Second"))
    answer = client.post(url(thing), {"number": "1"}, follow=True)
    assert "The draft is as version 1 was. Look at it, then publish." in told(answer)
    fresh = type(thing).objects.get(pk=thing.pk)
    assert kind_of(fresh).to_document(fresh) == document
    assert fresh.live.number == 2
    assert publish(fresh).number == 3
    for number in ("9", "0", "x", ""):
        assert client.post(url(thing), {"number": number}).status_code == 404, number


def test_retiring_takes_out_of_service_and_publishing_brings_back(thing, client):
    client.post(url(thing), {"retire": "1", "comment": "moved away"})
    assert type(thing).objects.get(pk=thing.pk).retired
    shown = words(client.get(url(thing)))
    assert re.search(r"Version 2 retired .* “moved away” Taken out of service", shown)
    assert 'name="retire"' not in client.get(url(thing)).content.decode()
    assert publish(type(thing).objects.get(pk=thing.pk)).number == 3
    assert not type(thing).objects.get(pk=thing.pk).retired


def test_who_may_not_publish_only_looks(thing, tenant):
    for role in (Role.VIEWER, Role.CONNECTOR_EDITOR):
        viewer = log_in(tenant, role)
        shown = viewer.get(url(thing)).content.decode()
        assert "Roll the draft back" not in shown
        assert 'name="retire"' not in shown
        for data in ({"retire": "1"}, {"number": "1"}):
            assert viewer.post(url(thing), data).status_code == 403
    assert not type(thing).objects.get(pk=thing.pk).retired


def test_another_tenants_versions_are_not_there(thing, tenant):
    stranger = log_in(TenantFactory())
    assert stranger.get(url(thing)).status_code == 404
    for data in ({"retire": "1"}, {"number": "1"}):
        assert stranger.post(url(thing), data).status_code == 404
    with tenant_scope(tenant):
        assert not type(thing).objects.get(pk=thing.pk).retired


def test_what_was_published_is_never_deleted(thing, client):
    retire(thing)
    assert client.post(url(thing, "delete"), {"post": "yes"}).status_code == 403
    listing = url(thing, "change").rsplit(str(thing.pk), 1)[0]
    client.post(listing, {"action": "delete_selected", "_selected_action": [thing.pk], "post": "yes"})
    assert type(thing).objects.filter(pk=thing.pk).exists()


def test_the_list_tells_where_each_draft_stands(thing, client):
    listing = url(thing, "change").rsplit(str(thing.pk), 1)[0]
    assert "1 live" in words(client.get(listing)).replace("Version ", "")
    change(thing, thing.field, "Other")
    assert "draft differs" in words(client.get(listing))
    retire(thing)
    assert "Retired" in words(client.get(listing))


def test_a_payment_methods_page_leads_to_its_connectors(client, tenant):
    method = publish_payment_method(tenant)
    assert f'href="{url(method.connector)}"' in client.get(url(method)).content.decode()


def test_who_retires_a_connector_sees_who_uses_it(client, tenant):
    method = publish_payment_method(tenant)
    assert f"It is asked for by Payment method {method.name}." in words(client.get(url(method.connector)))


def test_secrets_are_told_as_changed(client, tenant):
    make = KINDS[Connector][0]
    connector = make(tenant)
    data = form_of(client.get(url(connector, "change")))
    client.post(url(connector, "change"), data | {"authentication-0-bearer_token_input": "acme-other-012345"})
    shown = client.get(url(connector)).content.decode()
    assert "Authentication &gt; Bearer Token" in shown
    assert "changed" in shown
    assert TOKEN not in shown
    assert "acme-other" not in shown


def test_many_versions_are_read_in_pages_and_a_fixed_number_of_statements(
    client, tenant, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(page_module, "PAGE", 3)
    connector = KINDS[Connector][0](tenant)
    for number in range(5):
        publish(change(connector, "display_name", f"Name{number}"))
    with django_assert_max_num_queries(25):
        shown = client.get(url(connector)).content.decode()
    assert re.findall(r'data-version="(\d)"', shown) == ["6", "5", "4"]
    older = client.get(url(connector), {"before": "4"}).content.decode()
    assert re.findall(r'data-version="(\d)"', older) == ["3", "2", "1"]
    assert "Older versions" in shown
    assert "Older versions" not in older
    assert client.get(url(connector), {"before": "1"}).status_code == 200


def test_the_webhook_address_shows_to_those_who_enter_it_at_the_vendor_only(tenant):
    """Whoever has it can send webhooks, of which some vendors' bear no signature."""
    config = publish_connector(tenant, "acme", bearer_token=TOKEN)
    connector = Connector.objects.get(pk=config.id)
    for role, sees in ((Role.VIEWER, False), (Role.OPERATOR, False), (Role.CONNECTOR_EDITOR, True)):
        client = Client()
        client.force_login(MembershipFactory(tenant=tenant, role=role).user)
        pages = [
            client.get(reverse(f"admin:connectors_connector_{view}", args=[connector.pk])).content.decode()
            for view in ("change", "versions", "history")
        ]
        pages.append(client.get(reverse("admin:plugin", args=["acme"])).content.decode())
        assert [connector.webhook_token in shown for shown in pages] == [sees, False, False, sees], role
