"""Which connector sends a message, and whether it can."""

from __future__ import annotations

from connectors import registry as implementations
from connectors.compiled import ConnectorConfig
from connectors.contracts.notification import Notifier
from connectors.errors import Misconfigured
from connectors.resolution import ResolutionError, resolve
from workflows.models import Channel, NotificationTemplate
from workflows.steps.base import StepContext


def channel_of(context: StepContext, template: NotificationTemplate | None, default: ConnectorConfig) -> str:
    """The template's channel, else the step's, else what the step's connector sends first."""
    if template is not None:
        return template.channel
    chosen = {"Email": Channel.EMAIL, "SMS": Channel.SMS, "Webhook": Channel.WEBHOOK}
    named = chosen.get(context.properties.channel or "")
    return str(named or channels_of(default)[0])


def connector_for(
    context: StepContext, template: NotificationTemplate | None, channel: str, default: ConnectorConfig
) -> ConnectorConfig:
    """The connector that the template names, found for the order's market as a step's is, else the step's own.

    Raises Misconfigured, which names the cure.
    """
    found = _named(context, template.connector, template.name) if template and template.connector else default
    if channel not in channels_of(found):
        called = Channel(channel).label
        cure = (
            f"enter another Connector in the template {template.name}"
            if template
            else "set the step's Channel, or name another Connector"
        )
        raise Misconfigured(
            f"{found.display_name or found.name} sends no messages of channel {called}; {cure}"
        )
    return found


def channels_of(connector: ConnectorConfig) -> tuple[str, ...]:
    implementation = implementations.get(connector.slug)
    return implementation.channels if issubclass(implementation, Notifier) else ("email",)


def _named(context: StepContext, name: str, template: str) -> ConnectorConfig:
    order = context.order
    try:
        found = resolve(
            context.runtime.connectors.values(),
            name=name,
            connector_id="",
            market=order.market,
            market_groups=order.market_groups,
            store=order.store,
        ).connector
    except ResolutionError as error:
        raise Misconfigured(f"Connector of the notification template {template}: {error}") from None
    if not issubclass(implementations.get(found.slug), Notifier):
        raise Misconfigured(f"{name} sends no messages; enter another Connector in the template {template}")
    return found
