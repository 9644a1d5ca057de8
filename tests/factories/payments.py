"""Rows of payments/. Nothing here needs a scope."""

import factory
from factory.django import DjangoModelFactory

from connectors.publishing import publish
from payments.models import Payment, PaymentMethod
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector
from tests.factories.tenants import TenantFactory
from tests.factories.workflows import OrderFactory


class PaymentMethodFactory(DjangoModelFactory):
    class Meta:
        model = PaymentMethod
        skip_postgeneration_save = True

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"card{n}")
    payment_method_name = "Card"
    connector = factory.LazyAttribute(lambda method: make_connector(method.tenant, "stripe"))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with tenant_scope(kwargs["tenant"]):
            return super()._create(model_class, *args, **kwargs)

    @factory.post_generation
    def markets(self, create, extracted, **kwargs):
        with tenant_scope(self.tenant):
            self.valid_on_markets.set(extracted or [])


class PaymentFactory(DjangoModelFactory):
    """A payment of 398.00 NOK on which nothing has happened yet."""

    class Meta:
        model = Payment

    tenant = factory.SubFactory(TenantFactory)
    order = factory.SubFactory(OrderFactory, tenant=factory.SelfAttribute("..tenant"))
    position = factory.Sequence(lambda n: n + 1)
    method = factory.SubFactory(PaymentMethodFactory, tenant=factory.SelfAttribute("..tenant"))
    method_name = factory.SelfAttribute("method.name")
    connector = factory.SelfAttribute("method.connector")
    currency = factory.SelfAttribute("order.currency")
    amount_minor = 39800


def publish_payment_method(tenant: Tenant, **values) -> PaymentMethod:
    """Write and publish a payment method and its connector."""
    method = PaymentMethodFactory(tenant=tenant, **values)
    with tenant_scope(tenant):
        publish(method.connector)
        publish(method)
    return method
