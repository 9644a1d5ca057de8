"""Writes down how handing a message to its vendor ended."""

from __future__ import annotations

from django.utils import timezone

from connectors.calls import Outcome
from connectors.contracts.notification import Sent
from eventlog import store
from eventlog.events import Category
from eventlog.events import Outcome as Shown
from workflows.models import MessageState, SentMessage
from workflows.steps.base import StepContext

LONGEST_ID = 255


def taken_over(context: StepContext, outcome: Outcome, reference: str, sent: Sent) -> SentMessage:
    """The vendor has taken the message over; news of its delivery may have been quicker and then stands."""
    message = _locked(reference)
    message.provider_message_id = message.provider_message_id or sent.message_id[:LONGEST_ID]
    message.sent_at, message.content = timezone.now(), {}
    message.advance(MessageState.SENT)
    message.save()
    _tell(context, message, outcome)
    return message


def failed(reference: str, reason: str) -> SentMessage:
    """The message waits: for a retry, for somebody to find out, or for good."""
    message = _locked(reference)
    if message.state == MessageState.WAITING:
        message.reason = reason
        message.save(update_fields=["reason"])
    return message


def given_up(message: SentMessage) -> None:
    """It was surely not sent, and another takes its place."""
    message.state, message.content, message.changed_at = MessageState.FAILED, {}, timezone.now()
    message.save(update_fields=["state", "content", "changed_at"])


def _locked(reference: str) -> SentMessage:
    found = SentMessage.objects.select_for_update(of=("self",)).select_related("fallback_of")
    return found.get(reference=reference)


def _tell(context: StepContext, message: SentMessage, outcome: Outcome) -> None:
    connector = outcome.prepared.spec.connector
    template = f" with template {message.template_name}" if message.template_name else ""
    store.record(
        Category.NOTIFICATION,
        f"{message.get_channel_display()} sent{template}",
        tenant_id=message.tenant_id,
        outcome=Shown.SUCCESS,
        order_id=context.order.id,
        order_number=context.order.number,
        market=context.order.market,
        store=context.order.store,
        run_id=context.run_id,
        step_run_id=context.step_run_id,
        step=context.config.name,
        connector_id=connector.id,
        connector_name=connector.display_name or connector.name,
        connector_category=connector.category,
        provider=connector.slug,
        actor=context.actor,
        details={"reference": message.reference, "message_id": message.provider_message_id},
    )
