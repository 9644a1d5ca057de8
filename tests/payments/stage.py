"""An order whose payments steps act on: real effects and documents, and answers that the tests make up."""

from dataclasses import dataclass, field

from django.utils import timezone

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared
from connectors.contracts.payment import PaymentEvent, PaymentResult, State
from connectors.effects import close_effects, open_effects
from connectors.errors import ProviderError, Rejected, Unknown
from connectors.runtime import runtime
from payments import ledger
from payments.models import Payment
from payments.news import from_event
from tests.factories.payments import PaymentFactory, publish_payment_method
from tests.payments.stories import result
from workflows.chart import StepConfig
from workflows.documents import order_documents
from workflows.models import Order
from workflows.steps import registry
from workflows.steps.base import Result, StepContext


@dataclass
class Stage:
    """An order of 398.00 NOK. `calls` collects what the steps wanted called."""

    order: Order
    calls: list[CallSpec] = field(default_factory=list)

    def pay(self, name: str, amount: int = 39800, **values) -> Payment:
        """A payment by a published method; the amount in minor units."""
        method = publish_payment_method(self.order.tenant, name=name)
        position = self.order.payments.count() + 1
        return PaymentFactory(
            order=self.order,
            tenant=self.order.tenant,
            method=method,
            amount_minor=amount,
            position=position,
            **values,
        )

    def run(
        self,
        name: str,
        *answers: PaymentResult | ProviderError,
        step_run_id: int = 1,
        act_id: int = 0,
        meanwhile=lambda: None,
        **properties: str,
    ) -> Result:
        """Plan a step and give its calls these answers, in order; `meanwhile` happens while they are on the wire.

        `act_id` is the step run that this one takes up again.
        """
        context = self.context(name, step_run_id, act_id, **properties)
        step = registry.get(name)
        plan = step.plan(context)
        self.calls += plan.calls
        if plan.result is not None:
            assert not answers
            return plan.result
        wanted = open_effects(
            [(spec, CallContext(), f"step:{context.act}") for spec in plan.calls], owner="test"
        )
        opened = [item for item in wanted if isinstance(item, Prepared)]
        meanwhile()
        outcomes = [outcome(prepared, answer) for prepared, answer in zip(opened, answers, strict=True)]
        close_effects(outcomes)
        return step.settle(context, outcomes)

    def plan(self, name: str, context: StepContext) -> tuple[CallSpec, ...]:
        return registry.get(name).plan(context).calls

    def open(self, spec: CallSpec, step_run_id: int):
        """What becomes of a call that the act of this step wants: Prepared, or Done."""
        (opened,) = open_effects([(spec, CallContext(), f"step:{step_run_id}")], owner="test")
        return opened

    def context(self, name: str, step_run_id: int = 1, act_id: int = 0, **properties: str) -> StepContext:
        return StepContext(
            order=order_documents([self.order.pk])[self.order.pk],
            config=StepConfig(position=1, name=name),
            runtime=runtime(self.order.tenant_id),
            properties=registry.get(name).properties.compile({}, properties),
            run_id=1,
            step_run_id=step_run_id,
            act_id=act_id,
        )


def outcome(prepared: Prepared, answer: PaymentResult | ProviderError) -> Outcome:
    failed = isinstance(answer, ProviderError)
    return Outcome(
        prepared=prepared,
        ending=_ending(answer) if failed else Ending.SUCCEEDED,
        result=None if failed else answer,
        error=answer if failed else None,
        started_at=timezone.now(),
        duration_ms=1,
    )


def _ending(error: ProviderError) -> Ending:
    if isinstance(error, Rejected):
        return Ending.FAILED
    return Ending.UNKNOWN if isinstance(error, Unknown) else Ending.RETRY


def the_payment() -> Payment:
    """The only one there is, as it is now."""
    return Payment.objects.get()


def captured(amount: int, **values) -> PaymentResult:
    """The answer to a capture, with the total in minor units."""
    return result(State.CAPTURED, captured=amount, operation_id="ch_1", **values)


def hear(*events: PaymentEvent) -> None:
    """Let webhooks tell of the only payment."""
    for item in events:
        ledger.apply(the_payment(), from_event(item, "NOK"))
