from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from payments.api.serializers import ListedPaymentSerializer, PaymentQuerySerializer, PaymentSerializer
from payments.models import Payment
from tenants.apikit import ApiView, Problem, show
from tenants.apikit.describing import path
from workflows.api.listing import CatalogApi, described
from workflows.api.openapi import NUMBER, answer_example, describe
from workflows.models import Order

EXAMPLE = {
    "payment_method": "card",
    "provider": "stripe",
    "reference": "3f0c1f6a8a5e4c1e9f1b7f5f6a0d2c11",
    "provider_id": "pi_3PXk2Q",
    "state": "captured",
    "raw_state": "succeeded",
    "reason": "",
    "currency": "NOK",
    "amount": "398.00",
    "authorized": "398.00",
    "captured": "398.00",
    "refunded": "0.00",
    "cancelled": "0.00",
    "entries": [
        {
            "kind": "capture",
            "standing": "confirmed",
            "amount": "398.00",
            "total": "398.00",
            "reference": "ch_3PXk2Q",
            "reason": "",
            "source": "step:17",
            "occurred_at": "2026-05-03T12:00:00Z",
        }
    ],
    "created_at": "2026-05-03T11:58:00Z",
    "modified_at": "2026-05-03T12:00:00Z",
}


class OrderPayments(ApiView):
    """The payments of one order, each with its ledger."""

    scopes = {"GET": "orders:read"}

    @describe(
        "Payments of an order",
        tag="Payments",
        description="In the order in which they are authorised and captured.",
        parameters=(NUMBER,),
        answers={200: PaymentSerializer(many=True)},
        problems=(404,),
        examples=(answer_example("A captured card payment", EXAMPLE, 200),),
        operation_id="orders_payments_list",
    )
    def get(self, request: Request, number: str) -> Response:
        order = Order.objects.filter(number=number).first()
        if order is None:
            raise Problem(404, "not-found", f"There is no order {number}; check the number.")
        rows = _whole(Payment.objects.filter(order=order).order_by("position"))
        return Response([show(PaymentSerializer, payment) for payment in rows])


@extend_schema_view(
    **described(
        "Payments",
        (PaymentQuerySerializer,),
        ListedPaymentSerializer,
        path("reference", "Our reference of the payment."),
    )
)
class PaymentViewSet(CatalogApi):
    """The payments of all orders."""

    queryset = Payment.objects.none()
    serializer_class = ListedPaymentSerializer
    query_serializer = PaymentQuerySerializer
    lookup_field = "reference"
    lookup_value_regex = "[0-9a-z]{1,32}"
    scopes = {"list": "orders:read", "retrieve": "orders:read"}

    def get_queryset(self) -> QuerySet[Payment]:
        return _whole(Payment.objects.select_related("order"))

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        named = {"order": "order__number", "payment_method": "method_name", "provider": "connector__type"}
        return super().filtered(rows, {named.get(name, name): value for name, value in query.items()})


def _whole(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    return payments.select_related("connector").prefetch_related("entries").defer("token_sealed")
