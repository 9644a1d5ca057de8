"""News of what became of messages, as their vendors' webhooks tell it: late, twice and in any order."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from connectors.contracts.common import WebhookEvent
from connectors.contracts.notification import DeliveryState
from eventlog import store
from eventlog.events import Category, Outcome
from workflows.engine.doorbell import ring_after_commit
from workflows.engine.start import touch_lane
from workflows.models import (
    Channel,
    ErrorSeverity,
    FallbackWhen,
    MessageState,
    SentMessage,
    StepRun,
    StepState,
)
from workflows.notifications.replacing import may_replace, template_named
from workflows.notifications.sending import LONGEST_ID
from workflows.order_errors import add_error

_OUTCOMES = {MessageState.FAILED: Outcome.WARNING, MessageState.COMPLAINED: Outcome.WARNING}


class UnknownMessage(LookupError):
    """No message of this connector is known by what the event names; it may be known later."""


def take(connector: Any, event: WebhookEvent) -> None:
    """Work off one verified event; one that tells of no state that we know, or of another sender's message, changes
    nothing. Raises UnknownMessage.

    `connector` is the one whose address the event came to; the messages of others are out of its reach.
    """
    state = _state(event)
    if state is None:
        return
    with transaction.atomic():
        found = _find(connector.id, event)
        if found is None:
            return
        uncertain = found.state == MessageState.WAITING
        replaced = state == MessageState.FAILED and _is_replaced(found)
        if uncertain or replaced:
            # Before the message, because that is the order in which the engine locks them.
            touch_lane(found.order_id)
        message = SentMessage.objects.select_for_update(of=("self",)).select_related("order").get(pk=found.pk)
        before = message.get_state_display()
        if not message.advance(state, str(event.data.get("reason") or ""), event.occurred_at):
            return
        message.provider_message_id = message.provider_message_id or event.provider_id[:LONGEST_ID]
        # Who tells what became of a message has taken it over.
        message.sent_at = message.sent_at or message.changed_at
        message.save(update_fields=["state", "reason", "changed_at", "provider_message_id", "sent_at"])
        _tell(connector, message, event, before)
        if state == MessageState.FAILED:
            _alert(message)
        if uncertain or replaced:
            _wake(message, replaced=replaced)


def _state(event: WebhookEvent) -> MessageState | None:
    try:
        told = DeliveryState(event.data.get("state", DeliveryState.UNKNOWN))
    except ValueError:
        return None
    return None if told is DeliveryState.UNKNOWN else MessageState(told.value)


def _find(connector_id: int, event: WebhookEvent) -> SentMessage | None:
    """By our reference, else by the vendor's id; None for another sender's. Raises UnknownMessage."""
    for condition in _conditions(event):
        found = SentMessage.objects.filter(condition, connector_id=connector_id).order_by("-pk").first()
        if found is not None and _is_about(event, found):
            return found
    if event.data.get("foreign"):
        return None
    named = event.reference or event.provider_id or "what the event names"
    raise UnknownMessage(f"no message of this connector is known as {named}")


def _is_about(event: WebhookEvent, message: SentMessage) -> bool:
    """Whoever names our reference has to know the vendor's id too, where both are known."""
    ids = {message.provider_message_id, event.provider_id[:LONGEST_ID]} - {""}
    return len(ids) < 2


def _conditions(event: WebhookEvent) -> list[Q]:
    return [
        *([Q(reference=event.reference)] if event.reference else []),
        *([Q(provider_message_id=event.provider_id[:LONGEST_ID])] if event.provider_id else []),
    ]


def _tell(connector: Any, message: SentMessage, event: WebhookEvent, before: str) -> None:
    store.record(
        Category.NOTIFICATION,
        f"{message.get_channel_display()} {message.reference}: {before} → {message.get_state_display()} ({event.type})",
        tenant_id=message.tenant_id,
        outcome=_OUTCOMES.get(MessageState(message.state), Outcome.INFO),
        order_id=message.order_id,
        order_number=message.order.number,
        step_run_id=message.step_run_id,
        connector_id=connector.id,
        connector_name=connector.display_name or connector.name,
        details={"reference": message.reference, "event": event.id},
    )


def _is_replaced(message: SentMessage) -> bool:
    template = template_named(message.template_name)
    wanted = template is not None and template.fallback_when == FallbackWhen.NOT_DELIVERED
    return wanted and may_replace(message, template)


def _wake(message: SentMessage, *, replaced: bool) -> None:
    """The step that could not tell whether it was sent looks again, finds that it was, and ends well; one whose message
    did not arrive and has a fallback sends that."""
    step = StepRun.objects.filter(pk__in=[message.step_run_id])
    undecided = step.filter(state__in=(StepState.WAITING, StepState.ERROR)).update(due_at=Now())
    ended = replaced and step.filter(state__in=(StepState.SUCCESS, StepState.WARNING)).update(
        state=StepState.POSTPONED, due_at=Now()
    )
    if undecided or ended:
        ring_after_commit()


def _alert(message: SentMessage) -> None:
    """Staff without the right to see personal data read order errors too, so that the address is masked."""
    masked = mask(message.recipient)
    reason = message.reason.replace(message.recipient, masked) or "the vendor gave no reason"
    what = "SMS" if message.channel == Channel.SMS else "mail"
    add_error(
        message.order_id,
        f"message-{message.reference}"[:120],
        f"The {what} to {masked} was not delivered: {reason}",
        severity=ErrorSeverity.WARNING,
        reference=message.reference,
        step_run_id=message.step_run_id,
    )


def mask(recipient: str) -> str:
    """Enough to recognise an address or number by, and not to use it: k…@buyer.example, …67."""
    name, at, domain = recipient.rpartition("@")
    return f"{name[:1]}…@{domain}" if at else f"…{recipient[-2:]}"
