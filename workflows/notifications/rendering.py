"""A template and an order make a message's parts. Pure; the preview shows exactly what a step would send."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

from connectors.contracts.common import OrderDocument
from workflows.steps.text import fill

LONGEST_SUBJECT = 250


class Texts(Protocol):
    """What a NotificationTemplate and a step's own texts have in common."""

    @property
    def subject(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def html(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    subject: str
    text: str
    html: str = ""


def render(texts: Texts, order: OrderDocument) -> Rendered:
    """Raises Misconfigured for an order field that does not exist."""
    return Rendered(
        subject=one_line(fill(texts.subject, order)),
        text=fill(texts.text, order),
        html=fill(texts.html, order, in_html),
    )


def in_html(value: str) -> str:
    """A value that can stand between tags and in quoted attributes; lists keep their line ends."""
    return escape(value).replace("\n", "<br>")


def one_line(subject: str) -> str:
    """A line end in a subject would begin another header."""
    return " ".join(subject.split())[:LONGEST_SUBJECT]


def vendor_data(order: OrderDocument) -> dict[str, Any]:
    """What a template at the vendor is filled from, named as the placeholders are; amounts as decimal text.

    Addresses, properties and ids stay here: a vendor gets what customers' messages commonly say.
    """
    customer = order.customer
    return {
        "number": order.number,
        "status": order.status,
        "order_type": order.order_type,
        "market": order.market,
        "currency": order.currency,
        "total": str(order.total.amount),
        "customer": {"first_name": customer.first_name, "last_name": customer.last_name},
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": f"{line.quantity.normalize():f}",
                "total": str(line.total.amount),
            }
            for line in order.lines
        ],
        "shipments": [
            {key: str(item.get(key) or "") for key in ("carrier", "tracking_number", "tracking_url")}
            for item in order.sections.get("shipments", ())
            if item.get("state") != "cancelled"
        ],
    }
