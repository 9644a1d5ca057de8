"""ExportShipments: tells the step's Connector where each shipment stands, each standing once.

What an effect told of stands in its subject: the shipment, its state and that of its tracking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import ShipmentExport, ShipmentExporter
from connectors.models import Effect
from shipping.models import Shipment, ShipmentState
from shipping.order_sections import shipment_document
from shipping.stepkit import NO_SHIPMENT, lock_shipments
from workflows.steps.base import Capability, Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register

OPERATION = "export_shipment"
_TOLD = (ShipmentState.BOOKED, ShipmentState.CANCELLED)


@register
class ExportShipments(Step):
    """Tells an ERP, or any receiver, of each shipment that is booked or cancelled, and again when it stands elsewhere."""

    name = "ExportShipments"
    label = "Export shipments"
    target = "connector"
    capability: ClassVar[Capability | None] = ShipmentExporter
    by_shipment = True

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, ShipmentExporter)
        shipments = lock_shipments(context.order.id, reference=context.shipment)
        if not shipments:
            return Plan.done(Result.warning(NO_SHIPMENT))
        calls = [_call(context, connector, item) for item in shipments if item.state in _TOLD]
        if not calls:
            return Plan.done(Result.warning("No shipment is booked yet; run CompleteShipment first"))
        news = _not_told(connector, calls)
        return Plan.call(*news) if news else Plan.done(Result.success("Nothing has changed since"))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        if any(outcome.ending is not Ending.SUCCEEDED for outcome in outcomes):
            return summary(outcomes)
        receiver = outcomes[0].prepared.spec.connector
        told = [_told(outcome.prepared.spec.request) for outcome in outcomes]
        return Result.success(f"{receiver.display_name or receiver.name} was told: {', '.join(told)}")


def _call(context: StepContext, connector: ConnectorConfig, shipment: Shipment) -> CallSpec:
    reference = ":".join(filter(None, (shipment.subject, shipment.state, shipment.tracking_state)))
    request = ShipmentExport(
        reference=reference,
        order=context.order,
        shipment=shipment_document(shipment),
        properties=context.config.properties,
    )
    return CallSpec(connector=connector, operation=OPERATION, subject=reference, request=request)


def _not_told(connector: ConnectorConfig, calls: Sequence[CallSpec]) -> list[CallSpec]:
    done = Effect.objects.filter(
        connector_id=connector.id,
        operation=OPERATION,
        subject__in=[call.subject for call in calls],
        state=Effect.State.SUCCEEDED,
    )
    known = set(done.values_list("subject", flat=True))
    return [call for call in calls if call.subject not in known]


def _told(export: ShipmentExport) -> str:
    shipment = export.shipment
    number = shipment["tracking_number"] or shipment["consignment"] or shipment["reference"]
    return f"{number} {shipment['tracking_state'] or shipment['state']}".replace("_", " ")
