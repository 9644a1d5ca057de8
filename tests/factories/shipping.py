"""Rows of shipping/. Nothing here needs a scope."""

import factory
from factory.django import DjangoModelFactory

from connectors.gateways.publication import publish_with_connector
from shipping.models import Package, Shipment, ShipmentOption, ShippingProvider
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector
from tests.factories.tenants import StoreFactory, TenantFactory
from tests.factories.workflows import OrderFactory

ADDRESS = {"line1": "Lagerveien 7", "postal_code": "0581", "city": "Oslo", "phone": "+4790000002"}


class ShippingProviderFactory(DjangoModelFactory):
    """Without options unless some are given: `options=[{"name": "home"}]`."""

    class Meta:
        model = ShippingProvider
        skip_postgeneration_save = True

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"carrier{n}")
    connector = factory.LazyAttribute(
        lambda provider: make_connector(provider.tenant, "trolley", **CONNECTOR)
    )

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with tenant_scope(kwargs["tenant"]):
            return super()._create(model_class, *args, **kwargs)

    @factory.post_generation
    def markets(self, create, extracted, **kwargs):
        with tenant_scope(self.tenant):
            self.valid_on_markets.set(extracted or [])

    @factory.post_generation
    def options(self, create, extracted, **kwargs):
        for position, values in enumerate(extracted or [], start=1):
            ShipmentOptionFactory(tenant=self.tenant, provider=self, position=position, **values)


class ShipmentOptionFactory(DjangoModelFactory):
    """Home delivery of 1.2 kg."""

    class Meta:
        model = ShipmentOption

    tenant = factory.SelfAttribute("provider.tenant")
    name = factory.Sequence(lambda n: f"option{n}")
    product = "5600"
    weight = 1200
    length = 300
    width = 200
    height = 100


class ShipmentFactory(DjangoModelFactory):
    """A shipment of one parcel on which nothing has happened yet."""

    class Meta:
        model = Shipment
        skip_postgeneration_save = True

    tenant = factory.SubFactory(TenantFactory)
    order = factory.SubFactory(OrderFactory, tenant=factory.SelfAttribute("..tenant"))
    position = factory.Sequence(lambda n: n + 1)
    provider = factory.SubFactory(ShippingProviderFactory, tenant=factory.SelfAttribute("..tenant"))
    connector = factory.SelfAttribute("provider.connector")
    option_name = "home"
    product = "5600"

    @factory.post_generation
    def parcels(self, create, extracted, **kwargs):
        numbers = extracted or [""]
        for position, number in enumerate(numbers, start=1):
            PackageFactory(tenant=self.tenant, shipment=self, position=position, number=number)


class PackageFactory(DjangoModelFactory):
    class Meta:
        model = Package

    position = 1
    weight = 1200


def make_warehouse(tenant: Tenant, code: str = "OSL", **values):
    """A store whose address carriers can use."""
    return StoreFactory(
        tenant=tenant, code=code, name="Warehouse", country="NO", properties=ADDRESS, **values
    )


def publish_shipping_provider(tenant: Tenant, **values) -> ShippingProvider:
    """Write and publish a shipping provider and its connector; with the option "home" unless told otherwise."""
    provider = ShippingProviderFactory(tenant=tenant, **{"options": [{"name": "home"}], **values})
    publish_with_connector(provider)
    return provider


#: What the carrier of tests/shipping needs.
CONNECTOR = {
    "host": "https://trolley.example",
    "bearer_token": "trolley-token-0123456789",
    "properties": {"CustomerNumber": "7"},
}
