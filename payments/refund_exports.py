"""What others are told of money that was given back: CreateCreditNote at the books, ExportRefunds in the shop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.contracts.books import CreditNoteExport, CreditNoteExporter
from connectors.contracts.ecommerce import ShopProvider, ShopRefund
from connectors.contracts.erp import Movement
from connectors.models import Effect
from connectors.schema import Boolean, Settings, Text
from payments.movements import Moved, payments_of, untold
from workflows.order_steps import invoices
from workflows.steps.base import Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register


class _TellsOfRefunds(Step):
    """One call for each amount that was given back since the receiver was told last."""

    target = "connector"
    operation: ClassVar[str]
    verb: ClassVar[str]

    def refunds(self, context: StepContext, connector: ConnectorConfig) -> list[Moved]:
        return [
            item
            for payment in payments_of(context.order.id)
            for item in untold(connector, self.operation, payment, Movement.REFUND)
        ]

    def calls(self, connector: ConnectorConfig, requests: Sequence[tuple[Moved, Any]]) -> Plan:
        specs = [
            CallSpec(connector=connector, operation=self.operation, subject=moved.subject, request=request)
            for moved, request in requests
        ]
        return Plan.call(*specs) if specs else Plan.done(Result.skipped("No money was given back since"))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        if any(outcome.ending is not Ending.SUCCEEDED for outcome in outcomes):
            return summary(outcomes)
        receiver = outcomes[0].prepared.spec.connector
        told = [
            f"{item.prepared.spec.request.amount} as {item.result.external_id}".removesuffix(" as ")
            for item in outcomes
        ]
        return Result.success(f"{self.verb} {receiver.display_name or receiver.name}: {', '.join(told)}")


@register
class CreateCreditNote(_TellsOfRefunds):
    """Has the step's Connector credit what was given back, each amount once, and against the order's invoice there."""

    name = "CreateCreditNote"
    label = "Create credit note"
    capability: ClassVar[type[Provider] | None] = CreditNoteExporter
    operation = "export_credit_note"
    verb = "Credited by"

    class properties(Settings):
        reason = Text("Reason", key="Reason", required=False, default="", help="Stands on the credit note.")

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, CreditNoteExporter)
        invoice = invoice_of(connector, context.order.id)
        kept = any(payment.refundable for payment in payments_of(context.order.id))
        return self.calls(
            connector,
            [
                (item, self._request(context, item, invoice, kept))
                for item in self.refunds(context, connector)
            ],
        )

    def _request(self, context: StepContext, moved: Moved, invoice: str, kept: bool) -> CreditNoteExport:
        """An order that is given back completely is credited line by line, anything else as an amount: with money `kept`
        it is only worth as much."""
        order = context.order
        whole = moved.amount == order.total and not kept
        return CreditNoteExport(
            reference=f"{order.number}-C{moved.payment.position}-{moved.total}",
            order=order,
            amount=moved.amount,
            invoice=invoice,
            lines={line.number: line.quantity for line in order.lines} if whole else {},
            reason=context.properties.reason,
            properties=context.config.properties,
        )


@register
class ExportRefunds(_TellsOfRefunds):
    """Writes what was given back into the shop that the order came from, each amount once."""

    name = "ExportRefunds"
    label = "Export refunds"
    capability: ClassVar[type[Provider] | None] = ShopProvider
    operation = "refund_order"
    verb = "Refunded in"

    class properties(Settings):
        restock = Boolean(
            "Restock", key="Restock", required=False, default=False, help="Give the goods back to its stock."
        )
        notify = Boolean(
            "NotifyCustomer",
            key="NotifyCustomer",
            required=False,
            default=False,
            help="The shop writes a mail.",
        )
        note = Text("Note", key="Note", required=False, default="", help="Stands on the refund in the shop.")

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, ShopProvider)
        external_id = context.order.external_ids.get(connector.connector_id or connector.name)
        if not external_id:
            shop = connector.display_name or connector.name
            return Plan.done(Result.skipped(f"The order does not come from {shop}"))
        return self.calls(
            connector,
            [(item, self._request(context, item, external_id)) for item in self.refunds(context, connector)],
        )

    def _request(self, context: StepContext, moved: Moved, external_id: str) -> ShopRefund:
        wanted = context.properties
        return ShopRefund(
            reference=f"{context.order.number}-R{moved.payment.position}-{moved.total}",
            order_external_id=external_id,
            amount=moved.amount,
            note=wanted.note,
            restock=wanted.restock,
            notify=wanted.notify,
        )


def invoice_of(connector: ConnectorConfig, order_id: int) -> str:
    """The number that ExportInvoices got from this connector for the order; "" where it has none."""
    rows = Effect.objects.filter(
        connector_id=connector.id,
        operation=invoices.OPERATION,
        subject=f"order:{order_id}",
        state=Effect.State.SUCCEEDED,
    )
    return rows.order_by("-ordinal").values_list("provider_reference", flat=True).first() or ""
