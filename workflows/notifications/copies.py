"""Copies of a message for others, such as the store: in one request where the vendor takes batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors import registry as implementations
from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.notification import Message, MessageBatch, Notifier, Refused, Sent
from workflows.models import Channel, MessageState, SentMessage
from workflows.notifications import sending
from workflows.notifications.composing import request_of
from workflows.steps.base import StepContext

SINGLE, BATCH = "send_message", "send_messages"
#: So many others one step may tell.
MOST = 50


def copies_of(context: StepContext, message: SentMessage) -> list[SentMessage]:
    """The copies of a message, made with it as it goes out; each says what the message says."""
    wanted = dict(_wanted(context, message.channel))
    if not wanted:
        return []
    known = {row.reference: row for row in SentMessage.objects.filter(reference__in=wanted)}
    fresh = {} if message.state != MessageState.WAITING else wanted
    made = [_copy(message, reference, to) for reference, to in fresh.items() if reference not in known]
    return [*known.values(), *made]


def copy_calls(
    context: StepContext, copies: Sequence[SentMessage], connector: ConnectorConfig
) -> Iterator[CallSpec]:
    """The calls for those that are still to be sent."""
    waiting = [row for row in copies if row.state == MessageState.WAITING]
    act = f"order:{context.order.id}:{context.config.name}:{context.act}"
    if len(copies) > 1 and len(waiting) <= _largest_batch(connector):
        requests = tuple(request_of(context, row) for row in waiting)
        if requests:
            yield _call(connector, BATCH, f"{act}:copies", MessageBatch(messages=requests))
        return
    for row in waiting:
        yield _call(connector, SINGLE, f"{act}:c{row.reference.rpartition('c')[2]}", request_of(context, row))


def is_of_copies(outcome: Outcome) -> bool:
    request = outcome.prepared.spec.request
    return isinstance(request, MessageBatch) or outcome.prepared.spec.subject.rpartition(":")[2].startswith(
        "c"
    )


def settle_copies(context: StepContext, outcomes: Sequence[Outcome]) -> list[str]:
    """Write down how the copies ended; what went wrong, each reason once."""
    problems: dict[str, None] = {}
    for outcome in outcomes:
        for message, result in _results(outcome):
            if result is None:
                problems[outcome.message] = None
                sending.failed(message.reference, outcome.message)
            elif isinstance(result, Refused):
                problems[result.reason] = None
                sending.given_up(sending.failed(message.reference, result.reason))
            else:
                sending.taken_over(context, outcome, message.reference, result)
    return list(problems)


def _results(outcome: Outcome) -> Iterator[tuple[Message, Sent | Refused | None]]:
    """Each message of a call with what became of it; None where the call failed."""
    request, done = outcome.prepared.spec.request, outcome.ending is Ending.SUCCEEDED
    if isinstance(request, MessageBatch):
        for message in request.messages:
            yield message, outcome.result.results[message.reference] if done else None
    else:
        yield request, outcome.result if done else None


def _wanted(context: StepContext, channel: str) -> Iterator[tuple[str, str]]:
    """Reference and recipient of those that this channel reaches; a reference goes by the place in the whole list."""
    listed = [item.strip() for item in (context.properties.also_to or "").split(",")]
    for place, to in enumerate(filter(None, listed[:MOST]), start=1):
        if ("@" in to) == (channel != Channel.SMS):
            yield f"{context.reference}c{place}", to


def _copy(message: SentMessage, reference: str, to: str) -> SentMessage:
    return SentMessage.objects.create(
        order_id=message.order_id,
        step_run_id=message.step_run_id,
        connector_id=message.connector_id,
        template_name=message.template_name,
        trace=[*message.trace, "copy for another recipient"],
        channel=message.channel,
        recipient=to[:254],
        subject=message.subject,
        reference=reference,
        content={**message.content, "to": to, "reference": reference},
    )


def _largest_batch(connector: ConnectorConfig) -> int:
    implementation = implementations.get(connector.slug)
    takes = issubclass(implementation, Notifier) and BATCH in implementation.operations()
    return implementation.largest_batch if takes and issubclass(implementation, Notifier) else 0


def _call(
    connector: ConnectorConfig, operation: str, subject: str, request: Message | MessageBatch
) -> CallSpec:
    return CallSpec(connector=connector, operation=operation, subject=subject, request=request)
