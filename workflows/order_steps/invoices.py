"""ExportInvoices: the step's Connector invoices the order, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts.base import Provider
from connectors.contracts.erp import InvoiceExporter, OrderExport
from connectors.models import Effect
from workflows.steps.base import Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register

OPERATION = "export_invoice"


@register
class ExportInvoices(Step):
    """Hands the order to the step's Connector to be invoiced, or as an invoice. A second run makes no second one."""

    name = "ExportInvoices"
    label = "Export invoices"
    target = "connector"
    capability: ClassVar[type[Provider] | None] = InvoiceExporter

    def plan(self, context: StepContext) -> Plan:
        connector, order = capable(context, InvoiceExporter), context.order
        subject = f"order:{order.id}"
        done = Effect.objects.filter(
            connector_id=connector.id, operation=OPERATION, subject=subject, state=Effect.State.SUCCEEDED
        )
        if done.exists():
            return Plan.done(Result.success("Was invoiced before"))
        request = OrderExport(reference=order.number, order=order, properties=context.config.properties)
        return Plan.call(CallSpec(connector=connector, operation=OPERATION, subject=subject, request=request))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        (outcome,) = outcomes
        if outcome.ending is not Ending.SUCCEEDED:
            return summary(outcomes)
        receiver = outcome.prepared.spec.connector
        told = f"Invoiced by {receiver.display_name or receiver.name}"
        if outcome.result.external_id:
            told += f" as {outcome.result.external_id}"
        return Result.success(": ".join(filter(None, [told, outcome.result.message])))
