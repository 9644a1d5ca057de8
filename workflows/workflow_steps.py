"""Steps that send an order somewhere: ExportOrder and WebhookWorkflowStep; the others have modules of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors import registry as implementations
from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import ShopProvider
from connectors.contracts.erp import OrderExchange, OrderExport, OrderExporter
from connectors.schema import Json, Settings, Text
from workflows import fulfilment
from workflows.chart import StepConfig
from workflows.notifications.step import Notification as Notification
from workflows.order_steps import changing as changing
from workflows.order_steps import enriching as enriching
from workflows.order_steps import inventory as inventory
from workflows.order_steps import invoices as invoices
from workflows.order_steps import telling as telling
from workflows.order_steps import validating as validating
from workflows.steps.base import Capability, Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register


@register
class ExportOrder(Step):
    """Hands the order to the step's Connector: an ERP, a queue, a URL. A shop is told what was sent of its order."""

    name = "ExportOrder"
    label = "Export order"
    target = "connector"
    capability: ClassVar[Capability | None] = (OrderExporter, ShopProvider)

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, OrderExporter, ShopProvider)
        if issubclass(implementations.get(connector.slug), ShopProvider):
            return fulfilment.plan(context, connector)
        return Plan.call(_export(context, connector, "export_order"))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        if outcomes[0].prepared.spec.operation == fulfilment.OPERATION:
            return fulfilment.settle(outcomes)
        return _taken(context, outcomes, "Exported to")


@register
class WebhookWorkflowStep(Step):
    """Posts the order to a URL and waits; the answer may change order fields.

    The address is the step's own (property Url or Host), else that of the connector, which is named Webhook by default.
    """

    name = "WebhookWorkflowStep"
    label = "Webhook"
    target = "connector"
    capability: ClassVar[Capability | None] = OrderExchange

    class properties(Settings):
        url = Text("Url", key="Url", required=False, help="Address; may carry order fields such as {number}.")
        host = Text("Host", key="Host", required=False, help="Another name of Url.")
        http_method = Text("HttpMethod", key="HttpMethod", required=False, default="POST")
        request_headers = Json("RequestHeaders", key="RequestHeaders", required=False)

    def needs_connector(self, config: StepConfig) -> bool:
        """An address of the step's own needs no connector, but uses one that is named."""
        own = {key.lower() for key in config.properties} & {"url", "host"}
        return bool(config.connector) or not own

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, OrderExchange) if context.connector else _inline(context)
        return Plan.call(_export(context, connector, "exchange_order"))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        return _taken(context, outcomes, "Answered by")


def _export(context: StepContext, connector: ConnectorConfig, operation: str) -> CallSpec:
    order = context.order
    request = OrderExport(reference=order.number, order=order, properties=context.config.properties)
    return CallSpec(connector=connector, operation=operation, subject=f"order:{order.id}", request=request)


def _inline(context: StepContext) -> ConnectorConfig:
    """A connector that exists only in the step: the Webhook implementation at the step's own address."""
    tenant = context.runtime.tenant
    return ConnectorConfig(
        id=0,
        tenant_id=tenant.id,
        tenant_uid=tenant.uid,
        revision=f"inline:{tenant.uid}:{context.runtime.generation}",
        slug="webhook",
        name="Webhook",
        display_name="Webhook",
        category="Other",
        values=implementations.get("webhook").settings.compile({}, {}),
    )


def _taken(context: StepContext, outcomes: Sequence[Outcome], verb: str) -> Result:
    failure = summary(outcomes)
    if failure.message or outcomes[0].ending is not Ending.SUCCEEDED:
        return failure
    exported: Exported = outcomes[0].result
    receiver = outcomes[0].prepared.spec.connector
    changes = dict(exported.changes)
    if exported.external_id:
        name = receiver.connector_id or receiver.name
        changes["external_ids"] = {**changes.get("external_ids", {}), name: exported.external_id}
    told = f"{verb} {receiver.display_name or receiver.name}"
    if exported.external_id:
        told += f" as {exported.external_id}"
    return Result.success(": ".join(filter(None, [told, exported.message])), changes=changes)
