"""Steps that run once for each shipment: one step run becomes one for each, when its turn has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contracts.common import OrderDocument
from workflows.engine.claim import Ticket
from workflows.models import StepRun
from workflows.scopes import shipments_under_way

_COPIED = ("tenant_id", "run_id", "order_id", "position", "name", "connector", "connector_id")
_ALSO_COPIED = ("stop_on_error", "is_invisible")


def narrowed(ticket: Ticket, step: StepRun, document: OrderDocument) -> OrderDocument:
    """The document with the step's shipment only; a step that has none yet takes the first, new ones the others. One that
    takes up what was done before has its own already, and new ones take those that have come since. A retry of a run that
    has ended is about its own alone.

    An order without shipments stays as it is, and its step names none.
    """
    known: Sequence[Mapping[str, Any]] = document.sections.get("shipments", ())
    if step in ticket.steps and (not step.shipment or step.repeats_id):
        place = (step.run_id, step.position)
        taken = {other.shipment for other in ticket.steps if (other.run_id, other.position) == place}
        wanted = [str(item["reference"]) for item in shipments_under_way(document)]
        _share_out(ticket, step, [reference for reference in wanted if reference not in taken])
    own = [item for item in known if item.get("reference") == step.shipment]
    return replace(document, sections={**document.sections, "shipments": own})


def _share_out(ticket: Ticket, step: StepRun, references: Sequence[str]) -> None:
    left = list(references)
    if left and not step.shipment:
        step.shipment = left.pop(0)
        StepRun.objects.filter(pk=step.pk).update(shipment=step.shipment)
    more = [_copy(step, reference) for reference in left]
    if more:
        StepRun.objects.bulk_create(more)
        place = ticket.steps.index(step) + 1
        ticket.steps[place:place] = more


def _copy(step: StepRun, reference: str) -> StepRun:
    copied = {name: getattr(step, name) for name in (*_COPIED, *_ALSO_COPIED)}
    row = StepRun(**copied, shipment=reference)
    row.run = step.run
    return row
