"""ExportReceipts: tells a CRM of the purchase once, and of every amount that was given back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from django.utils import timezone

from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.contracts.crm import CrmProvider, ReceiptExport, ReceiptKind
from connectors.contracts.erp import Movement
from connectors.models import Effect
from payments.models import Payment
from payments.movements import payments_of, untold
from tenants.money import Money
from workflows.imports.documents import KIND, RETURN_OF
from workflows.steps.base import Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register

OPERATION = "export_receipt"


@register
class ExportReceipts(Step):
    """Tells the step's CRM of what was bought and what came back; a receipt is final and told once."""

    name = "ExportReceipts"
    label = "Export receipts"
    target = "connector"
    capability: ClassVar[type[Provider] | None] = CrmProvider

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, CrmProvider)
        payments = payments_of(context.order.id)
        calls = [*_purchase(context, connector, payments), *_returns(context, connector, payments)]
        return Plan.call(*calls) if calls else Plan.done(Result.success("No receipt is new"))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        if any(outcome.ending is not Ending.SUCCEEDED for outcome in outcomes):
            return summary(outcomes)
        receiver = outcomes[0].prepared.spec.connector
        told = [
            f"{item.prepared.spec.request.kind} of {item.prepared.spec.request.amount}" for item in outcomes
        ]
        return Result.success(f"{receiver.display_name or receiver.name} was told: {', '.join(told)}")


def _purchase(
    context: StepContext, connector: ConnectorConfig, payments: Sequence[Payment]
) -> Iterator[CallSpec]:
    """The order itself, once money was taken. One that was paid elsewhere counts as it is; a till's return as one."""
    order = context.order
    captured = sum((payment.captured for payment in payments), Money.of("0", order.currency))
    if payments and not captured.amount:
        return
    subject = f"order:{order.id}"
    done = Effect.objects.filter(
        connector_id=connector.id, operation=OPERATION, subject=subject, state=Effect.State.SUCCEEDED
    )
    if done.exists():
        return
    came_back = order.properties.get(KIND) == ReceiptKind.RETURN
    yield _call(
        context,
        connector,
        subject=subject,
        reference=order.number,
        kind=ReceiptKind.RETURN if came_back else ReceiptKind.PURCHASE,
        amount=captured if payments else order.total,
        occurred_at=order.placed_at,
        of=str(order.properties.get(RETURN_OF, "")),
    )


def _returns(
    context: StepContext, connector: ConnectorConfig, payments: Sequence[Payment]
) -> Iterator[CallSpec]:
    for payment in payments:
        for moved in untold(connector, OPERATION, payment, Movement.REFUND):
            yield _call(
                context,
                connector,
                subject=moved.subject,
                reference=f"{context.order.number}-R{payment.position}-{moved.total}",
                kind=ReceiptKind.RETURN,
                amount=moved.amount,
                occurred_at=moved.occurred_at,
                of=context.order.number,
            )


def _call(
    context: StepContext,
    connector: ConnectorConfig,
    *,
    subject: str,
    reference: str,
    kind: ReceiptKind,
    amount: Money,
    occurred_at: datetime,
    of: str,
) -> CallSpec:
    request = ReceiptExport(
        reference=reference,
        kind=kind,
        order=context.order,
        amount=amount,
        occurred_at=occurred_at or timezone.now(),
        properties={**context.config.properties, **({"ReturnOf": of} if of else {})},
    )
    return CallSpec(connector=connector, operation=OPERATION, subject=subject, request=request)
