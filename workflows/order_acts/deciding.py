"""Tell what became of a call that its vendor cannot be asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.deciding import StillUnderWay, decide
from eventlog import store as eventlog
from eventlog.events import Category
from tenants.models import Right
from workflows.acts import Asked
from workflows.by_hand import Choice, Input, Offer, OrderAct, Started, Subject, register
from workflows.by_hand.doubts import Doubt
from workflows.order_acts.shared import right_of
from workflows.problems import InvalidData, NotPossible
from workflows.steps import registry as step_registry

_DONE, _NOT_DONE = "carried-out", "not-carried-out"
_OUTCOME = Choice(
    name="outcome",
    label="What you saw at the vendor",
    options=(
        ("", "Look there, then choose"),
        (_DONE, "It was carried out"),
        (_NOT_DONE, "It was not carried out"),
    ),
    help="What was carried out is never repeated. What was not is done when the step runs again.",
)
_NUMBER = Input(name="number", label="Number at the vendor", help="Of what was made there; may stay empty.")

#: Where the outcome alone says too little: what is held here has to follow the vendor.
_ELSEWHERE = {
    "payment": "How much money moved is read from the provider: wait for its webhook or for the task PollPaymentStates.",
    "shipment": "A shipment is not taken over by number: cancel it at the carrier, then say that it was not carried out.",
}


@register
class Decide(OrderAct):
    name = "decide"
    label = "Decide what happened"
    group = "Workflow"
    icon = "rule"
    needs_reason = True
    on_list = False
    sends = False

    def offer(self, subject: Subject) -> Offer:
        if not subject.doubts:
            return Offer.refused("No call of this order waits for somebody to decide.")
        options = tuple((str(doubt.effect.pk), str(doubt)) for doubt in subject.doubts)
        return Offer(
            says=tuple(f"It is not known whether {doubt} was carried out." for doubt in subject.doubts),
            inputs=(Choice(name="call", label="Call", options=options), _OUTCOME, _NUMBER),
        )

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return right_of([_doubt(subject, values).step])

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        doubt, carried_out = _doubt(subject, values), _carried_out(values)
        if carried_out and (why := _ELSEWHERE.get(_target(doubt.step))):
            raise InvalidData({"outcome": [why]})
        try:
            fresh = decide(doubt.effect.pk, carried_out=carried_out, reference=values["number"])
        except StillUnderWay as error:
            raise NotPossible(f"{doubt}: {error}; look again then") from None
        if not fresh:
            return Started(f"{doubt} had been decided before.", fresh=False)
        told = f"{doubt} was {'' if carried_out else 'not '}carried out"
        _record(subject, doubt, told, asked)
        return Started(f"{told}, as you say. Resume from failed step goes on.")


def _doubt(subject: Subject, values: Mapping[str, Any]) -> Doubt:
    return next(doubt for doubt in subject.doubts if str(doubt.effect.pk) == values["call"])


def _carried_out(values: Mapping[str, Any]) -> bool:
    if not values["outcome"]:
        raise InvalidData({"outcome": ["Look at the vendor whether it was carried out, then choose."]})
    return bool(values["outcome"] == _DONE)


def _target(step: str) -> str:
    known = step_registry.all_steps().get(step)
    return known.target if known else ""


def _record(subject: Subject, doubt: Doubt, told: str, asked: Asked) -> None:
    why = f": {asked.reason}" if asked.reason else ""
    eventlog.record(
        Category.WORKFLOW,
        f"{asked.actor or 'Somebody'} decided that {told}{why}",
        tenant_id=subject.order.tenant_id,
        order_id=subject.order.pk,
        order_number=subject.order.number,
        connector_id=doubt.effect.connector_id,
        effect_id=doubt.effect.pk,
        actor=asked.actor,
        details={
            "operation": doubt.effect.operation,
            "subject": doubt.effect.subject,
            "reason": asked.reason,
        },
    )
