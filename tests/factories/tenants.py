"""Rows of tenants/. Each tenant is its own unless one is given; nothing here needs a scope."""

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from tenants.models import Market, MarketGroup, Membership, Role, Store, Tenant


class TenantFactory(DjangoModelFactory):
    class Meta:
        model = Tenant

    slug = factory.Sequence(lambda n: f"tenant-{n}")
    name = factory.LazyAttribute(lambda tenant: tenant.slug.title())


class UserFactory(DjangoModelFactory):
    """Staff, who may log in to the admin with the password "correct horse battery"."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    is_staff = True
    password = factory.django.Password("correct horse battery")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    tenant = factory.SubFactory(TenantFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.TENANT_ADMIN


class MarketGroupFactory(DjangoModelFactory):
    class Meta:
        model = MarketGroup

    tenant = factory.SubFactory(TenantFactory)
    code = factory.Sequence(lambda n: f"GROUP{n}")
    name = factory.SelfAttribute("code")


class MarketFactory(DjangoModelFactory):
    class Meta:
        model = Market

    tenant = factory.SubFactory(TenantFactory)
    code = factory.Sequence(lambda n: f"M{n}")
    name = factory.SelfAttribute("code")
    currency = "NOK"
    country = "NO"


class StoreFactory(DjangoModelFactory):
    class Meta:
        model = Store

    tenant = factory.SubFactory(TenantFactory)
    code = factory.Sequence(lambda n: f"S{n}")
    name = factory.SelfAttribute("code")
