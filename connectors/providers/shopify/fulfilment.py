"""Which pieces of an order a fulfilment is about: what is told there already, and what is still open."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.contracts.ecommerce import Fulfilment
from connectors.errors import Rejected
from connectors.providers.shopify.payments import number_of

Json = Mapping[str, Any]

#: A fulfilment in one of these states moved nothing.
_VOID = {"CANCELLED", "ERROR", "FAILURE"}


@dataclass(frozen=True, slots=True)
class Open:
    """Pieces of one order line in one fulfilment order. Ids are Shopify's own; `line` is the order line's number."""

    fulfilment_order: str
    item: str
    line: str
    pieces: int
    location: str
    possible: bool


class OrderState:
    """An order's fulfilments and fulfilment orders, as the query for them answers."""

    def __init__(self, order: Json) -> None:
        self.name = str(order["name"])
        self.cancelled = bool(order["cancelledAt"])
        self.made = [item for item in order["fulfillments"] if item["status"] not in _VOID]
        found = order["fulfillmentOrders"]["nodes"]
        pages = [
            *(item["lineItems"] for item in found),
            *(item["fulfillmentLineItems"] for item in self.made),
        ]
        if any(page["pageInfo"]["hasNextPage"] for page in pages):
            raise Rejected(
                f"Order {self.name} of Shopify has too many lines to be read whole; fulfil it there"
            )
        self.open = [item for one in found for item in _open(one)]

    def told(self, fulfilment: Fulfilment) -> list[Json]:
        """The fulfilments there that carry this tracking number."""
        number = fulfilment.tracking_number
        return [
            item
            for item in self.made
            if number and number in [info["number"] for info in item["trackingInfo"]]
        ]

    def left_out(self, fulfilment: Fulfilment) -> str:
        """What staff have to add by hand where all pieces were told of without this tracking number; "" for nothing."""
        if not fulfilment.tracking_number or self.told(fulfilment):
            return ""
        return (
            f"Shopify had been told of all pieces before, without tracking number {fulfilment.tracking_number};"
            f" add it to order {self.name} there"
        )

    def missing(self, fulfilment: Fulfilment) -> dict[str, int]:
        """Pieces by order line that this fulfilment is still to tell; those of fulfilments already told are off."""
        told = _pieces(self.told(fulfilment))
        if fulfilment.lines:
            wanted = {line: pieces - told[line] for line, pieces in fulfilment.lines.items()}
        else:
            wanted = Counter[str]()
            for item in self.open:
                wanted[item.line] += item.pieces
        return {line: pieces for line, pieces in wanted.items() if pieces > 0}

    def groups(self, missing: Mapping[str, int]) -> list[list[Open]]:
        """The pieces to fulfil, one list for each location. Raises Rejected where some cannot be fulfilled."""
        by_location: dict[str, list[Open]] = defaultdict(list)
        for line, pieces in missing.items():
            for part in self._taken(line, pieces):
                by_location[part.location].append(part)
        return list(by_location.values())

    def is_gone(self, missing: Mapping[str, int]) -> bool:
        """Whether nothing of these lines is open any more, although the order had them."""
        known = {item.line for item in self.open} | set(_pieces(self.made))
        return all(line in known for line in missing) and not any(
            item.pieces for item in self.open if item.line in missing
        )

    def _taken(self, line: str, pieces: int) -> Iterator[Open]:
        here = [item for item in self.open if item.line == line and item.pieces]
        left = pieces
        for item in (item for item in here if item.possible):
            part = min(left, item.pieces)
            left -= part
            if part:
                yield Open(item.fulfilment_order, item.item, line, part, item.location, True)
        if left:
            held = sum(item.pieces for item in here if not item.possible)
            raise Rejected(f"Order {self.name} of Shopify: {self._why(line, pieces, pieces - left, held)}")

    def _why(self, line: str, wanted: int, possible: int, held: int) -> str:
        text = f"{possible} of {wanted} pieces of line {line} can be fulfilled"
        if held:
            return (
                text
                + f", {held} are on hold, scheduled or with a fulfilment service; release them in Shopify"
            )
        return text + "; compare the order's lines and fulfilments in Shopify"


def creation(fulfilment: Fulfilment, parts: list[Open], *, notify: bool) -> dict[str, Any]:
    """The input of one fulfilment; all parts are at one location."""
    by_order: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in parts:
        by_order[part.fulfilment_order].append({"id": part.item, "quantity": part.pieces})
    tracking = {
        "company": fulfilment.carrier,
        "number": fulfilment.tracking_number,
        "url": fulfilment.tracking_url,
    }
    return {
        "lineItemsByFulfillmentOrder": [
            {"fulfillmentOrderId": order, "fulfillmentOrderLineItems": items}
            for order, items in by_order.items()
        ],
        "trackingInfo": {name: value for name, value in tracking.items() if value},
        "notifyCustomer": notify,
    }


def _open(found: Json) -> Iterator[Open]:
    """The parts of a fulfilment order; those that are done have no pieces."""
    place = found["assignedLocation"]
    possible = "CREATE_FULFILLMENT" in [item["action"] for item in found["supportedActions"]]
    for item in found["lineItems"]["nodes"]:
        yield Open(
            fulfilment_order=found["id"],
            item=item["id"],
            line=number_of(item["lineItem"]["id"]),
            pieces=item["remainingQuantity"] if found["status"] != "CANCELLED" else 0,
            location=(place["location"] or {}).get("id") or place["name"],
            possible=possible,
        )


def _pieces(made: list[Json]) -> Counter[str]:
    """Pieces by order line of some fulfilments."""
    counted: Counter[str] = Counter()
    for fulfilment in made:
        for item in fulfilment["fulfillmentLineItems"]["nodes"]:
            counted[number_of(item["lineItem"]["id"])] += item["quantity"] or 0
    return counted
