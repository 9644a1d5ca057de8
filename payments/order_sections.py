"""The section "payments" of order documents: what exporters, ERPs and webhooks get to know of the money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from payments.models import Payment
from tenants.kept import Kept
from workflows.documents import register_section

_AMOUNTS = ("amount", "authorized", "captured", "refunded", "cancelled")


def payments_of(order_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Payments in their order, amounts as decimal text; one statement, and nothing secret."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for payment in _payments(list(order_ids)):
        if payment.order_id is not None:
            found[payment.order_id].append(_document(payment))
    return dict(found)


def _document(payment: Payment) -> dict[str, Any]:
    return {
        "payment_method": payment.method_name,
        "provider": payment.connector.type,
        "reference": payment.reference,
        "provider_id": payment.provider_id,
        "state": payment.state,
        "currency": payment.currency,
        **{name: str(getattr(payment, name).amount) for name in _AMOUNTS},
    }


_payments = Kept(
    lambda ids: (
        Payment.objects.filter(order_id__in=ids)
        .order_by("order_id", "position")
        .select_related("connector")
        .defer("token_sealed")
    )
)

register_section("payments", payments_of)
