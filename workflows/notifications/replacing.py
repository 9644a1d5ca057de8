"""Fallbacks: another message in a message's place, only where it is proved that nobody got the first."""

from __future__ import annotations

from connectors.calls import Ending, Outcome
from connectors.compiled import ConnectorConfig
from workflows.models import FallbackWhen, MessageState, NotificationTemplate, SentMessage
from workflows.notifications.composing import compose, order_in_status, reachable, stored
from workflows.notifications.waiting import opening
from workflows.steps.base import StepContext

#: A chain of fallbacks is followed no further than this.
MOST_MESSAGES = 4


def message_of(context: StepContext, default: ConnectorConfig) -> SentMessage:
    """The message that this step run is about: its first, or the last that took the place of one; composed where it is
    not there yet. Raises NotSent and Misconfigured."""
    latest = latest_of(context)
    if latest is None:
        return compose(context, default)
    template = template_named(latest.template_name)
    if latest.state == MessageState.FAILED and may_replace(latest, template):
        return _replacement(context, latest, template, default)
    return latest


def latest_of(context: StepContext) -> SentMessage | None:
    references = [_reference(context, place) for place in range(1, MOST_MESSAGES + 1)]
    return SentMessage.objects.filter(reference__in=references).order_by("-pk").first()


def template_named(name: str) -> NotificationTemplate | None:
    if not name:
        return None
    return NotificationTemplate.objects.select_related("fallback").filter(name=name).first()


def may_replace(row: SentMessage, template: NotificationTemplate | None) -> bool:
    """Whether the fallback of a message that failed is wanted. One that was never handed over was surely not sent."""
    if template is None or template.usable_fallback is None or _place(row) >= MOST_MESSAGES:
        return False
    return row.sent_at is None or template.fallback_when == FallbackWhen.NOT_DELIVERED


def surely_not_sent(outcome: Outcome) -> bool:
    """The vendor or the hub itself said no, and no earlier try is open of which it is not known what became of it."""
    return outcome.ending is Ending.FAILED and not outcome.prepared.uncertain


def subject_of(context: StepContext, row: SentMessage) -> str:
    """The business object of the effect; each message of a chain is one of its own."""
    place = _place(row)
    act = f"order:{context.order.id}:{context.config.name}:{context.act}"
    return act if place == 1 else f"{act}:{place}"


def _replacement(
    context: StepContext,
    former: SentMessage,
    template: NotificationTemplate | None,
    default: ConnectorConfig,
) -> SentMessage:
    following = template.usable_fallback if template else None
    assert template is not None and following is not None, "checked by may_replace"
    order = order_in_status(context)
    why = former.reason or "it was not sent"
    trace = (*former.trace, f"{following.name}: in place of {template.name} ({why})")
    draft = reachable(order, following, following.channel, trace)
    due = None if context.properties.immediately else opening(draft.template, order.market)
    reference = _reference(context, _place(former) + 1)
    return stored(context, order, draft, default, reference, due_at=due, fallback_of=former)


def _reference(context: StepContext, place: int) -> str:
    """Those of fallbacks end with a letter and a digit, as no first one does."""
    return context.reference if place == 1 else f"{context.reference}f{place}"


def _place(row: SentMessage) -> int:
    head, letter, place = row.reference.rpartition("f")
    return int(place) if letter and place.isdecimal() and head[-1:].isdecimal() else 1
