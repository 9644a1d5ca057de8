import pytest

from connectors.contracts.payment import State
from tenants.scoping import tenant_scope
from tests.factories.payments import PaymentFactory
from tests.factories.workflows import OrderFactory
from tests.payments.stage import Stage
from tests.payments.stories import result


@pytest.fixture
def payment(db):
    """A payment of 398.00 NOK, its tenant in scope."""
    found = PaymentFactory()
    with tenant_scope(found.tenant):
        yield found


@pytest.fixture
def stage(db):
    """An order of 398.00 NOK without payments, its tenant in scope."""
    order = OrderFactory(total="398.00")
    with tenant_scope(order.tenant):
        yield Stage(order)


@pytest.fixture
def paid(stage):
    """An order of 398.00 NOK, authorised on one card."""
    stage.pay("card")
    stage.run("AuthorizePayment", result(State.AUTHORIZED, authorized=39800))
    stage.calls.clear()
    return stage
