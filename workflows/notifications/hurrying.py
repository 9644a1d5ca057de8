"""What staff do about a message that waits for its time: send it at once, or not at all."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from eventlog import store
from eventlog.events import Category
from workflows.engine.doorbell import ring_after_commit
from workflows.engine.start import touch_lane
from workflows.models import MessageState, SentMessage, StepRun, StepState
from workflows.problems import NotPossible


def send_now(message: SentMessage, actor: str) -> None:
    """Pay no heed to delay and opening hours. Raises NotPossible for one that waits no more."""
    with transaction.atomic():
        row = _taken(message)
        row.due_at = row.created_at - timedelta(seconds=1)
        row.save(update_fields=["due_at"])
        _go_on(row, f"{actor} had a message sent that was waiting for its time", actor)


def drop_waiting(message: SentMessage, actor: str) -> None:
    """Raises NotPossible for one that waits no more."""
    with transaction.atomic():
        row = _taken(message)
        row.state, row.reason = MessageState.DROPPED, f"{actor} did not want it sent"
        row.due_at, row.content, row.changed_at = None, {}, timezone.now()
        row.save()
        _go_on(row, f"{actor} dropped a message that was waiting for its time", actor)


def is_hurried(message: SentMessage) -> bool:
    """One that is due before it was made has been asked for at once."""
    return message.due_at is not None and message.due_at < message.created_at


def _taken(message: SentMessage) -> SentMessage:
    """The row, locked after the lane of its order, as the engine locks them."""
    touch_lane(message.order_id)
    row = SentMessage.objects.select_for_update(of=("self",)).select_related("order").get(pk=message.pk)
    if row.state != MessageState.WAITING or row.due_at is None:
        raise NotPossible(f"The message does not wait any more; it is {row.get_state_display().lower()}")
    return row


def _go_on(row: SentMessage, told: str, actor: str) -> None:
    waiting = StepRun.objects.filter(pk__in=[row.step_run_id], state=StepState.POSTPONED)
    if not waiting.update(due_at=Now()):
        raise NotPossible("The step of the message is at work; look again in a moment")
    ring_after_commit()
    store.record(
        Category.NOTIFICATION,
        told,
        tenant_id=row.tenant_id,
        order_id=row.order_id,
        order_number=row.order.number,
        step_run_id=row.step_run_id,
        actor=actor,
        details={"reference": row.reference},
    )
