from contextlib import ExitStack

import pytest

from connectors import registry
from tenants.scoping import tenant_scope
from tests.factories.tenants import TenantFactory
from tests.faultserver import FaultServer
from tests.shipping.carrier import Bazaar, Caravan, Depot, Handcart, Sledge, Trolley
from tests.shipping.house import CHART, House


@pytest.fixture(autouse=True)
def carriers():
    with ExitStack() as stack:
        for carrier in (Trolley, Handcart, Sledge, Caravan, Bazaar):
            stack.enter_context(registry.registered(carrier))
        yield


@pytest.fixture
def tenant(db):
    """A tenant, in scope."""
    found = TenantFactory()
    with tenant_scope(found):
        yield found


@pytest.fixture
def house(db, settings):
    """A tenant, in scope, whose orders can be shipped; publish a carrier first."""
    depot = Depot()
    with FaultServer(depot) as server:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{server.port}"]
        made = House(depot, server.url)
        with tenant_scope(made.tenant):
            made.chart(CHART)
            yield made
