"""What the database itself refuses."""

import pytest
from django.db import IntegrityError, transaction

from shipping.models import Package, Shipment, ShippingProvider
from tenants.scoping import tenant_scope
from tests.factories.shipping import (
    PackageFactory,
    ShipmentFactory,
    ShipmentOptionFactory,
    ShippingProviderFactory,
)
from tests.factories.tenants import TenantFactory


@pytest.fixture
def shipment(tenant):
    return ShipmentFactory(tenant=tenant, position=1)


def impossible(act) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_a_place_in_an_order_is_taken_once(shipment):
    impossible(lambda: ShipmentFactory(tenant=shipment.tenant, order=shipment.order, position=1))


def test_a_reference_belongs_to_one_shipment(shipment):
    impossible(lambda: ShipmentFactory(tenant=shipment.tenant, reference=shipment.reference))


def test_what_is_booked_has_a_consignment(shipment):
    impossible(lambda: Shipment.objects.update(state="booked"))
    assert Shipment.objects.update(state="booked", consignment="7") == 1


def test_a_parcel_is_there_once_and_has_its_own_number(shipment):
    impossible(lambda: PackageFactory(shipment=shipment, tenant=shipment.tenant, position=1))
    Package.objects.update(number="N")
    impossible(lambda: PackageFactory(shipment=shipment, tenant=shipment.tenant, position=2, number="N"))
    PackageFactory(shipment=shipment, tenant=shipment.tenant, position=2)
    PackageFactory(shipment=shipment, tenant=shipment.tenant, position=3)


def test_a_parcel_weighs_something(shipment):
    impossible(lambda: Package.objects.update(weight=0))


def test_names_are_unique_in_any_case(tenant):
    provider = ShippingProviderFactory(tenant=tenant, name="Post")
    impossible(lambda: ShippingProviderFactory(tenant=tenant, name="post"))
    ShipmentOptionFactory(provider=provider, name="Home")
    impossible(lambda: ShipmentOptionFactory(provider=provider, name="home"))
    other = TenantFactory()
    ShippingProviderFactory(tenant=other, name="Post")
    with tenant_scope(other):
        assert ShippingProvider.objects.count() == 1
