"""The return of a shipment: the same parcels, the same account, the other way round."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Max

from connectors.runtime import TenantRuntime
from shipping.models import Package, Shipment, ShipmentState
from shipping.providers import KIND
from shipping.stepkit import lock_shipments


@dataclass(slots=True)
class Made:
    """`refusals` tell staff which shipments have no return product, and where to enter it."""

    shipments: list[Shipment] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def make_returns(order_id: int, runtime: TenantRuntime) -> Made:
    """A return for each booked shipment that has none; runs inside the caller's transaction."""
    made = Made()
    shipments = lock_shipments(order_id)
    has_one = {
        row.return_of_id for row in shipments if row.is_return and row.state != ShipmentState.CANCELLED
    }
    for shipment in shipments:
        if shipment.is_booked and not shipment.is_return and shipment.pk not in has_one:
            _make(shipment, runtime, made)
    return made


def return_product(shipment: Shipment, runtime: TenantRuntime) -> str:
    """The Return Product of the shipment's option as it is published now; "" for none."""
    provider = runtime.of(KIND, retired=True).get(shipment.provider_id)
    products = {option.name: option.return_product for option in (provider.options if provider else ())}
    return products.get(shipment.option_name, "")


def _make(shipment: Shipment, runtime: TenantRuntime, made: Made) -> None:
    product = return_product(shipment, runtime)
    if not product:
        made.refusals.append(
            f"{shipment} has no way back: enter the Return Product of option {shipment.option_name} of"
            f" {shipment.provider} and publish"
        )
        return
    last = Shipment.objects.filter(order_id=shipment.order_id).aggregate(last=Max("position"))["last"]
    row = Shipment.objects.create(
        tenant_id=shipment.tenant_id,
        order_id=shipment.order_id,
        position=last + 1,
        provider_id=shipment.provider_id,
        connector_id=shipment.connector_id,
        account=shipment.account,
        option_name=shipment.option_name,
        product=product,
        label_format=shipment.label_format,
        store_id=shipment.store_id,
        is_return=True,
        return_of=shipment,
    )
    Package.objects.bulk_create(_copy(package, row) for package in shipment.packages.all())
    made.shipments.append(row)


def _copy(package: Package, shipment: Shipment) -> Package:
    return Package(
        tenant_id=package.tenant_id,
        shipment=shipment,
        position=package.position,
        weight=package.weight,
        length=package.length,
        width=package.width,
        height=package.height,
    )
