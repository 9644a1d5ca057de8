"""What the order's page shows, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from eventlog.links import events_url
from eventlog.models import Event
from tenants.adminkit import may, pretty_json
from tenants.models import Right
from tenants.money import Money
from tenants.personal import shown
from workflows.admin.order_errors import sent_link
from workflows.admin.order_page.journey import journey
from workflows.admin.order_page.results import results
from workflows.admin.panels import panels
from workflows.by_hand import OrderAct, Subject, all_acts, count_of, subjects
from workflows.models import (
    OPEN_RUN_STATES,
    ErrorStatus,
    Order,
    OrderError,
    SentMessage,
    WorkflowRun,
)

_NAMES = {"line1": "Street", "line2": "Street, 2nd line", "email": "E-mail"}
#: Of each list that may grow; the rest is on pages of its own.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Button:
    act: OrderAct
    url: str
    refusal: str


def order_page(request: HttpRequest, order: Order, *, opts: Any) -> HttpResponse:
    """The whole page; the live script fetches it again when something has changed."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    return TemplateResponse(request, "admin/orders/page.html", _context(request, order, opts))


def _context(request: HttpRequest, order: Order, opts: Any) -> dict[str, Any]:
    (subject,) = subjects([order])
    runs, more_runs = results(request, order)
    before = request.GET.get("before", "")
    sees = may(request, Right.SEE_PERSONAL_DATA)
    errors = _errors(order)
    return {
        **admin.site.each_context(request),
        "title": f"Order {order.number}",
        "opts": opts,
        "original": order,
        "order": order,
        "status_words": _status_words(subject),
        "status_colour": _status_colour(subject),
        "pulse": pulse_of(order),
        "busy": any(row.is_open for row in runs),
        "asked": _asked(request, runs),
        "errors": errors,
        "error_words": count_of(len(errors), "error"),
        "solved": _masked(
            OrderError.objects.filter(order=order, status=ErrorStatus.SOLVED).order_by("-id")[:_MOST]
        ),
        "may_act": may(request, Right.ACT),
        "buttons": _buttons(request, subject),
        "panels": [html for panel in panels() if (html := panel(request, subject))],
        "lines": _lines(subject),
        "sums": _sums(order),
        "runs": runs,
        "more_runs": more_runs,
        "messages_sent": _messages(order),
        "journey": journey(
            order, before=int(before) if before.isdecimal() else None, shown=request.GET.get("show", "")
        ),
        "log": events_url(order=order.number),
        "sees_people": sees,
        "people": _people(order) if sees else (),
        "facts": _facts(order),
        "properties": pretty_json(shown(order.properties)) if order.properties else "",
    }


def pulse_of(order: Order) -> str:
    """Changes whenever the page would show something new; two statements."""
    newest = Event.objects.filter(order_id=order.pk).order_by("-id").values_list("pk", flat=True).first()
    running = WorkflowRun.objects.filter(order=order, state__in=OPEN_RUN_STATES).count()
    return f"{order.version}.{newest or 0}.{running}"


def _status_words(subject: Subject) -> str:
    status = subject.chart.statuses.get(subject.order.status) if subject.chart else None
    return status.display_name or status.name if status else subject.order.status


def _status_colour(subject: Subject) -> str:
    status = subject.chart.statuses.get(subject.order.status) if subject.chart else None
    if status is None or status.is_canceled:
        return "danger" if status else "warning"
    return "success" if status.is_completed else "info"


def _asked(request: HttpRequest, runs: list[Any]) -> Any:
    """The run that the person has just asked for."""
    wanted = request.GET.get("run", "")
    return next((row for row in runs if str(row.run.pk) == wanted), None)


def _errors(order: Order) -> list[tuple[OrderError, SafeString, str]]:
    rows = OrderError.objects.filter(order=order, status=ErrorStatus.ACTIVE).order_by("-id")[:_MOST]
    found = []
    for error in _masked(rows):
        error.order = order
        solve = reverse("admin:workflows-order-solve", args=[order.pk, error.pk])
        found.append((error, sent_link(error), solve))
    return found


def _masked(errors: Iterable[OrderError]) -> list[OrderError]:
    """Their texts as the person may see them."""
    found = list(errors)
    for error in found:
        error.message, error.details, error.comment = map(
            shown, (error.message, error.details, error.comment)
        )
    return found


def _buttons(request: HttpRequest, subject: Subject) -> list[tuple[str, list[Button]]]:
    groups: dict[str, list[Button]] = {}
    for act in all_acts():
        if may(request, act.right):
            url = reverse("admin:workflows-order-act", args=[subject.order.pk, act.name])
            button = Button(act, url, act.offer(subject).refusal)
            groups.setdefault(act.group, []).append(button)
    return list(groups.items())


def _lines(subject: Subject) -> list[dict[str, Any]]:
    """From the document, which has read them already."""
    return [
        {
            "number": line.number,
            "sku": line.sku,
            "name": line.name,
            "quantity": _plain(line.quantity),
            "price": line.unit_price,
            "discount": line.discount if line.discount else "",
            "tax": f"{_plain(line.tax_rate)} %",
            "total": line.total,
        }
        for line in subject.document.lines
    ]


def _sums(order: Order) -> list[tuple[str, Money]]:
    def money(amount: Any) -> Money:
        return Money(amount, order.currency)

    rows = [("Shipping", money(order.shipping_total)), ("Discounts", money(order.discount_total))]
    shown = [(words, amount) for words, amount in rows if amount]
    return [*shown, ("Total", order.total_money), ("Tax in it", money(order.tax_total))]


def _messages(order: Order) -> Any:
    return SentMessage.objects.filter(order=order).order_by("-id")[:_MOST]


def _people(order: Order) -> list[tuple[str, list[tuple[str, str]]]]:
    parts = (
        ("Customer", order.customer_data),
        ("Billing address", order.billing),
        ("Shipping address", order.shipping),
    )
    return [(title, _named(values)) for title, values in parts if any(values.values())]


def _named(values: dict[str, str]) -> list[tuple[str, str]]:
    words = {name: _NAMES.get(name, name.replace("_", " ").capitalize()) for name in values}
    return [(words[name], value) for name, value in values.items() if value]


def _facts(order: Order) -> list[tuple[str, Any]]:
    rows = [
        ("Order type", order.order_type),
        ("Market", order.market.code),
        ("Store", order.store.code if order.store else ""),
        ("Tags", ", ".join(map(str, order.tags))),
        *((f"Id at {system}", value) for system, value in order.external_ids.items()),
        ("Version", order.version),
    ]
    return [(words, value) for words, value in rows if value not in ("", None)]


def _plain(number: Decimal) -> str:
    """Without zeros at the end."""
    return f"{number.normalize():f}"
