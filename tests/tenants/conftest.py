import pytest
from django.test import Client

from tenants.models import Role
from tests.factories.tenants import MembershipFactory, TenantFactory, UserFactory


@pytest.fixture
def ours(db):
    return TenantFactory(name="Ours")


@pytest.fixture
def theirs(db):
    return TenantFactory(name="Theirs")


@pytest.fixture
def staff(ours):
    """Logs a new person in to the admin with a role in our tenant."""

    def log_in(role=Role.TENANT_ADMIN):
        return logged_in(MembershipFactory(tenant=ours, role=role).user)

    return log_in


@pytest.fixture
def superuser(db):
    return logged_in(UserFactory(is_superuser=True))


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client
