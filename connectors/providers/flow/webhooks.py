"""Flow's webhooks: a pointer to something that is then read. They are let in by a header, and have no id of their own.

Source: docs.flowretail.com/docs/developers/webhooks. Any 4xx, 429 too, makes Flow drop one for good.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.errors import Rejected

#: The same pointer within this many seconds is the same event, such as one that was sent again.
WINDOW = 120
#: In a stored body: in which window it came.
MARK = "crossdockWindow"
#: What an event is about, and the operation that reads news of it; orders are read one by one.
ORDERS = "order"
READ_BY = {
    "customer": "import_customers",
    "product": "import_products",
    "stock": "read_inventory",
}
_ACTIONS = {"STOCK_CHANGE": "stock"}
DELIVERED = "ORDER_DELIVERED"


def read(inbound: Inbound, tenant: str) -> list[WebhookEvent]:
    """Raises Rejected for another tenant's event, and for a body that cannot be read."""
    with reading("This webhook of Flow"):
        told = inbound.json()
        action, owner = _word(told["action"]), told["tenant"]
        if str(owner["Uid"]) != tenant:
            raise Rejected(
                f"This webhook is of tenant {owner['Uid']}, not of {tenant}; check TenantUid and the http transport"
            )
        window = int(told.get(MARK) or inbound.received_at // WINDOW)
        about = _ACTIONS.get(action) or action.partition("_")[0].lower()
        uid = str((told.get(about) or {}).get("Uid") or "")
        if about == ORDERS and not uid:
            raise TypeError("it names no order")
        return [
            WebhookEvent(
                id=f"{action}:{uid or 'all'}:{window}",
                type=action,
                provider_id=uid,
                occurred_at=datetime.fromtimestamp(inbound.received_at, UTC),
                data={"about": about},
                body=json.dumps({**told, MARK: window}, default=str).encode(),
            )
        ]


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is no action")
    return value
