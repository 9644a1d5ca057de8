import pytest

from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.notifications import NotificationTemplateFactory, SentMessageFactory
from tests.factories.tenants import MembershipFactory
from tests.factories.workflows import make_shop
from tests.tenants.conftest import logged_in
from workflows.orders import create_order


@pytest.fixture
def shop(db):
    return make_shop()


@pytest.fixture
def staff(shop):
    def log_in(role=Role.TENANT_ADMIN, tenant=shop.tenant):
        return logged_in(MembershipFactory(tenant=tenant, role=role).user)

    return log_in


@pytest.fixture
def order(shop):
    with tenant_scope(shop.tenant):
        return create_order(shop.order_data(number="A-1"))


@pytest.fixture
def template(shop):
    return NotificationTemplateFactory(
        tenant=shop.tenant, name="Received", html="<p>{customer.first_name}</p><script>x</script>"
    )


@pytest.fixture
def message(shop, order):
    return SentMessageFactory(
        tenant=shop.tenant,
        order=order,
        state="failed",
        reason="550 kari@buyer.example is unknown",
        subject="Dear Kari",
    )
