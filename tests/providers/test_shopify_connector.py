"""A Shopify connector as an administrator sets it up: published, tested, called, and sent webhooks to its address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from connectors import inbox
from connectors.calls import CallContext, CallSpec, Ending, Prepared, perform
from connectors.client import Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import WebhookEvent
from connectors.contracts.ecommerce import ShopProvider
from connectors.egress import egress_policy
from connectors.models import InboundWebhook
from connectors.sandbox import Sandbox, start
from connectors.trial import run_trial
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import TenantFactory
from tests.providers.shopify_shapes import delivered, rest

PROPERTIES = {"ShopifyUrl": "nordstore.myshopify.com", "OrderPrimaryStore": "NO-Web"}
SECRETS = {"AccessToken": "shpat_nordstore_k1", "WebhookSecret": "shpss_2hTz0Yb9nordstore"}


@pytest.fixture
def tenant(db: None) -> Any:
    return TenantFactory()


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    with start() as running:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{running.port}"]
        yield running


def publish(tenant: Tenant, **values: Any) -> ConnectorConfig:
    return publish_connector(tenant, "shopify", **{"properties": {**PROPERTIES, **SECRETS}, **values})


def imported(config: ConnectorConfig) -> Any:
    spec = CallSpec(connector=config, operation="import_orders", subject="", request="", write=False)
    events: list[Any] = []
    outcome = perform(
        Prepared(spec=spec, context=CallContext()), Ports(events=events.append, egress=egress_policy())
    )
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert SECRETS["AccessToken"] not in str(events)
    return outcome.result.items


def test_the_shops_own_address_is_called_unless_a_host_is_entered(tenant: Tenant, sandbox: Sandbox) -> None:
    assert publish(tenant).host == "https://nordstore.myshopify.com"
    host = f"{sandbox.url}/shopify/nordstore"
    assert publish(tenant, host=host, connector_id="other").host == host


def test_in_development_the_simulator_stands_in_for_the_shop(
    tenant: Tenant, sandbox: Sandbox, settings: Any
) -> None:
    settings.CROSSDOCK_SANDBOX_URL = sandbox.url
    config = publish(tenant, is_test=True)
    sandbox.control("POST", "shopify/shops/nordstore/orders", {"lines": [{"sku": "A", "price": "10.00"}]})
    assert len(imported(config)) == 1


@pytest.mark.parametrize("entered", ["nordstore.no", "nordstore.myshopify.com.evil.example"])
def test_another_address_than_a_shops_is_refused_in_the_editor(tenant: Tenant, entered: str) -> None:
    from django.core.exceptions import ValidationError

    connector = make_connector(tenant, "shopify", properties={"ShopifyUrl": entered})
    with tenant_scope(tenant), pytest.raises(ValidationError, match=r"nordstore\.myshopify\.com"):
        connector.properties.get(key="ShopifyUrl").clean()


def test_the_test_button(tenant: Tenant, sandbox: Sandbox) -> None:
    for shop, passes in (("nordstore", True), ("otherstore", False)):
        connector = make_connector(
            tenant,
            "shopify",
            connector_id=shop,
            host=f"{sandbox.url}/shopify/{shop}",
            properties={**PROPERTIES, **SECRETS},
        )
        with tenant_scope(tenant):
            trial = run_trial(connector)
        assert trial.passed is passes, trial.message


def test_orders_carry_the_connectors_store_mapping_and_customer_numbers(
    tenant: Tenant, sandbox: Sandbox
) -> None:
    config = publish(
        tenant,
        host=f"{sandbox.url}/shopify/nordstore",
        connector_id="shop-no",
        field_mapping={"Brand": "vendor", "Name": "variant_title"},
    )
    line = {
        "sku": "WOOL-M",
        "name": "Wool sweater",
        "variant_title": "M",
        "vendor": "Nordstrikk",
        "price": "499.00",
    }
    customer = {"id": 6001, "email": "kari@example.com"}
    sandbox.control("POST", "shopify/shops/nordstore/orders", {"lines": [line], "customer": customer})
    [order] = imported(config)
    assert (order.store, config.store) == ("NO-Web", "no-web")
    assert (order.lines[0].name, order.lines[0].properties) == ("M", {"Brand": "Nordstrikk"})
    assert order.customer.external_ids == {"shop-no": "6001"}


def test_a_webhook_at_the_connectors_address_reaches_the_handlers(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[WebhookEvent] = []
    monkeypatch.setattr(inbox, "_handlers", [(ShopProvider, lambda connector, event: seen.append(event))])
    config = publish(tenant)
    assert [post(config).status_code for _ in range(2)] == [200, 200]
    assert post(config, secret="shpss_wrong").status_code == 401

    inbox.work_off_due()

    assert [event.data["order"].number for event in seen] == ["1001"]
    with tenant_scope(tenant):
        [row] = InboundWebhook.objects.all()
    assert (row.event_id, row.event_type, row.duplicates) == ("w-1", "orders/create", 1)


def test_a_webhook_of_another_shop_is_kept_for_staff_and_changes_nothing(tenant: Tenant) -> None:
    assert post(publish(tenant), shop="other.myshopify.com").status_code == 200
    with tenant_scope(tenant):
        [row] = InboundWebhook.objects.all()
    assert row.state == InboundWebhook.State.FAILED
    assert "not from nordstore.myshopify.com" in row.error


def post(config: ConnectorConfig, *, secret: str = SECRETS["WebhookSecret"], shop: str = "") -> Any:
    from connectors.providers.shopify import Shopify
    from tenants.secret_value import SecretValue

    inbound = delivered(rest(), **({"Shop_Domain": shop} if shop else {}))
    headers = {**inbound.headers, **Shopify.webhook.sign(inbound.body, [SecretValue(secret)], now=0)}
    path = config.public_url[config.public_url.index("/webhooks/") :]
    return Client().post(path, inbound.body, content_type="application/json", headers=headers)
