from decimal import Decimal

import pytest
from django.test import Client

from connectors import registry
from connectors.calls import CallContext, CallSpec
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.connectors_config.acme import Acme
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import MarketFactory, MembershipFactory, TenantFactory

TOKEN = "acme-token-0123456789abcdef"


@pytest.fixture(autouse=True)
def acme():
    with registry.registered(Acme):
        yield Acme


@pytest.fixture
def tenant(db):
    """A tenant, in scope."""
    found = TenantFactory()
    with tenant_scope(found):
        yield found


@pytest.fixture
def config(tenant):
    """A published connector, compiled."""
    return publish_connector(tenant, "acme", bearer_token=TOKEN)


@pytest.fixture
def spec(config):
    def make(subject="payment:1", operation="capture", request=None, write=True, connector=None):
        return CallSpec(
            connector=connector or config,
            operation=operation,
            subject=subject,
            request={"amount": Decimal("10.00")} if request is None else request,
            write=write,
        )

    return make


@pytest.fixture
def context():
    return CallContext(order_number="T1")


@pytest.fixture
def staff(tenant):
    """Logs a new person in to the admin with a role."""

    def log_in(role=Role.TENANT_ADMIN):
        client = Client()
        client.force_login(MembershipFactory(tenant=tenant, role=role).user)
        return client

    return log_in


@pytest.fixture
def connector(tenant):
    """A draft with a row in most tabs, and a market."""
    MarketFactory(tenant=tenant, code="NOR")
    return make_connector(
        tenant,
        "acme",
        bearer_token=TOKEN,
        properties={"Limit": "5", "ApiKey": "prop-0123456789abcdef"},
        headers={"X-Channel": "web"},
    )
