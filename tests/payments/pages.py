"""People in the admin, and the addresses of our pages."""

from tenants.models import Role
from tests.factories.tenants import MembershipFactory
from tests.tenants.conftest import logged_in

METHODS = "/admin/payments/paymentmethod/"
PAYMENTS = "/admin/payments/payment/"


def person(tenant, role=Role.TENANT_ADMIN):
    return logged_in(MembershipFactory(tenant=tenant, role=role).user)


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()
