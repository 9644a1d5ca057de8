import pytest

from tenants.scoping import tenant_scope
from tests.factories.tenants import TenantFactory


@pytest.fixture
def tenant(db):
    tenant = TenantFactory()
    with tenant_scope(tenant):
        yield tenant
