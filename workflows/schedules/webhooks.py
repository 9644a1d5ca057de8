"""The scheduled look whether a vendor still sends its webhooks, which some stop to do after a while or after failures."""

from __future__ import annotations

from typing import Any

from connectors import registry
from connectors.calls import CallSpec
from connectors.contracts.webhooks import (
    WebhookRegistrar,
    WebhookRegistration,
    WebhookRequest,
    WebhookState,
)
from workflows.schedules.types import Leg, Progress, TaskContext, TaskFailed, TaskType, register

_CHECK, _REGISTER = "check_webhook", "register_webhook"


@register
class CheckWebhooks(TaskType):
    name = "CheckWebhooks"
    label = "Check webhooks"
    description = (
        "Asks a vendor daily whether the connector's webhook address still stands there, and registers it again where it "
        "does not or is about to lapse."
    )
    capability = WebhookRegistrar
    operation = _CHECK

    def plan(self, context: TaskContext) -> Leg:
        """The cursor tells of an address that is to be registered."""
        connector = context.connector
        assert connector is not None
        asks = context.cursor != _REGISTER
        call = CallSpec(
            connector=connector,
            operation=_CHECK if asks else _REGISTER,
            subject=f"task-run:{context.run_id}:{context.pages}",
            request=WebhookRequest(url=connector.public_url),
            write=not asks,
        )
        return Leg(call=call)

    def store(self, context: TaskContext, result: Any) -> Progress:
        found: WebhookRegistration = result
        if context.cursor == _REGISTER:
            return Progress(cursor="", counts={"registered": 1}, remarks=(found.note,) if found.note else ())
        if found.state is WebhookState.ACTIVE:
            return Progress(cursor="", counts={"in place": 1})
        assert context.connector is not None
        implementation = registry.get(context.connector.slug)
        if getattr(implementation, "webhook_setting", ""):
            raise TaskFailed(
                f"{implementation.label} does not send all webhooks any more ({found.state}). Register the address again on "
                "the connector's page Webhook and publish, because its secret changes with that"
            )
        return Progress(cursor=_REGISTER, more=True)
