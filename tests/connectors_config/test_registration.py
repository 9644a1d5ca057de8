"""Register webhook: the vendor takes the address, its secret waits in the draft, and only publishing makes it live."""

from __future__ import annotations

import pytest

from connectors.models import Connector, Effect
from connectors.publishing import publish
from connectors.registration import check, register
from connectors.runtime import runtime
from eventlog.events import Category
from eventlog.models import Event
from tenants.models import Role
from tests.factories.connectors import make_connector
from tests.payments.pages import person, text
from tests.shop import running_vendors, shop, vendors

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = pytest.mark.django_db

FILLED = {
    "stripe": {"bearer_token": "sk_test_shop0123456789"},
    "vipps": {
        "merchant_id": "401234",
        "client_app_id": "shop",
        "bearer_token": "vipps-secret-0123",
        "properties": {"SubscriptionKey": "ocp-shop-0123"},
    },
    "paypal": {"client_app_id": "shop", "bearer_token": "paypal-secret-0123"},
    "adyen": {"merchant_id": "ShopNO", "bearer_token": "AQEshop0123456789"},
}
SETTING = {
    "stripe": "webhook_secret",
    "vipps": "webhook_secret",
    "paypal": "webhook_id",
    "adyen": "hmac_key",
}
ALL = [pytest.param(slug, marks=[] if slug == "stripe" else pytest.mark.thorough) for slug in FILLED]


@pytest.fixture(autouse=True)
def address(settings):
    settings.CROSSDOCK_PUBLIC_URL = "https://hub.shop.example"


def live_secret(connector):
    values = runtime(connector.tenant_id).connectors[connector.pk].values
    return getattr(values, SETTING[connector.type])


@pytest.mark.parametrize("slug", ALL)
def test_registered_kept_in_the_draft_and_registered_again(shop, slug):
    connector = make_connector(shop.tenant, slug, is_test=True, **FILLED[slug])
    publish(connector)
    assert "does not know the address" in check(connector).message

    told = register(connector)
    assert (told.good, told.stored, bool(told.external_id)) == (True, True, True), told.message
    assert check(connector).good
    assert not live_secret(connector)
    publish(Connector.objects.get(pk=connector.pk))
    first = live_secret(connector)
    assert first

    again = register(Connector.objects.get(pk=connector.pk))
    assert (again.good, again.notes) == (True, [])
    assert again.stored == (slug != "paypal"), "PayPal keeps its id, the others tell a new secret"
    assert live_secret(connector) == first
    assert Effect.objects.filter(operation="register_webhook", state="succeeded").count() == 2


def test_the_page_registers_and_tells_and_never_shows_the_secret(shop):
    connector = make_connector(shop.tenant, "stripe", is_test=True, **FILLED["stripe"])
    page = f"/admin/connectors/connector/{connector.pk}/webhook/"
    client = person(shop.tenant)
    assert "Nothing has been heard" in text(client.get(page))
    done = text(client.post(page, {"register": "1"}))
    assert "all events that are needed" in done
    assert "Publish the connector now" in done
    assert "whsec_" not in done
    assert "all events that are needed" in text(client.post(page, {"check": "1"}))
    assert person(shop.tenant, Role.VIEWER).post(page, {"register": "1"}).status_code == 403

    connector.authentication.bearer_token = None
    connector.authentication.save()
    assert "API Token" in text(client.post(page, {"check": "1"}))


def test_who_has_nothing_to_register_says_so(shop):
    klarna = Connector.objects.get(type="klarna") if Connector.objects.filter(type="klarna") else None
    klarna = klarna or make_connector(shop.tenant, "klarna", merchant_id="PK1_x", bearer_token="k-secret-1")
    page = f"/admin/connectors/connector/{klarna.pk}/webhook/"
    shown = text(person(shop.tenant).get(page))
    assert "has no interface for registering it" in shown
    assert "Register webhook</button>" not in shown
    assert person(shop.tenant).post(page, {"register": "1"}).status_code == 404


def test_who_may_only_edit_sends_no_credentials_to_a_host_of_their_own(shop):
    connector = make_connector(shop.tenant, "stripe", is_test=True, **FILLED["stripe"])
    publish(connector)
    page = f"/admin/connectors/connector/{connector.pk}/webhook/"
    editor = person(shop.tenant, Role.CONNECTOR_EDITOR)
    assert "Check it" not in text(editor.get(page))
    for button in ("check", "register"):
        assert editor.post(page, {button: "1"}).status_code == 403
    assert not Event.objects.filter(connector_id=connector.pk, category=Category.CONNECTOR).exists()
