"""The editor of shipping providers: its own fields, its connector's, and the options in one page."""

import pytest

from connectors.models import Connector
from shipping.models import ShipmentOption, ShippingProvider
from tenants.models import Role, Secret
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.shipping import ShipmentFactory, make_warehouse, publish_shipping_provider
from tests.factories.tenants import MarketFactory, TenantFactory
from tests.payments.pages import person, text

pytestmark = pytest.mark.thorough

PROVIDERS = "/admin/shipping/shippingprovider/"
PUBLISH = "shipping_shippingprovider_publish"
RETIRE = "shipping_shippingprovider_retire"
TOKEN = "trolley_canary_0123456789_9999"
FIRST = "shipment_options-0-"
NEW = {
    "name": "Post",
    "connector": "",
    "shipping_gateway": "handcart",
    "merchant_id": "shop-1",
    "api_token": TOKEN,
    "base_url": "https://handcart.example",
    "properties": "{}",
    "shipment_options-TOTAL_FORMS": "1",
    "shipment_options-INITIAL_FORMS": "0",
    f"{FIRST}name": "home",
    f"{FIRST}label": "Home delivery",
    f"{FIRST}product": "5600",
    f"{FIRST}services": "ALERT POINT",
    f"{FIRST}is_default": "on",
    f"{FIRST}weight": "1200",
    f"{FIRST}length": "300",
    f"{FIRST}width": "200",
    f"{FIRST}height": "100",
    f"{FIRST}position": "1",
    f"{FIRST}tax_rate": "25",
    f"{FIRST}profit_percent": "0",
    f"{FIRST}label_format": "application/pdf",
    f"{FIRST}prices": "NOK 49.00 to 1000\nNOK 99.00",
    f"{FIRST}free_from": "NOK 500.00",
    "accounts-TOTAL_FORMS": "0",
    "accounts-INITIAL_FORMS": "0",
}


@pytest.fixture
def tenant(db):
    """Not in scope: the pages have to enter it themselves."""
    return TenantFactory()


@pytest.fixture
def client(tenant):
    return person(tenant)


def the_provider() -> ShippingProvider:
    with platform_scope("test"):
        return ShippingProvider.objects.select_related("connector__live", "live", "tenant").get()


def edit(client, provider, **values):
    """Send the editor as it is shown, with these values changed."""
    page = f"{PROVIDERS}{provider.pk}/change/"
    context = client.get(page).context
    data = _shown(context["adminform"].form, "")
    formsets = [item.formset for item in context["inline_admin_formsets"]]
    for form in (form for formset in formsets for form in formset.initial_forms):
        data |= _shown(form, f"{form.prefix}-")
    counts = {
        f"{formset.prefix}-{name}_FORMS": len(formset.initial_forms)
        for formset in formsets
        for name in ("TOTAL", "INITIAL")
    }
    return client.post(page, {**data, **counts, "properties": "{}", "_save": "1", **values}, follow=True)


def _shown(form, prefix) -> dict:
    values = {f"{prefix}{name}": form[name].value() for name in form.fields if name != "api_token"}
    return {
        name: value
        for name, value in values.items()
        if value is not None and value is not False and value != ""
    }


def test_one_press_creates_both_and_makes_them_live(client, tenant):
    assert client.post(f"{PROVIDERS}add/", {**NEW, PUBLISH: "1"}).status_code == 302
    provider = the_provider()
    connector = provider.connector
    assert (connector.type, connector.name, connector.connector_id) == ("handcart", "Handcart", "Post")
    assert (connector.host, connector.category) == ("https://handcart.example", "Shipping")
    assert (provider.live.number, connector.live.number) == (1, 1)
    (option,) = provider.live.document["shipment_options"]
    assert (option["name"], option["label"], option["services"]) == (
        "home",
        "Home delivery",
        ["ALERT", "POINT"],
    )
    assert (option["is_default"], option["weight"], option["height"]) == (True, 1200, 100)
    assert option["prices"] == [
        {"currency": "NOK", "price": "49.00", "up_to": 1000},
        {"currency": "NOK", "price": "99.00"},
    ]
    assert (option["free_from"], option["tax_rate"]) == ({"NOK": "500.00"}, "25.00")
    assert connector.live.document["authentication"]["merchant_id"] == "shop-1"
    with tenant_scope(tenant):
        assert connector.authentication.bearer_token.reveal().reveal() == TOKEN


def test_saving_a_draft_changes_nothing_that_runs(client, tenant):
    provider = publish_shipping_provider(tenant, name="Post")
    edit(client, provider, merchant_id="shop-2", **{f"{FIRST}product": "3584"})
    changed = the_provider()
    with tenant_scope(tenant):
        assert changed.shipment_options.get().product == "3584"
        assert changed.connector.authentication.merchant_id == "shop-2"
    assert changed.live.document["shipment_options"][0]["product"] == "5600"
    assert changed.connector.live.document["authentication"]["merchant_id"] == ""
    assert "1 live, draft differs" in text(client.get(PROVIDERS))
    edit(client, provider, comment="mailbox", **{PUBLISH: "1"})
    changed = the_provider()
    assert (changed.live.number, changed.connector.live.number, changed.live.comment) == (2, 2, "mailbox")


def test_settings_that_this_editor_does_not_have_are_asked_for_with_their_place(client, tenant):
    new = {**NEW, "shipping_gateway": "trolley", "base_url": "https://trolley.example", PUBLISH: "1"}
    told = text(client.post(f"{PROVIDERS}add/", new, follow=True))
    connector = the_provider().connector
    assert "Saved as draft, not published" in told
    assert (
        "Enter Customer Number (tab Properties, Key CustomerNumber) on the connector&#x27;s own page" in told
    )
    assert f"/admin/connectors/connector/{connector.pk}/change/" in told
    assert "unused" not in told
    assert (the_provider().live, connector.live) == (None, None)
    with tenant_scope(tenant):
        connector.properties.create(key="CustomerNumber", value="7", tenant=tenant)
    edit(client, the_provider(), **{PUBLISH: "1"})
    assert the_provider().live.number == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("shipping_gateway", "", "Choose a provider"),
        ("shipping_gateway", "stripe", "Select a valid choice"),
        ("base_url", "not an address", "Use a web address"),
        ("name", "", "required"),
        ("properties", "[1]", "Use names and values"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_saves_nothing(client, field, value, message):
    answer = client.post(f"{PROVIDERS}add/", {**NEW, field: value})
    assert message in str(answer.context["adminform"].form.errors[field])
    with platform_scope("test"):
        assert not ShippingProvider.objects.exists()
        assert not Connector.objects.exists()
        assert not Secret.objects.exists()


def test_bad_options_are_refused_at_their_field(client):
    bad = {"name": [""], "product": [""], "weight": ["-1", "999999999"], "length": ["long"]}
    for field, value in ((field, value) for field, values in bad.items() for value in values):
        answer = client.post(f"{PROVIDERS}add/", {**NEW, f"{FIRST}{field}": value})
        (form,) = answer.context["inline_admin_formsets"][0].formset.forms
        assert form.errors[field]
    with platform_scope("test"):
        assert not ShippingProvider.objects.exists()
        assert not Connector.objects.exists()


def test_an_option_is_removed_and_another_one_added(client, tenant):
    provider = publish_shipping_provider(tenant, options=[{"name": "home"}, {"name": "night"}])
    added = {
        "shipment_options-TOTAL_FORMS": "3",
        "shipment_options-2-name": "mailbox",
        "shipment_options-2-product": "3584",
        **{f"shipment_options-2-{name}": "0" for name in ("weight", "length", "width", "height", "position")},
        **{f"shipment_options-2-{name}": "0" for name in ("tax_rate", "profit_percent")},
        "shipment_options-2-label_format": "application/pdf",
    }
    edit(client, provider, **{f"{FIRST}DELETE": "on", PUBLISH: "1"}, **added)
    live = the_provider().live
    assert live.number == 2
    assert {option["name"] for option in live.document["shipment_options"]} == {"mailbox", "night"}


def test_the_gateway_stays_once_it_has_shipments(client, tenant):
    provider = publish_shipping_provider(tenant, name="Post")
    ShipmentFactory(tenant=tenant, provider=provider)
    answer = edit(client, provider, shipping_gateway="handcart")
    assert "Shipments were made with this gateway" in text(answer)


def test_markets_and_stores_are_chosen_from_ones_own(client, tenant):
    make_warehouse(tenant, "OURS")
    theirs, market = make_warehouse(TenantFactory(), "THEIRS"), MarketFactory(code="ELSE")
    shown = text(client.get(f"{PROVIDERS}add/"))
    assert "OURS" in shown
    assert "THEIRS" not in shown
    assert "ELSE" not in shown
    client.post(f"{PROVIDERS}add/", {**NEW, f"{FIRST}store": theirs.pk})
    client.post(f"{PROVIDERS}add/", {**NEW, "valid_on_markets": [market.pk]})
    with tenant_scope(tenant):
        assert not ShippingProvider.objects.exists()
        assert not ShipmentOption.objects.exists()


@pytest.mark.parametrize(
    ("role", "add", "publish"),
    [(Role.VIEWER, 403, False), (Role.CONNECTOR_EDITOR, 200, False), (Role.PUBLISHER, 200, True)],
)
def test_what_each_role_may_do(tenant, role, add, publish):
    provider = publish_shipping_provider(tenant, name="Post")
    client = person(tenant, role)
    assert client.get(f"{PROVIDERS}add/").status_code == add
    shown = text(client.get(f"{PROVIDERS}{provider.pk}/change/"))
    assert (PUBLISH in shown) is publish
    assert (RETIRE in shown) is publish
    assert "trolley-token" not in shown
    assert client.get(f"{PROVIDERS}{provider.pk}/delete/").status_code == 403


def test_a_retired_provider_is_shown_as_such(client, tenant):
    provider = publish_shipping_provider(tenant, name="Post")
    edit(client, provider, **{RETIRE: "1"})
    assert the_provider().retired
    assert "Retired" in text(client.get(PROVIDERS))


def test_another_tenants_provider_is_not_found(client):
    theirs = publish_shipping_provider(TenantFactory(), name="Theirs")
    assert client.get(f"{PROVIDERS}{theirs.pk}/change/").status_code == 404
    assert client.get(f"{PROVIDERS}{theirs.pk}/history/").status_code == 404
    assert "Theirs" not in text(client.get(PROVIDERS))
