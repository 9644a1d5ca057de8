"""Telling Shopify how an order stands: its status among the order's tags, and that it is called off.

Shopify has no field for somebody else's status. A tag with a prefix of our own shows it in lists and searches; a
metafield, where the connector names one, on the order's page. Shoppers see neither.
"""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import ShopCancellation, StatusUpdate
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.shopify import order_queries as queries
from connectors.providers.shopify.graphql import Json, ShopifyApi
from connectors.providers.shopify.payments import number_of

#: Characters that Shopify takes of a tag and of a staff note.
MOST_TAG, MOST_NOTE = 40, 255
#: Seconds within which a job that was begun is over.
JOB_LAG = 600
#: When to look for a job's outcome, in seconds.
_SOON = 5.0
_REASONS = ("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "STAFF")


class Telling(ShopifyApi):
    def update_order_status(self, update: StatusUpdate) -> Exported:
        order = self.order(queries.SHOWN, update.order_external_id)
        with reading("Shopify's order", RetryLater):
            tags, note, id_ = [str(tag) for tag in order["tags"]], order["note"] or "", str(order["id"])
        self._tag(id_, tags, self._status_tag(update))
        self._set_metafield(id_, update)
        if update.comment and update.comment not in note:
            text = "\n".join(filter(None, [note, update.comment]))
            self.tell(queries.SET_NOTE, keyed=False, input={"id": id_, "note": text})
        return Exported(
            external_id=number_of(id_),
            message=f"tagged {self._status_tag(update)}" + (_NO_MAIL if update.notify else ""),
        )

    def cancel_order(self, cancellation: ShopCancellation) -> Exported:
        """Money that was taken is not given back by this; reservations are released by Shopify."""
        order = self.order(queries.CANCELLATION, cancellation.order_external_id)
        if order["cancelledAt"]:
            return _called_off(order, "called off there before")
        asked = _cancel(order["id"], cancellation)
        job = self.tell(queries.CANCEL, keyed=False, **asked)["orderCancel"]["job"]
        if not job:
            raise Unknown("Shopify's answer names no job that calls the order off")
        return self._outcome(order["id"], job["id"])

    def settle_status(self, update: StatusUpdate) -> NotExecuted:
        """Showing the same again changes nothing."""
        return NotExecuted()

    def settle_cancellation(self, cancellation: ShopCancellation) -> Exported | NotExecuted:
        order = self.order(queries.CANCELLATION, cancellation.order_external_id)
        if order["cancelledAt"]:
            return _called_off(order, "called off")
        return NotExecuted(proved_after_s=JOB_LAG)

    def order(self, document: str, external_id: str) -> Json:
        """What the document asks of one order. Raises Rejected where the shop has no such order."""
        number = number_of("/" + external_id)
        found = self.ask(document, id=f"gid://shopify/Order/{number}")["order"]
        if found is None:
            raise Rejected(f"Shopify has no order {number}; check the order's external id and ShopifyUrl")
        with reading("Shopify's order", RetryLater):
            return {"cancelledAt": None, "id": found["id"], "name": found["name"], **found}

    def _outcome(self, id_: str, job: str) -> Exported:
        """Only an order that is called off counts; a job that has just begun may still fail."""
        found = self.ask(queries.CANCELLING, id=id_, job=job)
        order, state = found["order"] or {}, found["job"] or {}
        if order.get("cancelledAt"):
            return _called_off(order, "called off")
        if state.get("done"):
            raise Rejected(
                f"Shopify has not called order {order.get('name')} off: it may have been sent, be on its way back or"
                " await a payment; look at it in the Shopify admin"
            )
        raise Unknown("Shopify is still calling the order off", retry_after=_SOON)

    def _status_tag(self, update: StatusUpdate) -> str:
        tag = f"{self.values.status_tag_prefix}{update.shop_status or update.status}".replace(",", " ")
        if len(tag) > MOST_TAG:
            raise Rejected(
                f"The tag would be {tag!r}; Shopify takes {MOST_TAG} characters: shorten the step's ShopStatus or the"
                " connector's StatusTagPrefix"
            )
        return tag

    def _tag(self, id_: str, there: list[str], wanted: str) -> None:
        """The new tag comes before the former one goes, so that the order is never without."""
        prefix = str(self.values.status_tag_prefix).casefold()
        ours = [tag for tag in there if prefix and tag.casefold().startswith(prefix)]
        former = [tag for tag in ours if tag.casefold() != wanted.casefold()]
        if wanted.casefold() not in {tag.casefold() for tag in there}:
            self.tell(queries.ADD_TAGS, keyed=False, id=id_, tags=[wanted])
        if former:
            self.tell(queries.REMOVE_TAGS, keyed=False, id=id_, tags=former)

    def _set_metafield(self, id_: str, update: StatusUpdate) -> None:
        if not self.values.status_metafield:
            return
        namespace, _, key = self.values.status_metafield.partition(".")
        value = {"namespace": namespace, "key": key, "type": "single_line_text_field"}
        field = {"ownerId": id_, "value": update.shop_status or update.status, **value}
        self.tell(queries.SET_METAFIELD, keyed=False, metafields=[field])


_NO_MAIL = "; Shopify sends no mail about it"


def _cancel(id_: str, cancellation: ShopCancellation) -> dict[str, Any]:
    word = cancellation.reason.strip().upper()
    return {
        "orderId": id_,
        "reason": word if word in _REASONS else "OTHER",
        "restock": cancellation.restock,
        "notifyCustomer": cancellation.notify,
        "staffNote": cancellation.reason[:MOST_NOTE] or None,
    }


def _called_off(order: Json, message: str) -> Exported:
    return Exported(external_id=number_of(order["id"]), message=message)
