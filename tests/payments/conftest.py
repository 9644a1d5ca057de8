import pytest

from tenants.scoping import tenant_scope
from tests.factories.payments import PaymentFactory


@pytest.fixture
def payment(db):
    """A payment of 398.00 NOK, its tenant in scope."""
    found = PaymentFactory()
    with tenant_scope(found.tenant):
        yield found
