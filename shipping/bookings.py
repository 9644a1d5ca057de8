"""A shipment as its carrier needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

from connectors import registry
from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, CarrierProvider, Parcel, TrackedBy
from connectors.errors import Misconfigured
from shipping.choices import read_choice
from shipping.models import Package, Shipment
from shipping.providers import KIND
from tenants.models import Store
from workflows.steps.base import StepContext

SENDER = "sender"
#: What every carrier needs of either address; a name or a company will do.
_NEEDED = ("line1", "city", "country")


def connector_of(context: StepContext, shipment: Shipment) -> ConnectorConfig:
    """Raises Misconfigured when the connector that it was made for is not published."""
    connector = context.runtime.connectors.get(shipment.connector_id)
    if connector is None:
        raise Misconfigured(f"the connector {shipment.connector} is not published; publish it again")
    return connector


def call(context: StepContext, shipment: Shipment, operation: str, request: Any, *, write: bool) -> CallSpec:
    """Raises Misconfigured."""
    return CallSpec(
        connector=connector_of(context, shipment),
        operation=operation,
        subject=shipment.subject,
        request=request,
        write=write,
    )


def booking_of(context: StepContext, shipment: Shipment) -> Booking:
    """Raises Misconfigured for an address that no carrier can use, naming what it lacks and where to enter it."""
    provider = context.runtime.of(KIND, retired=True).get(shipment.provider_id)
    properties = provider.properties if provider else {}
    ours, theirs = sender_of(shipment.store, properties), context.order.shipping
    _refuse(lacking(ours), f"the sender's address has no {{}}; {_cure(shipment)}")
    _refuse(lacking(theirs), "the order's shipping address has no {}; send it with the order")
    packages = list(shipment.packages.all())
    return Booking(
        reference=shipment.reference,
        order_number=context.order.number,
        product=shipment.product,
        sender=theirs if shipment.is_return else ours,
        recipient=ours if shipment.is_return else theirs,
        parcels=tuple(_parcel(package) for package in packages),
        services=tuple(shipment.services),
        pickup_point=shipment.pickup_point,
        is_return=shipment.is_return,
        return_of=shipment.return_of.consignment if shipment.return_of else "",
        consignment=shipment.consignment,
        numbers=tuple(package.number for package in packages if package.number),
        label_url=shipment.label_url,
        label_format=label_format(shipment),
        value=context.order.total,
        choice=read_choice(shipment.choice) if shipment.choice else None,
        extra={key: value for key, value in properties.items() if key.lower() != SENDER},
    )


def carrier_of(shipment: Shipment) -> type[CarrierProvider]:
    """Raises Misconfigured when it is not installed any more."""
    return cast(type[CarrierProvider], registry.get(shipment.connector.type))


def label_format(shipment: Shipment) -> str:
    """What was asked for, else what the carrier makes."""
    made = carrier_of(shipment).label_formats
    return shipment.label_format if shipment.label_format in made else made[0]


def numbers_of(shipment: Shipment) -> tuple[str, ...]:
    """What the carrier's tracking is asked for, of a booked shipment."""
    kind = carrier_of(shipment).tracked_by
    if kind is TrackedBy.REFERENCE:
        return (shipment.reference,)
    parcels = tuple(package.number for package in shipment.packages.all() if package.number)
    return parcels if kind is TrackedBy.PARCEL and parcels else (shipment.consignment,)


def sender_of(store: Store | None, properties: Mapping[str, Any]) -> Address:
    """The address in the store's properties; where it has none, the group Sender of the shipping provider."""
    if store is not None:
        own = _address({"name": store.name, "country": store.country, **store.properties})
        if own.line1:
            return own
    group: Any = next((value for key, value in properties.items() if key.lower() == SENDER), {})
    return _address(group if isinstance(group, Mapping) else {})


def lacking(address: Address) -> list[str]:
    missing = [name for name in _NEEDED if not getattr(address, name)]
    return missing if address.name or address.company else ["name", *missing]


def _address(values: Mapping[str, Any]) -> Address:
    """Keys compare without case and underscores, so that PostalCode is postal_code."""
    given = {_key(name): str(value).strip() for name, value in values.items() if value}
    return Address(**{item.name: given.get(_key(item.name), "") for item in fields(Address)})


def _key(name: str) -> str:
    return name.replace("_", "").lower()


def _cure(shipment: Shipment) -> str:
    where = f"the Properties of shipping provider {shipment.provider}, group Sender"
    store = shipment.store
    return f"enter it in the properties of store {store}, or in {where}" if store else f"enter it in {where}"


def _refuse(missing: list[str], text: str) -> None:
    if missing:
        raise Misconfigured(text.format(", ".join(missing)))


def _parcel(package: Package) -> Parcel:
    return Parcel(
        reference=package.reference,
        weight=package.weight,
        length=package.length,
        width=package.width,
        height=package.height,
    )
