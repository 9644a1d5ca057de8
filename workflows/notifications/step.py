"""The step that tells the customer about the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors.calls import CallSpec, Outcome
from connectors.contracts.base import Provider
from connectors.contracts.notification import Notifier
from connectors.effects import confirm_effect
from connectors.schema import Choice, Settings, Text
from workflows.models import MessageState
from workflows.notifications import sending
from workflows.notifications.composing import DEFAULT_SUBJECT, DEFAULT_TEXT, NotSent, message_of, request_of
from workflows.steps.base import Plan, Result, ResultState, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register

OPERATION = "send_message"


@register
class Notification(Step):
    """Tells the customer about the order through the step's Connector, at most once in each run.

    The text is that of the template that the step names, else of the notification template that fits the status
    best, else the step's own.
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
        channel = Choice("Channel", key="Channel", choices=("Email", "SMS"), default="Email")
        subject = Text(
            "Subject", key="Subject", required=False, help=f"Without a template: {DEFAULT_SUBJECT}"
        )
        text = Text("Text", key="Text", required=False, help=f"Without a template: {DEFAULT_TEXT}")

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, Notifier)
        try:
            message = message_of(context, connector)
        except NotSent as reason:
            return Plan.done(reason.result)
        subject = f"order:{context.order.id}:{context.config.name}:{context.act}"
        if message.state != MessageState.WAITING:
            confirm_effect(subject, OPERATION, message.provider_message_id)
            return Plan.done(Result.success("Was sent before"))
        call = CallSpec(
            # The one that an earlier try went to: markets may have changed groups since.
            connector=context.runtime.connectors.get(message.connector_id, connector),
            operation=OPERATION,
            subject=subject,
            request=request_of(message),
        )
        return Plan.call(call)

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        result = summary(outcomes)
        if result.state is not ResultState.SUCCESS:
            sending.failed(context, result.message)
            return result
        message = sending.succeeded(context, outcomes[0])
        return Result.success(
            f"Sent with template {message.template_name}" if message.template_name else "Sent"
        )
