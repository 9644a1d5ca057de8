"""Shipments are made here: from what a new order asks for, or from the default option of its market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipping.models import Package, Shipment
from shipping.options import PackageSize
from shipping.providers import Offer
from tenants.models import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDraft:
    """A shipment that may be saved. `store` is who sends; `session` a delivery checkout's."""

    offer: Offer
    packages: tuple[PackageSize, ...]
    pickup_point: str = ""
    store: Store | None = None
    session: str = ""


def store_of(offer: Offer, order_store: Store | None) -> Store | None:
    """Who sends when nobody says so: the option's default store, else the order's."""
    code = offer.option.store
    return (Store.objects.filter(code__iexact=code).first() if code else None) or order_store


def save_shipments(
    tenant_id: int, order_id: int, market: str, drafts: Sequence[ShipmentDraft]
) -> list[Shipment]:
    """Runs inside the caller's transaction; two statements for any number."""
    shipments = [
        _shipment(tenant_id, order_id, position, market, draft)
        for position, draft in enumerate(drafts, start=1)
    ]
    Shipment.objects.bulk_create(shipments)
    Package.objects.bulk_create(
        _package(shipment, position, size)
        for shipment, draft in zip(shipments, drafts, strict=True)
        for position, size in enumerate(draft.packages, start=1)
    )
    return shipments


def _shipment(tenant_id: int, order_id: int, position: int, market: str, draft: ShipmentDraft) -> Shipment:
    provider, option = draft.offer.provider, draft.offer.option
    account = provider.account_for(market, draft.store.code if draft.store else "")
    return Shipment(
        tenant_id=tenant_id,
        order_id=order_id,
        position=position,
        provider_id=provider.id,
        connector_id=account.connector,
        account=account.place,
        option_name=option.name,
        product=option.product,
        services=list(option.services),
        label_format=option.label_format,
        pickup_point=draft.pickup_point,
        store=draft.store,
        session=draft.session,
    )


def _package(shipment: Shipment, position: int, size: PackageSize) -> Package:
    return Package(
        tenant_id=shipment.tenant_id,
        shipment=shipment,
        position=position,
        weight=size.weight,
        length=size.length,
        width=size.width,
        height=size.height,
    )
