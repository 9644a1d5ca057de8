"""Webhooks: they name a record that has changed, which the task that reads such records then reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.errors import Rejected
from connectors.providers.ongoing.api import OngoingApi
from connectors.providers.ongoing.states import moment

#: What a body has of the record that it is about: kind, id, number, and the operation that reads such records.
_KINDS = (
    ("order", "orderId", "orderNumber", "import_order_states"),
    ("purchaseOrder", "purchaseOrderId", "purchaseOrderNumber", "import_inbound"),
    ("returnOrder", "returnOrderId", "returnOrderNumber", "import_returns"),
)
#: Bodies about stock hold the article in an object of its own.
_STOCK = ("inventory", "read_inventory")


class Webhooks(OngoingApi):
    def read_webhook(self, inbound: Inbound) -> Sequence[WebhookEvent]:
        """None for another goods owner: one webhook of the warehouse may serve several."""
        with reading("Ongoing's webhook"):
            body = inbound.json()
            event, owner = _positive(body["webhookEventId"]), _positive(body["goodsOwnerId"])
            kind, number, reference, read_by = _about(body)
            at = moment(body.get("timestamp"))
            if owner != self.owner:
                return ()
            return (
                WebhookEvent(
                    id=f"{kind}:{event}",
                    type=f"{kind} changed",
                    provider_id=str(number),
                    reference=self.own_number(reference),
                    occurred_at=at,
                    data={"read_by": read_by},
                ),
            )

    def confirm(self, event: Any) -> Sequence[Any]:
        """Nothing of the event is believed but that it is time to look; the task that looks asks Ongoing itself."""
        return (event,)


def _about(body: Mapping[str, Any]) -> tuple[str, int, Any, str]:
    for kind, key, number, read_by in _KINDS:
        if key in body:
            return kind, _positive(body[key]), body.get(number), read_by
    if isinstance(body.get("transaction"), Mapping):
        return _STOCK[0], _positive(body["article"]["articleSystemId"]), "", _STOCK[1]
    raise Rejected("Ongoing's webhook is about none of orders, purchase orders, returns and inventory")


def _positive(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{str(value)[:40]!r} is no id")
    return value
