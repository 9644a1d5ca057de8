"""The shipment of an order that came without one: the default option of its market."""

from __future__ import annotations

from shipping.making import ShipmentDraft, save_shipments, store_of
from shipping.models import Shipment
from shipping.providers import Offer, default_offers
from tenants.models import Store
from tenants.scoping import current_tenant
from workflows.steps.base import Result, StepContext


def default_shipment(context: StepContext) -> Result | None:
    """Make it, unless the order has shipments. A result, and nothing is made, when there is no single default."""
    order = context.order
    if Shipment.objects.filter(order_id=order.id).exists():
        return None
    found = default_offers(context.runtime, order.market)
    if len(found) != 1:
        return Result.warning(_why(order.market, found))
    offer = found[0]
    if not offer.option.package.weight or offer.option.service_point_required:
        return Result.warning(
            f"The order has no shipment, and the default option {offer.option.name} needs more than it says:"
            " enter its Default Weight, choose one without service point, or send shipments with the order"
        )
    sender = store_of(offer, _store(order.store))
    draft = ShipmentDraft(offer=offer, packages=(offer.option.package,), store=sender)
    save_shipments(current_tenant().pk, order.id, order.market, [draft])
    return None


def _store(code: str) -> Store | None:
    return Store.objects.filter(code=code).first() if code else None


def _why(market: str, found: list[Offer]) -> str:
    if found:
        names = ", ".join(f"{offer.option.name} of {offer.provider.name}" for offer in found)
        return (
            f"The order has no shipment, and market {market} has several default options: {names}. Keep one"
        )
    return (
        f"The order has no shipment, and market {market} has no default option:"
        " tick Is Default at one and publish, or send shipments with the order"
    )
