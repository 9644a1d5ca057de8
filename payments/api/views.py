from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from payments.api.serializers import PaymentSerializer
from payments.models import Payment
from tenants.apikit import ApiView, Problem
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
        payments = Payment.objects.filter(order=order).order_by("position").select_related("connector")
        rows = payments.prefetch_related("entries").defer("token_sealed")
        return Response(PaymentSerializer(rows, many=True).data)
