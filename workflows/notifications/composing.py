"""Composes a step run's message, once: what the first try sends is what every retry sends."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.contracts.notification import Message
from connectors.errors import Misconfigured
from workflows.models import Channel, NotificationTemplate, SentMessage
from workflows.notifications.attaching import labels_of
from workflows.notifications.choosing import TemplateTie, UnknownTemplate
from workflows.notifications.connecting import channel_of, connector_for
from workflows.notifications.rendering import render, vendor_data
from workflows.notifications.templates import choose_for, rules
from workflows.notifications.waiting import first_due
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Which template is sent to whom; None where the step's own texts serve."""

    template: NotificationTemplate | None
    channel: str
    to: str
    trace: tuple[str, ...]


def compose(context: StepContext, default: ConnectorConfig) -> SentMessage:
    """The first message of a step run. `default` is the step's connector, for templates that name none.

    Raises NotSent, and Misconfigured for a template that cannot be found, told apart, filled or sent by its connector.
    """
    order = order_in_status(context)
    template, trace = _template(context, order, default)
    draft = reachable(order, template, channel_of(context, template, default), trace)
    due = first_due(draft.template, order, context.properties.immediately)
    return stored(context, order, draft, default, context.reference, due_at=due)


def reachable(
    order: OrderDocument, template: NotificationTemplate | None, channel: str, trace: tuple[str, ...]
) -> Draft:
    """The template itself where the order says whom to send it to, else the next of its fallbacks. Raises NotSent."""
    while True:
        to, missing = _recipient(order, channel)
        if not missing:
            return Draft(template=template, channel=channel, to=to, trace=trace)
        following = template.usable_fallback if template else None
        if template is None or following is None:
            raise NotSent(Result.warning(f"The order has no {missing}; nobody was told"))
        trace = (*trace, f"{following.name}: in place of {template.name}, for the order has no {missing}")
        template, channel = following, following.channel


def stored(
    context: StepContext,
    order: OrderDocument,
    draft: Draft,
    default: ConnectorConfig,
    reference: str,
    **more: Any,
) -> SentMessage:
    connector = connector_for(context, draft.template, draft.channel, default)
    return SentMessage.objects.create(
        order_id=order.id,
        step_run_id=context.step_run_id,
        connector_id=connector.id,
        template_name=draft.template.name if draft.template else "",
        trace=list(draft.trace),
        channel=draft.channel,
        reference=reference,
        **contents(context, order, draft, reference),
        **more,
    )


def contents(context: StepContext, order: OrderDocument, draft: Draft, reference: str) -> dict[str, Any]:
    """What the message says and to whom, as columns of its row."""
    message = _message(context, order, draft, reference)
    return {"recipient": draft.to, "subject": message.subject, "content": asdict(message)}


def renew(context: StepContext, row: SentMessage, template: NotificationTemplate) -> None:
    """Write a message anew whose time has come: order and template may have changed while it waited. Raises NotSent."""
    order = order_in_status(context)
    to, missing = _recipient(order, row.channel)
    if missing:
        raise NotSent(Result.warning(f"The order has no {missing} any more; nobody was told"))
    draft = Draft(template=template, channel=row.channel, to=to, trace=tuple(row.trace))
    for name, value in contents(context, order, draft, row.reference).items():
        setattr(row, name, value)
    row.due_at = None
    row.save()


def order_in_status(context: StepContext) -> OrderDocument:
    """The order as if it still stood in the status whose steps run."""
    return replace(context.order, status=context.status or context.order.status)


def request_of(context: StepContext, row: SentMessage) -> Message:
    """The message as it was composed, with what is attached to it. Raises Misconfigured."""
    message = Message(**{**row.content, "attachments": ()})
    if row.channel == Channel.SMS:
        return message
    labels = labels_of(context.order.id, context.shipment, context.properties.attach_labels)
    return replace(message, attachments=labels)


def _template(
    context: StepContext, order: OrderDocument, default: ConnectorConfig
) -> tuple[NotificationTemplate | None, tuple[str, ...]]:
    """None where the step's own texts serve, or where the tenant has no templates and the built-in ones do."""
    known, name = rules(), context.properties.template or ""
    asked = "" if context.properties.channel == "Any" else channel_of(context, None, default)
    try:
        choice = choose_for(known, order, asked, name)
    except (UnknownTemplate, TemplateTie) as error:
        raise Misconfigured(f"{context.config.name}: {error}") from None
    if choice.rule is not None:
        found = NotificationTemplate.objects.select_related("fallback")
        return found.get(name=choice.rule.name), choice.trace
    has_own = bool(context.properties.subject or context.properties.text)
    if name or (known and not has_own):
        raise NotSent(Result.warning(_cure(order, name)))
    return None, choice.trace


def _cure(order: OrderDocument, name: str) -> str:
    if name:
        return f"Nobody was told: the notification template {name} is not active. Activate it or name another one"
    return (
        f"Nobody was told: no notification template fits status {order.status} of order type {order.order_type}"
        f" in market {order.market}. Add the status to one, or give the step a Template or a Text"
    )


def _recipient(order: OrderDocument, channel: str) -> tuple[str, str]:
    """The customer's address or number, else that of the billing address; and what the order lacks. A webhook goes to the
    merchant's own system, which is told whom it is about where that is known."""
    field, called = ("phone", "phone number") if channel == Channel.SMS else ("email", "e-mail address")
    to = str(getattr(order.customer, field) or getattr(order.billing, field))
    return to, "" if to or channel == Channel.WEBHOOK else called


def _message(context: StepContext, order: OrderDocument, draft: Draft, reference: str) -> Message:
    template = draft.template
    parts = render(template or _own(context.properties), order)
    data = vendor_data(order) if template and template.vendor_template else _short(order)
    return Message(
        reference=reference,
        to=draft.to,
        subject=parts.subject,
        text=parts.text,
        channel=draft.channel,
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
