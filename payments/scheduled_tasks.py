"""The scheduled look at payments that nobody has told us the end of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.payment import PaymentProvider
from connectors.schema import Integer, Settings
from eventlog import store
from eventlog.events import Category, Outcome
from payments import ledger, requests
from payments.facts import CurrencyMismatch
from payments.judging import UNDECIDED
from payments.models import Payment, PaymentEntry, Standing
from payments.news import from_status
from payments.stepkit import request_for
from tenants.clock import database_now
from workflows.documents import order_documents
from workflows.schedules.polling import Polling
from workflows.schedules.types import TaskContext, TaskFailed, register


@register
class PollPaymentStates(Polling):
    name = "PollPaymentStates"
    label = "Poll payment states"
    description = "Asks a payment provider about payments that wait for the shopper or for its confirmation."
    capability = PaymentProvider
    operation = "status"

    class properties(Settings):
        minutes = Integer(
            "Minutes",
            key="Minutes",
            required=False,
            default=10,
            help="Payments are asked for once they have waited this long; webhooks are mostly sooner.",
        )
        days = Integer(
            "Days", key="Days", required=False, default=7, help="Older payments are not asked for any more."
        )

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        if properties.minutes < 1:
            yield "Minutes: use at least 1 minute."
        if properties.days < 1:
            yield "Days: use at least 1 day."

    def rows(self, context: TaskContext) -> QuerySet[Any]:
        assert context.connector is not None
        now, given = database_now(), context.properties
        since = now - timedelta(days=given.days)
        unconfirmed = PaymentEntry.objects.filter(
            payment=OuterRef("pk"), standing=Standing.PENDING, created_at__gte=since
        )
        moving = Q(capturing_minor__gt=0) | Q(refunding_minor__gt=0)
        waiting = Q(state__in=UNDECIDED, created_at__gte=since) | (moving & Exists(unconfirmed))
        of_connector = Payment.objects.filter(waiting, connector_id=context.connector.id)
        return of_connector.exclude(provider_id="").filter(
            modified_at__lte=now - timedelta(minutes=given.minutes)
        )

    def call(self, context: TaskContext, row: Any) -> CallSpec:
        assert context.connector is not None
        return CallSpec(
            connector=context.connector,
            operation="status",
            subject=row.subject,
            request=_request(context, row),
            write=False,
        )

    def about(self, row: Any) -> Mapping[str, Any]:
        return {"provider_id": row.provider_id}

    def take(self, context: TaskContext, key: int, result: Any) -> Mapping[str, int]:
        """An answer about an object whose place another one has taken meanwhile says nothing of that one."""
        payment = Payment.objects.select_for_update(of=("self",)).get(pk=key)
        if context.pending.get("provider_id", payment.provider_id) != payment.provider_id:
            return {"changed": 0}
        before = payment.get_state_display()
        try:
            news = from_status(_request(context, payment), result, source=f"task:{context.run_id}")
        except CurrencyMismatch as error:
            raise TaskFailed(f"Payment {payment}: {error}") from error
        changed = ledger.apply(payment, news)
        if changed:
            _tell(payment, before, context.actor)
        return {"changed": changed}

    def name_of(self, context: TaskContext, key: int) -> str:
        payment = Payment.objects.select_related("order").get(pk=key)
        return f"{payment} of order {payment.order.number}" if payment.order else str(payment)


def _request(context: TaskContext, payment: Payment) -> Any:
    if payment.order_id is None:
        return requests.bare(context.runtime, payment, payment.amount)
    order = order_documents([payment.order_id])[payment.order_id]
    return request_for(context.runtime, order, payment, payment.amount)


def _tell(payment: Payment, before: str, actor: str) -> None:
    store.record(
        Category.INFORMATION,
        f"Payment {payment}: {before} → {payment.get_state_display()} (asked for)",
        tenant_id=payment.tenant_id,
        outcome=Outcome.INFO,
        order_id=payment.order_id,
        order_number=payment.order.number if payment.order else "",
        connector_id=payment.connector_id,
        actor=actor,
        details={"reference": payment.reference},
    )
