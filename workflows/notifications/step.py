"""The step that tells the customer about the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from django.utils import timezone

from connectors.calls import CallSpec, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.contracts.notification import Notifier
from connectors.effects import confirm_effect
from connectors.schema import Boolean, Choice, Settings, Text
from workflows.models import MessageState, SentMessage
from workflows.notifications import sending
from workflows.notifications.attaching import LABEL_KINDS
from workflows.notifications.composing import DEFAULT_SUBJECT, DEFAULT_TEXT, NotSent, renew, request_of
from workflows.notifications.copies import copies_of, copy_calls, is_of_copies, settle_copies
from workflows.notifications.hurrying import is_hurried
from workflows.notifications.replacing import (
    may_replace,
    message_of,
    subject_of,
    surely_not_sent,
    template_named,
)
from workflows.notifications.waiting import drop, opening, postponed, unwanted
from workflows.steps.base import Plan, Result, ResultState, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register

OPERATION = "send_message"


@register
class Notification(Step):
    """Tells the customer about the order through the step's Connector, at most once in each run.

    The text is that of the template that the step names, else of the notification template that fits the status
    best, else the step's own. A template may wait for its delay and for opening hours; the run goes on meanwhile.
    """

    name = "Notification"
    label = "Notification"
    target = "connector"
    capability: ClassVar[type[Provider] | None] = Notifier
    by_shipment = True

    class properties(Settings):
        template = Text(
            "Template",
            key="Template",
            required=False,
            help="Name of a notification template; empty takes the one that fits the order best.",
        )
        channel = Choice(
            "Channel",
            key="Channel",
            choices=("Email", "SMS", "Webhook", "Any"),
            required=False,
            help="Of the templates to choose from; Any leaves it to them, empty takes what the connector sends.",
        )
        subject = Text(
            "Subject", key="Subject", required=False, help=f"Without a template: {DEFAULT_SUBJECT}"
        )
        text = Text("Text", key="Text", required=False, help=f"Without a template: {DEFAULT_TEXT}")
        also_to = Text(
            "AlsoTo",
            key="AlsoTo",
            required=False,
            help="Addresses or phone numbers that get a copy, such as the store's, with commas between them.",
        )
        attach_labels = Choice(
            "AttachLabels",
            key="AttachLabels",
            choices=LABEL_KINDS,
            default="None",
            help="Labels that go along with a mail, such as that of a return.",
        )
        immediately = Boolean(
            "Immediately",
            key="Immediately",
            required=False,
            default=False,
            help="Pays no heed to delay and opening hours.",
        )

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, Notifier)
        try:
            message = message_of(context, connector)
            waits = _waits(context, message) if message.state == MessageState.WAITING else None
        except NotSent as reason:
            return Plan.done(reason.result)
        if waits is not None:
            return Plan.done(waits)
        own = [_call(context, message, connector)] if message.state == MessageState.WAITING else []
        sender = context.runtime.connectors.get(message.connector_id, connector)
        calls = [*own, *copy_calls(context, copies_of(context, message), sender)]
        return Plan.call(*calls) if calls else Plan.done(_ended(context, message))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        own = [outcome for outcome in outcomes if not is_of_copies(outcome)]
        others = [outcome for outcome in outcomes if is_of_copies(outcome)]
        result = _settled(context, own[0]) if own else Result.success("Was sent before")
        return _with_copies(result, others, settle_copies(context, others))


def _with_copies(result: Result, outcomes: Sequence[Outcome], problems: Sequence[str]) -> Result:
    """A copy that the vendor refused is a warning; a call that failed is the step's failure."""
    if not problems:
        return result
    failed = result.state is ResultState.ERROR or summary(outcomes).state is ResultState.ERROR
    state = ResultState.ERROR if failed else ResultState.WARNING
    told = f"{result.message}; copies: {'; '.join(problems)}"
    return replace(result, state=result.state if result.again_at else state, message=told)


def _settled(context: StepContext, outcome: Outcome) -> Result:
    result, reference = summary([outcome]), outcome.prepared.spec.request.reference
    if result.state is not ResultState.SUCCESS:
        message = sending.failed(reference, result.message)
        return _replaced(message, outcome) or result
    message = sending.taken_over(context, outcome, reference, outcome.result)
    if message.state == MessageState.FAILED and may_replace(message, template_named(message.template_name)):
        # The report that it did not arrive was quicker than the answer to it.
        return _in_its_place(message)
    told = f"Sent with template {message.template_name}" if message.template_name else "Sent"
    if message.fallback_of is not None:
        return Result.warning(f"{told}, in place of {message.fallback_of.template_name}")
    return Result.success(told)


def _waits(context: StepContext, message: SentMessage) -> Result | None:
    """What the step comes to while a message waits for its time; None once it goes out. Raises NotSent."""
    if message.due_at is None:
        return None
    template = template_named(message.template_name)
    why = unwanted(context, message, template)
    if why or template is None:
        return drop(message, why)
    market = context.order.market
    later = message.due_at if message.due_at > timezone.now() else opening(template, market)
    if later is not None and not is_hurried(message):
        return postponed(message, later, template, market)
    try:
        renew(context, message, template)
    except NotSent as reason:
        drop(message, reason.result.message)
        raise
    return None


def _ended(context: StepContext, message: SentMessage) -> Result:
    if message.state == MessageState.DROPPED:
        return Result.skipped(f"Not sent: {message.reason}")
    confirm_effect(subject_of(context, message), OPERATION, message.provider_message_id)
    return Result.success("Was sent before")


def _call(context: StepContext, message: SentMessage, default: ConnectorConfig) -> CallSpec:
    """By the connector that an earlier try went to: markets may have changed groups since."""
    return CallSpec(
        connector=context.runtime.connectors.get(message.connector_id, default),
        operation=OPERATION,
        subject=subject_of(context, message),
        request=request_of(context, message),
    )


def _replaced(message: SentMessage, outcome: Outcome) -> Result | None:
    """Have the fallback of a message planned that was surely not sent; None where there is none."""
    template = template_named(message.template_name)
    if not surely_not_sent(outcome) or not may_replace(message, template):
        return None
    sending.given_up(message)
    return _in_its_place(message)


def _in_its_place(message: SentMessage) -> Result:
    template = template_named(message.template_name)
    following = template.usable_fallback if template else None
    return Result.postponed(timezone.now(), f"{message.reason}; {following} goes out in its place")
