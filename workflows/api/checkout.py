"""Checkout: whether a cart may become an order."""
# mypy: disable-error-code="type-arg, call-arg, assignment"

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.contracts.validation import KINDS
from tenants.apikit import ApiView, read, show
from workflows.api.openapi import answer_example, describe, request_example
from workflows.api.order_serializers import NewOrderSerializer
from workflows.checkout.cart import NOT_CHECKED, Check
from workflows.checkout.validating import Judged, judge

OUTCOMES = ["passed", "warned", "failed", NOT_CHECKED]
CART = {
    "cart": "CART-81f0",
    "market": "NOR",
    "customer": {"email": "kari@buyer.example"},
    "shipping": {
        "name": "Kari Nordmann",
        "line1": "Torget 1",
        "postal_code": "5014",
        "city": "Bergen",
        "country": "NO",
    },
    "lines": [{"sku": "TENT-2", "quantity": "1", "unit_price": "1999.00"}],
}
REFUSED = {
    "valid": False,
    "errors": [
        {
            "kind": "cart",
            "validator": "inventoryAtpValidator",
            "field": "lines.0.quantity",
            "code": "out_of_stock",
            "message": "Only 0 of TENT-2 are free to be sold, not 1",
        }
    ],
    "warnings": [],
    "checks": [
        {
            "kind": "cart",
            "validator": "inventoryAtpValidator",
            "connector_id": "",
            "outcome": "failed",
            "fail_open": False,
            "reason": "",
            "duration_ms": 0,
        }
    ],
}


class ValidatedCartSerializer(NewOrderSerializer):
    """The order that the cart would become."""

    number = None
    status = None
    placed_at = None
    run_workflow = None
    cart = serializers.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z",
        max_length=64,
        required=False,
        default="",
        help_text="Your reference of the cart; services that are asked get it as the order's number.",
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(KINDS),
        required=False,
        min_length=1,
        max_length=len(KINDS),
        help_text="What is to be judged; all when left out.",
    )


class CartFindingSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(KINDS)
    validator = serializers.CharField(
        help_text="Name of the connector; order for what every order has to stand."
    )
    field = serializers.CharField(help_text="Path in the cart, such as lines.0.quantity; may be empty.")
    code = serializers.CharField()
    message = serializers.CharField()


class CheckSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(KINDS)
    validator = serializers.CharField()
    connector_id = serializers.SerializerMethodField()
    outcome = serializers.ChoiceField(OUTCOMES)
    fail_open = serializers.BooleanField(help_text="Whether the cart passes where this could not be asked.")
    reason = serializers.CharField(help_text="Why it could not be asked.")
    duration_ms = serializers.IntegerField(help_text="How long a service took; 0 for a rule.")

    def get_connector_id(self, check: Check) -> str:
        return check.connector.connector_id if check.connector else ""


class JudgedSerializer(serializers.Serializer):
    """Errors block the cart, warnings do not."""

    valid = serializers.BooleanField()
    errors: Any = CartFindingSerializer(many=True)
    warnings = CartFindingSerializer(many=True)
    checks = CheckSerializer(many=True, help_text="Each validator that was asked.")


class CartValidation(ApiView):
    """Asking again asks anew, so no answer is kept."""

    scopes = {"POST": "checkout:read"}
    keeps_answers = False

    @describe(
        "Validate a cart",
        tag="Checkout",
        description=(
            "Whether the cart could become an order, and what validation connectors say of its customer, addresses, "
            "contents and risk of fraud. All are asked at the same time; the answer comes within 8 seconds. Without an "
            "answer about fraud the cart does not pass, unless the connector's FailOpen says so. An Idempotency-Key is of "
            "no use here."
        ),
        request=ValidatedCartSerializer,
        answers={200: JudgedSerializer},
        problems=(400, 413, 415),
        examples=(
            request_example("A cart", CART),
            answer_example("A product that is gone", REFUSED, 200),
        ),
        operation_id="checkout_validate",
    )
    def post(self, request: Request) -> Response:
        data = read(ValidatedCartSerializer, request.data)
        reference, kinds = data.pop("cart"), data.pop("kinds", KINDS)
        return Response(show(JudgedSerializer, _told(judge(data, reference, kinds))))


def _told(judged: Judged) -> dict[str, Any]:
    return {
        "valid": judged.valid,
        "errors": [_finding(check, item) for check in judged.checks for item in check.errors],
        "warnings": [_finding(check, item) for check in judged.checks for item in check.warnings],
        "checks": judged.checks,
    }


def _finding(check: Check, item: Any) -> dict[str, str]:
    told = {"field": item.field, "code": item.code, "message": item.message}
    return {"kind": check.kind, "validator": check.validator, **told}
