"""What the shop shows of an order, and orders that are called off."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import ShopCancellation, StatusUpdate
from connectors.errors import ProviderError, Rejected, Unknown
from connectors.providers.magento.documents import Documents, Order, marked
from connectors.providers.magento.words import Standing, standing

OFF = "IsExportStatusEnabled is off, so the shop was not told"
_HELD = "holded"
#: Statuses that only an act leads to.
_ACTS = {"canceled": "cancel the order", "closed": "refund the order"}


class Statuses(Documents):
    def update_order_status(self, update: StatusUpdate) -> Exported:
        if not self.values.is_export_status_enabled:
            return Exported(message=OFF)
        wanted = self._wanted(update)
        order = self.order(update.order_external_id)
        if order.status == wanted:
            return Exported(external_id=order.id, message=f"is {wanted} in the shop already")
        if wanted == _HELD:
            self._act(order, "hold", "put on hold")
        else:
            self._show(order, wanted, update)
        return Exported(external_id=order.id)

    def cancel_order(self, cancellation: ShopCancellation) -> Exported:
        order = self.order(cancellation.order_external_id)
        if order.is_called_off:
            return Exported(external_id=order.id, message="was cancelled in the shop before")
        self._check_cancellable(order)
        self._act(order, "cancel", "cancelled")
        return Exported(external_id=order.id, message=self._explained(order, cancellation))

    def settle_status(self, operation: str, request: Any) -> Exported | NotExecuted:
        """Both may be done again: what is so already changes nothing."""
        order = self.order(request.order_external_id)
        if operation == "cancel_order":
            done = order.is_called_off
        else:
            done = order.status == self._wanted(request)
        return Exported(external_id=order.id) if done else NotExecuted()

    def _wanted(self, update: StatusUpdate) -> str:
        ours = {str(name).casefold(): str(code) for name, code in self.values.statuses.items()}
        wanted = update.shop_status or ours.get(update.status.casefold(), "")
        if not wanted:
            raise Rejected(
                f"Nothing says what {update.status} is in Magento; name the shop's status at the step, or add a property"
                f" {update.status} with the Key Group MagentoStatuses"
            )
        if wanted in _ACTS:
            raise Rejected(f"An order of Magento cannot be set to {wanted}; {_ACTS[wanted]} instead")
        return wanted

    def _show(self, order: Order, wanted: str, update: StatusUpdate) -> None:
        if standing(order.state) is Standing.HELD:
            self._act(order, "unhold", "released")
        history = {
            "comment": " ".join(filter(None, [update.comment, marked(update.reference)])),
            "status": wanted,
            "is_customer_notified": int(update.notify),
            "is_visible_on_front": 0,
            "parent_id": int(order.id),
        }
        if self.post(f"/V1/orders/{order.id}/comments", {"statusHistory": history}) is not True:
            raise Unknown(f"Magento did not confirm the status {wanted} of order {order.name}")

    def _act(self, order: Order, act: str, what: str) -> None:
        """Magento answers false, with HTTP status 200, where it does not do it."""
        answer = self.post(f"/V1/orders/{order.id}/{act}")
        if answer is False:
            raise Rejected(
                f"Order {order.name} of Magento is {order.status or order.state} and cannot be {what}; look at it there"
            )
        if answer is not True:
            raise Unknown(f"Magento did not confirm that order {order.name} is {what}")

    def _check_cancellable(self, order: Order) -> None:
        if not order.invoices:
            raise Rejected(
                f"Order {order.name} of Magento is invoiced already, so it cannot be cancelled; refund it instead"
            )
        if standing(order.state) is Standing.HELD:
            self._act(order, "unhold", "released")

    def _explained(self, order: Order, cancellation: ShopCancellation) -> str:
        """Write the reason down in the shop. The order is cancelled whatever becomes of that, so it is only told."""
        kept = "" if cancellation.restock else "Magento has given the goods back to its stock"
        if not cancellation.reason:
            return kept
        history = {
            "comment": f"{cancellation.reason} {marked(cancellation.reference)}",
            "is_customer_notified": int(cancellation.notify),
            "is_visible_on_front": 0,
            "parent_id": int(order.id),
        }
        try:
            self.post(f"/V1/orders/{order.id}/comments", {"statusHistory": history})
        except ProviderError as error:
            return "; ".join(filter(None, [kept, f"the reason was not written down there: {error.message}"]))
        return kept
