"""ExportOrder with an e-commerce connector: tells the shop of each booked shipment of an order that came from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.contracts.ecommerce import Fulfilment
from connectors.models import Effect
from workflows.steps.base import Plan, Result, StepContext, summary

OPERATION = "fulfil"
SECTION = "shipments"
_BOOKED = "booked"
#: Property of an order with the parcels that a warehouse told of.
WAREHOUSE_PARCELS = "WarehouseParcels"


def plan(context: StepContext, connector: ConnectorConfig) -> Plan:
    """One call for each booked shipment that the shop does not know of yet."""
    shop = _label(connector)
    external_id = context.order.external_ids.get(connector.connector_id or connector.name)
    if not external_id:
        return Plan.done(Result.skipped(f"The order does not come from {shop}"))
    booked = [item for item in context.order.sections.get(SECTION, ()) if item["state"] == _BOOKED]
    booked = booked or _of_the_warehouse(context.order)
    if not booked:
        return Plan.done(Result.skipped(f"No shipment is booked; there is nothing to tell {shop}"))
    calls = [_call(connector, external_id, shipment) for shipment in booked]
    told = _told(connector, calls)
    fresh = tuple(call for call in calls if call.subject not in told)
    return Plan.call(*fresh) if fresh else Plan.done(Result.success(f"{shop} knows of every shipment"))


def settle(outcomes: Sequence[Outcome]) -> Result:
    told = [item.prepared.spec.request for item in outcomes if item.ending is Ending.SUCCEEDED]
    if len(told) < len(outcomes):
        return summary(outcomes)
    shop = _label(outcomes[0].prepared.spec.connector)
    left_out = [item.result.message for item in outcomes if item.result.message]
    names = [
        request.tracking_number or request.reference
        for request, item in zip(told, outcomes, strict=True)
        if not item.result.message
    ]
    done = [f"{shop} was told of {', '.join(names)}"] if names else []
    text = "; ".join([*done, *left_out])
    return Result.warning(text) if left_out else Result.success(text)


def _call(connector: ConnectorConfig, external_id: str, shipment: Mapping[str, Any]) -> CallSpec:
    reference = str(shipment["reference"])
    request = Fulfilment(
        reference=reference,
        order_external_id=external_id,
        carrier=shipment.get("carrier", ""),
        tracking_number=shipment.get("tracking_number", ""),
        tracking_url=shipment.get("tracking_url", ""),
    )
    return CallSpec(
        connector=connector, operation=OPERATION, subject=f"shipment:{reference}", request=request
    )


def _of_the_warehouse(order: OrderDocument) -> list[Mapping[str, Any]]:
    """What a warehouse has sent by itself: one shipment, known by its first parcel."""
    parcels = order.properties.get(WAREHOUSE_PARCELS)
    if not isinstance(parcels, (list, tuple)) or not parcels:
        return []
    first = parcels[0]
    return [{**first, "reference": f"{order.number}-W", "tracking_number": first.get("number", "")}]


def _told(connector: ConnectorConfig, calls: Sequence[CallSpec]) -> set[str]:
    """Subjects that an earlier step has told the shop of: a second fulfilment would be refused or doubled."""
    rows = Effect.objects.filter(
        connector_id=connector.id,
        operation=OPERATION,
        subject__in=[call.subject for call in calls],
        state=Effect.State.SUCCEEDED,
    )
    return set(rows.values_list("subject", flat=True))


def _label(connector: ConnectorConfig) -> str:
    return connector.display_name or connector.name
