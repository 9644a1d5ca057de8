"""Steps that tell the system where the order came from, or where it went, how things stand: ExportOrderStatus and
ExportCancellation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors import registry as implementations
from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.contracts.ecommerce import ShopCancellation, ShopProvider, StatusUpdate
from connectors.contracts.erp import OrderExport
from connectors.contracts.warehouse import WmsProvider
from connectors.schema import Boolean, Settings, Text
from workflows.steps.base import Capability, Plan, Result, Step, StepContext, summary
from workflows.steps.capable import capable
from workflows.steps.registry import register


class _Telling(Step):
    target = "connector"
    verb: ClassVar[str]

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        (outcome,) = outcomes
        if outcome.ending is not Ending.SUCCEEDED:
            return summary(outcomes)
        told = f"{self.verb} {_label(outcome.prepared.spec.connector)}"
        return Result.success(": ".join(filter(None, [told, outcome.result.message])))


@register
class ExportOrderStatus(_Telling):
    """Shows the order's status in the shop that it came from, in the shop's own words where the step names them."""

    name = "ExportOrderStatus"
    label = "Export order status"
    capability: ClassVar[type[Provider] | None] = ShopProvider
    verb = "Shown in"

    class properties(Settings):
        shop_status = Text(
            "ShopStatus", key="ShopStatus", required=False, default="", help="The shop's word for the status."
        )
        comment = Text("Comment", key="Comment", required=False, default="", help="Note on the order there.")
        notify = Boolean(
            "NotifyCustomer",
            key="NotifyCustomer",
            required=False,
            default=False,
            help="The shop writes a mail.",
        )

    def plan(self, context: StepContext) -> Plan:
        connector, wanted = capable(context, ShopProvider), context.properties
        external_id = _id_there(context, connector)
        if not external_id:
            return Plan.done(Result.skipped(f"The order does not come from {_label(connector)}"))
        request = StatusUpdate(
            reference=context.reference,
            order_external_id=external_id,
            status=context.status or context.order.status,
            shop_status=wanted.shop_status,
            comment=wanted.comment,
            notify=wanted.notify,
        )
        subject = f"order:{context.order.id}:{context.act}"
        return Plan.call(
            CallSpec(connector=connector, operation="update_order_status", subject=subject, request=request)
        )


@register
class ExportCancellation(_Telling):
    """Calls the order off where it came from or where it is packed: in a shop or a warehouse."""

    name = "ExportCancellation"
    label = "Export cancellation"
    capability: ClassVar[Capability | None] = (ShopProvider, WmsProvider)
    verb = "Called off in"

    class properties(Settings):
        reason = Text("Reason", key="Reason", required=False, default="", help="Why, for the shop.")
        restock = Boolean(
            "Restock", key="Restock", required=False, default=True, help="Give the goods back to its stock."
        )
        notify = Boolean(
            "NotifyCustomer",
            key="NotifyCustomer",
            required=False,
            default=False,
            help="The shop writes a mail.",
        )

    def plan(self, context: StepContext) -> Plan:
        connector = capable(context, ShopProvider, WmsProvider)
        external_id = _id_there(context, connector)
        if not external_id:
            return Plan.done(Result.skipped(f"{_label(connector)} does not have the order"))
        subject = f"order:{context.order.id}"
        request = self._request(context, connector, external_id)
        return Plan.call(
            CallSpec(connector=connector, operation="cancel_order", subject=subject, request=request)
        )

    def _request(
        self, context: StepContext, connector: ConnectorConfig, external_id: str
    ) -> ShopCancellation | OrderExport:
        order, wanted = context.order, context.properties
        if issubclass(implementations.get(connector.slug), WmsProvider):
            return OrderExport(reference=order.number, order=order, properties=context.config.properties)
        return ShopCancellation(
            reference=order.number,
            order_external_id=external_id,
            reason=wanted.reason,
            restock=wanted.restock,
            notify=wanted.notify,
        )


def _id_there(context: StepContext, connector: ConnectorConfig) -> str:
    return context.order.external_ids.get(connector.connector_id or connector.name, "")


def _label(connector: ConnectorConfig) -> str:
    return connector.display_name or connector.name
