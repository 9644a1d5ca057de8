"""Which order a mail is about. What it claims counts only where the sender's address is one of the order, unless the
address that it came to proves which message it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db.models.functions import Lower
from django.utils import timezone

from connectors.contracts.mail import InboundMail
from workflows.models import Customer, Order, SentMessage

#: Words of a mail that are looked up as order numbers, and how much of its text is read for them.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{2,63}")
_MOST_WORDS = 60
_READ = 4000
#: The newest order of a customer that is known by address is meant, if it is no older than that.
RECENT = timedelta(days=90)


class Link(NamedTuple):
    order: Order | None
    how: str
    is_customers: bool = False


def link(mail: InboundMail, connector_id: int) -> Link:
    """Of the tenant in scope; at most four statements."""
    order = _answered(mail, connector_id)
    if order is not None:
        return Link(order, "it answers a message about the order", _is_of(order, mail.sender))
    order = _named(mail)
    if order is not None:
        return Link(order, f"it names the order {order.number}, and its sender is the customer", True)
    order = _newest(mail.sender)
    if order is not None:
        return Link(order, "it is the newest order of its sender", True)
    return Link(None, "")


def _answered(mail: InboundMail, connector_id: int) -> Order | None:
    if not mail.reference:
        return None
    found = SentMessage.objects.filter(reference=mail.reference, connector_id=connector_id)
    message = found.select_related("order").first()
    return message.order if message else None


def _named(mail: InboundMail) -> Order | None:
    words = [word.rstrip("._/-") for word in _WORD.findall(f"{mail.subject} {mail.text[:_READ]}")]
    numbers = list(dict.fromkeys(word for word in words if any(letter.isdecimal() for letter in word)))
    rows = Order.objects.filter(number__in=numbers[:_MOST_WORDS]).order_by("-id") if numbers else ()
    return _of_sender(rows, mail.sender)


def _newest(sender: str) -> Order | None:
    known = Customer.objects.annotate(lower=Lower("email")).filter(lower=sender.lower())
    since = timezone.now() - RECENT
    rows = Order.objects.filter(customer__in=known, placed_at__gte=since).order_by("-id")[:10]
    return _of_sender(rows, sender)


def _of_sender(rows: Iterable[Order], sender: str) -> Order | None:
    return next((order for order in rows if _is_of(order, sender)), None)


def _is_of(order: Order, sender: str) -> bool:
    known = (part.get("email") or "" for part in (order.customer_data, order.billing, order.shipping))
    return sender.lower() in {address.lower() for address in known if address}
