"""The shipped implementations as an administrator sets them up: published, compiled, called."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.calls import CallContext, CallSpec, Ending, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.erp import OrderExport
from connectors.contracts.payment import State
from connectors.trial import check
from tenants.models import Tenant
from tests.contract.scenarios.base import ORDER
from tests.contract.scenarios.payment import paid
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.providers.asking import Says

SIGNING = "whsec_QSBzaWduaW5nIHNlY3JldCBvZiAyNCBi"


@pytest.fixture
def tenant(db: None) -> Any:
    return TenantFactory()


@pytest.fixture
def allow(settings: Any) -> Callable[[Says], None]:
    """Lets connectors be published whose host is a server of the test."""

    def let(server: Says) -> None:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{server.port}"]

    return let


def call(server: Says, config: Any, operation: str, request: Any) -> Any:
    spec = CallSpec(connector=config, operation=operation, subject="it", request=request)
    prepared = Prepared(
        spec=spec, context=CallContext(), key="c2f6f2f0-2d5e-5f0a-8a64-2f0d2b9f4f10", deadline_s=10
    )
    egress = EgressPolicy.parse([f"127.0.0.1:{server.port}"])
    outcome = perform(prepared, Ports(events=[].append, egress=egress))
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    return outcome.result


def test_a_webhook_with_order_fields_in_its_url(tenant: Tenant, allow: Callable[[Says], None]) -> None:
    with Says((200, {"externalId": "E1"})) as server:
        allow(server)
        config = publish_connector(
            tenant,
            "webhook",
            host="",
            bearer_token="wh-0123456789abcdef",
            properties={
                "Url": f"{server.url}/orders/{{number}}/",
                "HttpMethod": "put",
                "SigningSecret": SIGNING,
                "RequestHeaders": {"X-Api-Key": "k-0123456789abcdef"},
            },
        )
        assert config.host == server.url
        result = call(
            server, config, "export_order", OrderExport(reference="100234", order=ORDER, properties={})
        )

    [request] = server.requests
    assert result.external_id == "E1"
    assert (request.method, request.path) == ("PUT", "/orders/100234/")
    assert request.headers["authorization"] == "Bearer wh-0123456789abcdef"
    assert request.headers["x-api-key"] == "k-0123456789abcdef"
    assert request.headers["webhook-signature"].startswith("v1,")


def test_stripe_by_its_fields(tenant: Tenant, allow: Callable[[Says], None]) -> None:
    session = {
        "id": "cs_1",
        "object": "checkout.session",
        "status": "open",
        "payment_status": "unpaid",
        "livemode": False,
        "url": "https://checkout.stripe.com/c/pay/cs_1",
    }
    with Says((200, session)) as server:
        allow(server)
        config = publish_connector(
            tenant,
            "stripe",
            host=server.url,
            is_test=True,
            bearer_token="sk_test_0123456789abcdef",
            client_app_id="acct_1",
            properties={"WebhookSecret": "whsec_0123456789abcdef"},
        )
        result = call(server, config, "create_session", paid()({}))

    [request] = server.requests
    assert (result.state, result.redirect_url) == (State.PENDING, session["url"])
    assert request.headers["authorization"] == "Bearer sk_test_0123456789abcdef"
    assert request.headers["stripe-account"] == "acct_1"
    assert {secret.reveal() for secret in config.secrets} >= {
        "sk_test_0123456789abcdef",
        "whsec_0123456789abcdef",
    }


def test_adyen_by_its_fields(tenant: Tenant, allow: Callable[[Says], None]) -> None:
    with Says((200, {"paymentMethods": []})) as server:
        allow(server)
        config = publish_connector(
            tenant,
            "adyen",
            host=server.url,
            is_test=True,
            merchant_id="NordStoreNO",
            bearer_token="AQE0123456789abcdef",
            properties={"HmacKey": "0123456789abcdef" * 4},
        )
        check(config)

    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v72/paymentMethods")
    assert request.headers["x-api-key"] == "AQE0123456789abcdef"
    assert "idempotency-key" not in request.headers
    assert json.loads(request.body) == {"merchantAccount": "NordStoreNO"}


def test_adyens_live_host_is_made_of_the_companys_prefix(tenant: Tenant) -> None:
    config = publish_connector(
        tenant,
        "adyen",
        merchant_id="NordStoreNO",
        bearer_token="AQE0123456789abcdef",
        properties={"LiveUrlPrefix": "1a2b3c4d-NordStore"},
    )
    assert config.host == "https://1a2b3c4d-NordStore-checkout-live.adyenpayments.com/checkout"
