"""The queue behind /async/bulk: each part is an operation, worked on only when somebody looks, as a slow consumer would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from connectors.sandbox.magento.shop import Json, Refused, Shop, no_such, now_after

_DONE, _FAILED, _OPEN = 1, 3, 4
Work = Callable[[Json], Any]


def accept(shop: Shop, parts: list[Json], work: Work) -> Json:
    """Take the parts; they are carried out at once, and told of once nobody is `pending` any more."""
    uuid = str(uuid5(NAMESPACE_URL, f"{shop.name} {shop.new_id()}"))
    shop.bulks[uuid] = [_operation(place, part, work) for place, part in enumerate(parts)]
    taken = [{"id": place, "data_hash": f"{place:064x}", "status": "accepted"} for place in range(len(parts))]
    return {"bulk_uuid": uuid, "request_items": taken, "errors": False}


def status(shop: Shop, uuid: str) -> Json:
    if uuid not in shop.bulks:
        raise no_such("bulkUuid", uuid)
    operations = shop.bulks[uuid]
    if shop.pending:
        shop.pending -= 1
        operations = [{**item, "status": _OPEN, "result_message": None} for item in operations]
    return {
        "operations_list": operations,
        "user_type": 1,
        "bulk_id": uuid,
        "description": "Topic async.operations.all",
        "start_time": now_after(),
        "user_id": 1,
        "operation_count": len(operations),
    }


def _operation(place: int, part: Json, work: Work) -> Json:
    try:
        work(part)
    except Refused as refusal:
        text = refusal.body["message"].replace("%1", str((refusal.body.get("parameters") or [""])[0]))
        return {"id": place, "status": _FAILED, "result_message": text, "error_code": refusal.status}
    return {"id": place, "status": _DONE, "result_message": "Service execution success", "error_code": None}
