"""Composes a step run's message, once: what the first try sends is what every retry sends."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.contracts.notification import Message
from connectors.errors import Misconfigured
from workflows.models import Channel, NotificationTemplate, SentMessage
from workflows.notifications.choosing import Choice, TemplateTie, UnknownTemplate
from workflows.notifications.rendering import render, vendor_data
from workflows.notifications.templates import choose_for, rules
from workflows.steps.base import Result, StepContext

DEFAULT_SUBJECT = "Order {number}: {status}"
DEFAULT_TEXT = "Hello {customer.first_name}, your order {number} has the status {status}."


class NotSent(Exception):
    """There is nothing to send; `result` tells staff why and what to do."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.message)
        self.result = result


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """The texts of the step itself."""

    subject: str
    text: str
    html: str = ""


def message_of(context: StepContext, connector: ConnectorConfig) -> SentMessage:
    """The message of this step run, composed now unless an earlier try did so.

    Raises NotSent, and Misconfigured for a template that cannot be found, told apart or filled.
    """
    known = SentMessage.objects.filter(reference=context.reference).first()
    return known or _compose(context, connector)


def _compose(context: StepContext, connector: ConnectorConfig) -> SentMessage:
    order = replace(context.order, status=context.status or context.order.status)
    template, choice = _template(context, order)
    channel = template.channel if template else _channel(context)
    to = _recipient(order, channel)
    message = _message(context, order, template, to)
    return SentMessage.objects.create(
        order_id=order.id,
        step_run_id=context.step_run_id,
        connector_id=connector.id,
        template_name=template.name if template else "",
        trace=list(choice.trace),
        channel=channel,
        recipient=to,
        subject=message.subject,
        reference=message.reference,
        content=asdict(message),
    )


def _template(context: StepContext, order: OrderDocument) -> tuple[NotificationTemplate | None, Choice]:
    """None where the step's own texts serve, or where the tenant has no templates and the built-in ones do."""
    known, name = rules(), context.properties.template or ""
    try:
        choice = choose_for(known, order, _channel(context), name)
    except (UnknownTemplate, TemplateTie) as error:
        raise Misconfigured(f"{context.config.name}: {error}") from None
    if choice.rule is not None:
        return NotificationTemplate.objects.get(name=choice.rule.name), choice
    has_own = bool(context.properties.subject or context.properties.text)
    if name or (known and not has_own):
        raise NotSent(Result.warning(_cure(order, name)))
    return None, choice


def _cure(order: OrderDocument, name: str) -> str:
    if name:
        return f"Nobody was told: the notification template {name} is not active. Activate it or name another one"
    return (
        f"Nobody was told: no notification template fits status {order.status} of order type {order.order_type}"
        f" in market {order.market}. Add the status to one, or give the step a Template or a Text"
    )


def _recipient(order: OrderDocument, channel: str) -> str:
    """The customer's address or number, else that of the billing address. Raises NotSent where there is none."""
    field, called = ("phone", "phone number") if channel == Channel.SMS else ("email", "e-mail address")
    to = getattr(order.customer, field) or getattr(order.billing, field)
    if not to:
        raise NotSent(Result.warning(f"The order has no {called}; nobody was told"))
    return str(to)


def _message(
    context: StepContext, order: OrderDocument, template: NotificationTemplate | None, to: str
) -> Message:
    parts = render(template or _own(context.properties), order)
    data = vendor_data(order) if template and template.vendor_template else _short(order)
    return Message(
        reference=context.reference,
        to=to,
        subject=parts.subject,
        text=parts.text,
        html=parts.html,
        order_number=order.number,
        data=data,
        template=(template.vendor_template if template else "") or order.status,
        sender=template.sender if template else "",
        reply_to=template.reply_to if template else "",
    )


def _own(properties: Any) -> OwnTexts:
    return OwnTexts(properties.subject or DEFAULT_SUBJECT, properties.text or DEFAULT_TEXT)


def _short(order: OrderDocument) -> dict[str, str]:
    return {"status": order.status, "market": order.market}


def _channel(context: StepContext) -> str:
    return Channel.SMS if context.properties.channel == "SMS" else Channel.EMAIL


def request_of(row: SentMessage) -> Message:
    """The message as it was composed."""
    stored = {**row.content, "attachments": tuple(row.content.get("attachments", ()))}
    return Message(**stored)
