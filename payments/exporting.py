"""ExportPayments: tells the step's Connector what was captured and refunded, each amount once.

What an effect told of stands in its subject: the payment, the kind, and the total up to which it told. So the next one
tells only of what has moved since, and one whose answer was lost is brought to its end before another begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.contracts.erp import Movement, PaymentExport, PaymentExporter
from connectors.models import Effect
from payments.models import EntryKind, Payment
from tenants.money import Money
from workflows.steps.base import Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register

OPERATION = "export_payment"
_KINDS = {Movement.CAPTURE: EntryKind.CAPTURE, Movement.REFUND: EntryKind.REFUND}
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
        rows = Payment.objects.filter(order_id=context.order.id).select_related("connector")
        payments = list(rows.order_by("position"))
        if not payments:
            return Plan.done(Result.warning("The order has no payment"))
        calls = [call for payment in payments for call in _calls(context, connector, payment)]
        return Plan.call(*calls) if calls else Plan.done(Result.success("No money has moved since"))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        if any(outcome.ending is not Ending.SUCCEEDED for outcome in outcomes):
            return summary(outcomes)
        told = [_told(outcome.prepared.spec.request) for outcome in outcomes]
        receiver = outcomes[0].prepared.spec.connector
        return Result.success(f"{receiver.display_name or receiver.name} was told: {', '.join(told)}")


def _calls(context: StepContext, connector: ConnectorConfig, payment: Payment) -> Iterator[CallSpec]:
    for kind, moved in ((Movement.CAPTURE, payment.captured), (Movement.REFUND, payment.refunded)):
        before, total = _next(connector, payment, kind, moved.minor)
        if total > before:
            request = _request(context, payment, kind, before, total)
            yield CallSpec(
                connector=connector, operation=OPERATION, subject=request.reference, request=request
            )


def _next(connector: ConnectorConfig, payment: Payment, kind: Movement, moved: int) -> tuple[int, int]:
    """Up to which total the receiver was told, and up to which it is told next, in minor units."""
    start = f"{payment.subject}:{kind}:"
    rows = Effect.objects.filter(connector_id=connector.id, operation=OPERATION, subject__startswith=start)
    done, unsettled = [0], []
    for subject, state in rows.values_list("subject", "state"):
        total = int(subject.removeprefix(start))
        if state == Effect.State.SUCCEEDED:
            done.append(total)
        elif state != Effect.State.FAILED:
            unsettled.append(total)
    before = max(done)
    return before, min((total for total in unsettled if total > before), default=moved)


def _request(
    context: StepContext, payment: Payment, kind: Movement, before: int, total: int
) -> PaymentExport:
    newest = payment.entries.filter(kind=_KINDS[kind]).order_by("-occurred_at").first()
    return PaymentExport(
        reference=f"{payment.subject}:{kind}:{total}",
        order=context.order,
        kind=kind,
        amount=payment.money(total - before),
        total=payment.money(total),
        payment_method=payment.method_name,
        provider=payment.connector.type,
        provider_id=payment.provider_id,
        occurred_at=newest.occurred_at if newest else payment.modified_at,
        properties=context.config.properties,
    )


def _told(export: PaymentExport) -> str:
    amount: Money = export.amount
    return f"{amount} {_VERBS[export.kind]} ({export.payment_method})"
