"""What the shipping steps share: the shipments of an order under lock, calls on them, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from connectors import registry
from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts.shipping import CarrierProvider
from connectors.errors import Misconfigured
from shipping.models import Shipment, ShipmentState
from workflows.steps.base import Plan, Result, ResultState, Step, StepContext
from workflows.steps.verdict import Verdict

NO_SHIPMENT = "The order has no shipment"
NOT_BOOKED = "is not booked yet; run CompleteShipment first"


@dataclass(slots=True)
class Review:
    """The shipments after their outcomes were applied. `answers` and `failures` are by the shipment's reference."""

    context: StepContext
    shipments: Sequence[Shipment]
    answers: dict[str, Outcome] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return f"step:{self.context.step_run_id}"

    @contextmanager
    def failing(self, shipment: Shipment) -> Iterator[None]:
        """Keep what is configured wrongly as the failure of this shipment, so that the others go on."""
        try:
            yield
        except Misconfigured as error:
            self.failures[shipment.reference] = error.message


class ShipmentStep(Step):
    """One operation on the shipments of an order, in their order, or on the one that a step per shipment is for; each
    goes to the connector it was made for.

    `returns` tells whether it is about returns only, about none, or about all (None).
    """

    target = "shipment"
    capability = CarrierProvider
    by_shipment = True
    returns: ClassVar[bool | None] = None
    on_cancelled: ClassVar[ResultState] = ResultState.WARNING

    def act(self, review: Review, shipment: Shipment) -> None:
        """What needs no carrier, before calls are planned. Raises Misconfigured, which concerns this shipment only."""

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        """What is still to be called. Raises Misconfigured, which concerns this shipment only."""
        raise NotImplementedError

    def begun(self, shipment: Shipment, spec: CallSpec | None, hindrance: str) -> None:
        """What is about to be called, or what keeps it from being called."""

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        """Apply how a call ended."""
        raise NotImplementedError

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        """Say what came of a shipment on which no call failed."""
        raise NotImplementedError

    def plan(self, context: StepContext) -> Plan:
        review = Review(context, lock_shipments(context.order.id, self.returns, context.shipment))
        calls = [spec for shipment in review.shipments if (spec := self._begin(review, shipment))]
        return Plan.call(*calls) if calls else Plan.done(self._verdict(review))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        review = Review(context, lock_shipments(context.order.id, self.returns, context.shipment))
        by_subject = {shipment.subject: shipment for shipment in review.shipments}
        for outcome in outcomes:
            shipment = by_subject[outcome.prepared.spec.subject]
            review.answers[shipment.reference] = outcome
            if outcome.ending is not Ending.SUCCEEDED:
                review.failures[shipment.reference] = outcome.message
            self.take(review, shipment, outcome)
        for shipment in review.shipments:
            if shipment.reference not in review.answers:
                self._call(review, shipment)
        return self._verdict(review)

    def _begin(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if shipment.state == ShipmentState.CANCELLED:
            return None
        with review.failing(shipment):
            self.act(review, shipment)
        spec = None if shipment.reference in review.failures else self._call(review, shipment)
        self.begun(shipment, spec, review.failures.get(shipment.reference, ""))
        return spec

    def _call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        """The call; what keeps it from being made is kept for the verdict."""
        if shipment.state != ShipmentState.CANCELLED:
            with review.failing(shipment):
                return self.call(review, shipment)
        return None

    def _verdict(self, review: Review) -> Result:
        verdict = Verdict()
        for shipment in review.shipments:
            failure = review.failures.get(shipment.reference)
            if failure is not None:
                verdict.error(f"{shipment}: {failure}")
            elif shipment.state == ShipmentState.CANCELLED:
                verdict.lines.append((self.on_cancelled, f"{shipment} is cancelled"))
            else:
                self.judge(review, shipment, verdict)
        if not verdict.lines:
            verdict.warning(NO_SHIPMENT)
        return verdict.result()


def lock_shipments(order_id: int, returns: bool | None = None, reference: str = "") -> list[Shipment]:
    """The shipments of an order in their order, or the one of this reference, locked until the transaction ends."""
    rows = Shipment.objects.select_for_update(of=("self",)).filter(order_id=order_id)
    rows = rows if returns is None else rows.filter(is_return=returns)
    rows = rows.filter(reference=reference) if reference else rows
    related = ("connector", "provider", "store", "label", "return_of")
    found = rows.select_related(*related).defer("label__content")
    return list(found.prefetch_related("packages").order_by("position"))


def offers(shipment: Shipment, operation: str) -> bool:
    """Whether the carrier has this operation. Raises Misconfigured when it is not installed any more."""
    return operation in registry.get(shipment.connector.type).operations()
