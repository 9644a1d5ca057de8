"""What invoices, shipments and credit memos share: pieces, amounts, and the state of the order that follows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from connectors.sandbox.magento.shop import Json, Refused, Shop, decimal, now_after, number, touch

_DEFAULT = {"new": "pending", "holded": "holded"}
_CENT = Decimal("0.01")


def own_lines(order: Json) -> Iterable[Json]:
    return (item for item in order["items"] if not item.get("parent_item_id"))


def pieces_left(item: Json, field: str) -> Decimal:
    return decimal(item, "qty_ordered") - decimal(item, field) - decimal(item, "qty_canceled")


def wanted_pieces(body: Json, open_: dict[int, Decimal]) -> dict[int, Decimal]:
    """Pieces by line; all that are left where none are named."""
    asked = body.get("items")
    if not asked:
        return open_
    pieces = {int(item["order_item_id"]): Decimal(str(item["qty"])) for item in asked}
    unknown = [line for line in pieces if line not in open_]
    if unknown:
        raise Refused("The document contains product item that is not part of the original order.")
    return pieces


def count_pieces(order: Json, wanted: dict[int, Decimal], field: str) -> None:
    """Of a product with variants, the variant's line counts along."""
    for item in order["items"]:
        pieces = wanted.get(item.get("parent_item_id") or item["item_id"], Decimal(0))
        item[field] = number(decimal(item, field) + pieces)


def worth_of(item: Json, pieces: Decimal) -> Decimal:
    names = ("row_total", "tax_amount", "discount_tax_compensation_amount")
    whole = sum((decimal(item, name) for name in names), Decimal(0)) - decimal(item, "discount_amount")
    return (whole * pieces / decimal(item, "qty_ordered")).quantize(_CENT)


def freight_of(order: Json) -> Decimal:
    return decimal(order, "shipping_amount") + decimal(order, "shipping_tax_amount")


def freight_left(order: Json) -> Decimal:
    return freight_of(order) - decimal(order, "shipping_refunded")


def new_document(shop: Shop, order: Json, body: Json, **fields: Any) -> Json:
    made = shop.new_id()
    comment = body.get("comment")
    return {
        "entity_id": made,
        "increment_id": f"{made:09d}",
        "order_id": order["entity_id"],
        "created_at": now_after(),
        "items": body.get("items", []),
        "tracks": [],
        "comments": [{**comment, "entity_id": shop.new_id(), "parent_id": made}] if comment else [],
        **fields,
    }


def tracked(shop: Shop, shipment: Json, given: Json) -> Json:
    for name in ("track_number", "title", "carrier_code"):
        if not given.get(name):
            raise Refused('"%fieldName" is required. Enter and try again.', {"fieldName": name})
    return {**given, "entity_id": shop.new_id(), "parent_id": shipment["entity_id"]}


def mark_of(body: Json) -> str:
    """What the caller's comment says, which names its business act."""
    return str((body.get("comment") or {}).get("comment", ""))


def settle_state(order: Json) -> None:
    """The state that follows from what is done."""
    own = list(own_lines(order))
    invoiced = not any(pieces_left(item, "qty_invoiced") for item in own)
    shipped = not any(pieces_left(item, "qty_shipped") for item in own)
    back = decimal(order, "total_refunded")
    state = "complete" if invoiced and shipped else "processing"
    if back and back >= decimal(order, "total_invoiced"):
        state = "closed"
    if state != order["state"]:
        order["state"], order["status"] = state, _DEFAULT.get(state, state)
    touch(order)
