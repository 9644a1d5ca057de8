"""The money of an order on its page."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from payments.admin.payments import COLOURS
from payments.models import Payment
from tenants.money import Money
from workflows.admin import register_panel
from workflows.by_hand import Subject


@register_panel(10)
def money_panel(request: HttpRequest, subject: Subject) -> str:
    """Ordered, authorised, captured, refunded, open; and each payment. One statement."""
    rows = Payment.objects.filter(order_id=subject.order.pk).select_related("connector")
    payments = list(rows.defer("token_sealed").order_by("position"))
    currency, ordered = subject.document.currency, subject.document.total

    def total(name: str) -> Money:
        return sum((getattr(payment, name) for payment in payments), Money.zero(currency))

    captured, refunded = total("captured"), total("refunded")
    still_open = ordered - captured if captured < ordered else Money.zero(currency)
    context = {
        "tiles": [
            ("Ordered", ordered, ""),
            ("Authorised", total("authorized"), f"{total('capturable')} can be captured"),
            ("Captured", captured, f"{total('refundable')} can be refunded" if captured else ""),
            ("Refunded", refunded, ""),
            ("Open", still_open, "" if still_open else "paid in full"),
        ],
        "payments": [(payment, COLOURS.get(payment.state, "")) for payment in payments],
    }
    return render_to_string("admin/orders/money.html", context, request)
