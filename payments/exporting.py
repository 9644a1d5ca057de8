"""ExportPayments: tells the step's Connector what was captured and refunded, each amount once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts.base import Provider
from connectors.contracts.erp import Movement, PaymentExport, PaymentExporter
from payments.movements import Moved, payments_of, untold
from workflows.steps.base import Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register

OPERATION = "export_payment"
_VERBS = {Movement.CAPTURE: "captured", Movement.REFUND: "refunded"}


@register
class ExportPayments(Step):
    """Tells an ERP, or any receiver, what money has moved since it was told last."""

    name = "ExportPayments"
    label = "Export payments"
    target = "connector"
    capability: ClassVar[type[Provider] | None] = PaymentExporter

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, PaymentExporter)
        payments = payments_of(context.order.id)
        if not payments:
            return Plan.done(Result.warning("The order has no payment"))
        moved = [item for payment in payments for item in untold(connector, OPERATION, payment, *Movement)]
        calls = [
            CallSpec(
                connector=connector,
                operation=OPERATION,
                subject=item.subject,
                request=_request(context, item),
            )
            for item in moved
        ]
        return Plan.call(*calls) if calls else Plan.done(Result.success("No money has moved since"))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        if any(outcome.ending is not Ending.SUCCEEDED for outcome in outcomes):
            return summary(outcomes)
        told = [_told(outcome.prepared.spec.request) for outcome in outcomes]
        receiver = outcomes[0].prepared.spec.connector
        return Result.success(f"{receiver.display_name or receiver.name} was told: {', '.join(told)}")


def _request(context: StepContext, moved: Moved) -> PaymentExport:
    payment = moved.payment
    return PaymentExport(
        reference=moved.subject,
        order=context.order,
        kind=moved.kind,
        amount=moved.amount,
        total=payment.money(moved.total),
        payment_method=payment.method_name,
        provider=payment.connector.type,
        provider_id=payment.provider_id,
        occurred_at=moved.occurred_at,
        properties=context.config.properties,
    )


def _told(export: PaymentExport) -> str:
    return f"{export.amount} {_VERBS[export.kind]} ({export.payment_method})"
