"""The checkout: what may be paid with, and payments from the shopper's first click until the provider has decided."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from connectors.errors import Misconfigured
from connectors.runtime import runtime
from payments.api import checkout_problems as told
from payments.api.checkout_serializers import (
    CheckoutPaymentSerializer,
    CompletionSerializer,
    NewCheckoutPaymentSerializer,
    OptionsQuerySerializer,
    PaymentOptionsSerializer,
)
from payments.checkout import asking
from payments.checkout.offer import offers
from payments.checkout.opening import BegunBefore, OfOrder, OtherRequest, begin
from payments.models import Checkout
from tenants.apikit import ApiView, FieldError, Problem, read
from tenants.scoping import current_tenant
from workflows import lookups
from workflows.api.openapi import IDEMPOTENCY, answer_example, describe, request_example
from workflows.api.problems import as_problem
from workflows.api.queries import read_query
from workflows.problems import FieldErrors, OrderProblem

TAG = "Checkout"
REFERENCE = OpenApiParameter(
    "reference", OpenApiTypes.STR, OpenApiParameter.PATH, description="Our reference of the payment."
)
NEW = {
    "cart": "CART-81f0",
    "market": "NOR",
    "payment_method": "Vipps",
    "amount": "398.00",
    "return_url": "https://shop.example/thanks",
    "language": "nb-NO",
}
BEGUN = {
    "reference": "3f0c1f6a8a5e4c1e9f1b7f5f6a0d2c11",
    "order": "",
    "cart": "CART-81f0",
    "payment_method": "Vipps",
    "state": "pending",
    "reason": "",
    "currency": "NOK",
    "amount": "398.00",
    "authorized": "0.00",
    "captured": "0.00",
    "redirect_url": "https://landing.vipps.no/?token=eyJ0",
    "created_at": "2026-05-03T11:58:00Z",
}


class CheckoutApi(ApiView):
    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, OtherRequest | BegunBefore | OfOrder):
            exc = told.of_opening(exc)
        elif isinstance(exc, OrderProblem):
            exc = as_problem(exc)
        elif isinstance(exc, Misconfigured):
            exc = told.of_error(exc, "")
        return super().handle_exception(exc)

    def checkout(self, reference: str) -> Checkout:
        rows = Checkout.objects.select_related("payment__order", "payment__connector", "payment__tenant")
        found = rows.filter(payment__reference=reference).first()
        if found is None:
            raise Problem(
                404, "not-found", f"No payment {reference} was begun at checkout; check the reference."
            )
        return found

    def answered(self, reference: str, ended: Any, status: int = 200, **headers: str) -> Response:
        """How the payment stands now. Raises the problem of a call that came to nothing."""
        checkout = self.checkout(reference)
        problem = told.refused(ended, checkout.payment)
        if problem is not None:
            raise problem
        return Response(CheckoutPaymentSerializer(checkout).data, status, headers=headers)


class PaymentOptions(CheckoutApi):
    scopes = {"GET": "checkout:read"}

    @describe(
        "Payment options of a market",
        tag=TAG,
        description=(
            "The published payment methods that are valid on the market and in service, sorted by their option "
            "Position and then by name."
        ),
        parameters=(OptionsQuerySerializer,),
        answers={200: PaymentOptionsSerializer},
        problems=(400,),
        operation_id="checkout_payment_options",
    )
    def get(self, request: Request) -> Response:
        errors = FieldErrors()
        market = lookups.market(read_query(OptionsQuerySerializer, request)["market"], errors)
        if market is None:
            raise Problem.of_fields(errors.found)
        found = offers(runtime(current_tenant().pk), market.code, market.currency)
        options = [
            {
                "payment_method": offer.method.name,
                "display_name": offer.method.payment_method_name,
                "provider": offer.provider,
                "hosted": offer.hosted,
                **offer.display,
            }
            for offer in found
        ]
        return Response({"market": market.code, "currency": market.currency, "options": options})


class CheckoutPayments(CheckoutApi):
    scopes = {"POST": "checkout:write"}

    @describe(
        "Begin a payment",
        tag=TAG,
        description=(
            "Opens the provider's hosted page, to which `redirect_url` leads, or authorises at once with the token. "
            "Answers within about 8 seconds. The Idempotency-Key is required: a second click with the same key gets "
            "the first answer, or 409 while the first is still under way. What becomes of a call without an answer "
            "is found out by itself; read the payment."
        ),
        parameters=(IDEMPOTENCY,),
        request=NewCheckoutPaymentSerializer,
        answers={201: CheckoutPaymentSerializer},
        problems=(400, 402, 409, 413, 415, 422, 503),
        examples=(
            request_example("A cart paid with Vipps", NEW),
            answer_example("The shopper's way to Vipps", BEGUN, 201),
        ),
        operation_id="checkout_payments_create",
    )
    def post(self, request: Request) -> Response:
        checkout = begin(read(NewCheckoutPaymentSerializer, request.data), _key(request))
        ended = asking.open_at_provider(checkout, str(request.auth)[:150])
        reference = checkout.payment.reference
        where = reverse("checkout-payment", args=[reference], request=request)
        return self.answered(reference, ended, 201, Location=where)


class CheckoutPayment(CheckoutApi):
    scopes = {"GET": "checkout:read"}

    @describe(
        "Read a payment begun at checkout",
        tag=TAG,
        description="As far as answers and webhooks have told; the provider is not asked.",
        parameters=(REFERENCE,),
        answers={200: CheckoutPaymentSerializer},
        problems=(404,),
        operation_id="checkout_payments_read",
    )
    def get(self, request: Request, reference: str) -> Response:
        return Response(CheckoutPaymentSerializer(self.checkout(reference)).data)


class CheckoutCompletion(CheckoutApi):
    scopes = {"POST": "checkout:write"}

    @describe(
        "Complete a payment on the shopper's return",
        tag=TAG,
        description=(
            "Hands over what the shopper brought back, authorises what the shopper approved, or asks the provider how "
            "the payment stands, as the provider wants it. A payment that is decided already is answered as it is; "
            "may be called any number of times, also while the provider's webhook comes in."
        ),
        parameters=(REFERENCE, IDEMPOTENCY),
        request=CompletionSerializer,
        answers={200: CheckoutPaymentSerializer},
        problems=(400, 402, 404, 409, 413, 415, 422, 503),
        operation_id="checkout_payments_complete",
    )
    def post(self, request: Request, reference: str) -> Response:
        details = read(CompletionSerializer, request.data).get("details") or {}
        ended = asking.complete(self.checkout(reference), details, str(request.auth)[:150])
        return self.answered(reference, ended)


class CheckoutCancellation(CheckoutApi):
    scopes = {"POST": "checkout:write"}

    @describe(
        "Give a payment up",
        tag=TAG,
        description=(
            "Closes the provider's page, or releases what is reserved, of a payment whose cart comes to no order. "
            "Refused with 409 once an order has taken the payment over: there CancelPayments releases it."
        ),
        parameters=(REFERENCE, IDEMPOTENCY),
        request=None,
        answers={200: CheckoutPaymentSerializer},
        problems=(404, 409, 422, 503),
        operation_id="checkout_payments_cancel",
    )
    def post(self, request: Request, reference: str) -> Response:
        ended = asking.give_up(self.checkout(reference), str(request.auth)[:150])
        return self.answered(reference, ended)


def _key(request: Request) -> str:
    """The caller's Idempotency-Key, apart from those of other API keys. Raises Problem 400 without one."""
    key = request.headers.get("Idempotency-Key")
    if not key:
        found = FieldError(
            "Idempotency-Key", "This is missing.", "Send one for each payment, such as the cart and a number."
        )
        raise Problem(400, "validation", "A header has errors.", errors=[found])
    return f"{request.auth.pk}:{key}"
