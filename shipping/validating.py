"""The step that makes sure that parcels can be followed: ValidateTrackingNumber."""

from __future__ import annotations

import re
from typing import Any

from connectors.schema import Settings, Text
from shipping.models import Shipment, ShipmentState
from shipping.stepkit import NO_SHIPMENT
from workflows.steps.base import Plan, Result, ResultState, Step, StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


class Pattern(Text):
    """A regular expression that has to fit the whole text."""

    def convert(self, raw: Any) -> str:
        text = super().convert(raw)
        try:
            re.compile(text)
        except re.error as wrong:
            raise ValueError(f"must be a regular expression such as [0-9]{{18}}: {wrong}") from None
        return text


@register
class ValidateTrackingNumber(Step):
    """Stops the run where a shipment has no tracking number, or one that does not fit Pattern."""

    name = "ValidateTrackingNumber"
    label = "Validate tracking number"
    by_shipment = True
    ends_run_on_error = True

    class properties(Settings):
        pattern = Pattern(
            "Pattern", key="Pattern", required=False, help="Regular expression for the whole number."
        )

    def plan(self, context: StepContext) -> Plan:
        rows = Shipment.objects.filter(order_id=context.order.id).exclude(state=ShipmentState.CANCELLED)
        if context.shipment:
            rows = rows.filter(reference=context.shipment)
        verdict = Verdict()
        for shipment in rows.order_by("position"):
            _judge(shipment, context.properties.pattern or "", verdict)
        if not verdict.lines:
            return Plan.done(Result.warning(NO_SHIPMENT))
        found = verdict.result()
        failed = found.state is ResultState.ERROR
        return Plan.done(Result(state=found.state, message=found.message, ends_run=failed))


def _judge(shipment: Shipment, pattern: str, verdict: Verdict) -> None:
    number = shipment.tracking_number
    if not number:
        verdict.error(f"{shipment} has no tracking number; run CompleteShipment first")
    elif pattern and not re.fullmatch(pattern, number):
        verdict.error(f"{shipment}: the tracking number {number} does not fit {pattern}")
    else:
        verdict.success(f"{shipment}: {number}")
