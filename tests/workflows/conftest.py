import pytest

from tenants.scoping import tenant_scope
from tests.factories.workflows import make_shop


@pytest.fixture
def shop(db):
    """A tenant that takes orders, in scope."""
    found = make_shop()
    with tenant_scope(found.tenant):
        yield found
