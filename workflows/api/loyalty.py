"""Checkout: what a member may use."""
# mypy: disable-error-code="type-arg, call-arg, assignment"

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.resolution import ResolutionError
from connectors.runtime import runtime
from tenants.apikit import ApiView, Problem, StrictSerializer, read, show
from tenants.scoping import current_tenant
from workflows import lookups
from workflows.api.fields import AmountField, MomentField
from workflows.api.openapi import answer_example, describe, request_example
from workflows.checkout.loyalty import Membership, buyer, crm_for, membership
from workflows.problems import FieldErrors

LIVE, FAILED = "live", "failed"
QUESTION = {"market": "NOR", "customer": {"email": "kari@buyer.example"}}
MEMBER = {
    "source": "live",
    "reason": "",
    "connector": "Voyado",
    "connector_id": "voyado",
    "known": True,
    "external_id": "0b9c1f4e-6f51-4d0e-9a2b-1c7d8e3f4a5b",
    "member": True,
    "points": "1840",
    "level": "Gold",
    "promotions": [
        {
            "id": "7d3f0a52-9e61-4c0b-8a7d-2f1e6b5c4d39",
            "name": "Fifteen off knitwear",
            "description": "",
            "kind": "percent",
            "code": "",
            "value": None,
            "currency": "",
            "percent": "15",
            "valid_to": "2026-12-31T22:59:59Z",
        }
    ],
}


class BuyerSerializer(StrictSerializer):
    """One of them is enough."""

    number = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    email = serializers.CharField(max_length=254, required=False, default="", allow_blank=True)
    phone = serializers.CharField(
        max_length=40,
        required=False,
        default="",
        allow_blank=True,
        help_text="With its country code, such as +4790000001.",
    )


class LoyaltyQuestionSerializer(StrictSerializer):
    market = serializers.CharField(max_length=50, help_text="Code of the market.")
    store = serializers.CharField(max_length=50, required=False, default="", help_text="Code of the store.")
    connector_id = serializers.CharField(
        max_length=100, required=False, default="", help_text="Where several CRM systems serve the market."
    )
    customer = BuyerSerializer()


class PromotionSerializer(serializers.Serializer):
    id = serializers.CharField(source="external_id")
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField(help_text="The CRM's own word, such as voucher or percent.")
    code = serializers.CharField(help_text="What the shopper or the till enters, where there is such a code.")
    value = AmountField(
        source="value.amount",
        currency="value.currency",
        default=None,
        allow_null=True,
        help_text="What it is worth, where that is an amount.",
    )
    currency = serializers.CharField(source="value.currency", default="")
    percent = serializers.DecimalField(
        max_digits=9,
        decimal_places=4,
        normalize_output=True,
        allow_null=True,
        help_text="Taken off the price.",
    )
    valid_to = MomentField(allow_null=True)


class MembershipSerializer(serializers.Serializer):
    source = serializers.SerializerMethodField(help_text="live, or failed where the CRM did not answer.")
    reason = serializers.CharField(help_text="Why it did not; for staff.")
    connector = serializers.CharField(source="connector.name")
    connector_id = serializers.CharField(source="connector.connector_id")
    known = serializers.SerializerMethodField(help_text="Whether the CRM knows the buyer.")
    external_id = serializers.CharField(source="loyalty.external_id", help_text="The CRM's id of the buyer.")
    member = serializers.BooleanField(source="loyalty.member")
    points = serializers.DecimalField(
        source="loyalty.points", max_digits=20, decimal_places=4, normalize_output=True, allow_null=True
    )
    level = serializers.CharField(source="loyalty.level")
    promotions: Any = PromotionSerializer(source="loyalty.promotions", many=True)

    def get_source(self, found: Membership) -> str:
        return FAILED if found.reason else LIVE

    def get_known(self, found: Membership) -> bool:
        return bool(found.loyalty.external_id)


class MemberLoyalty(ApiView):
    """It is asked anew each time, and what it says of a person is not kept."""

    scopes = {"POST": "checkout:read"}
    keeps_answers = False

    @describe(
        "Loyalty of a buyer",
        tag="Checkout",
        description=(
            "Points, level, promotions and vouchers of a buyer, asked live of the CRM that serves the market. The answer "
            "comes within 8 seconds; where the CRM did not answer its source is failed and the checkout goes on without. "
            "A stranger is not known and has no points. Tell what was used with the order, in its properties "
            "LoyaltyPromotions (ids) and LoyaltyVouchers (codes). An Idempotency-Key is of no use here."
        ),
        request=LoyaltyQuestionSerializer,
        answers={200: MembershipSerializer},
        problems=(400, 413, 415),
        examples=(
            request_example("By e-mail address", QUESTION),
            answer_example("A member", MEMBER, 200),
        ),
        operation_id="checkout_loyalty",
    )
    def post(self, request: Request) -> Response:
        asked = read(LoyaltyQuestionSerializer, request.data)
        market, store, who = _read(asked)
        try:
            connector = crm_for(runtime(current_tenant().pk), market, store, asked["connector_id"])
        except ResolutionError as error:
            raise Problem.of_fields({"market": [f"{error}"]}) from None
        return Response(show(MembershipSerializer, membership(connector, buyer(**who), market, store)))


def _read(asked: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    """Codes of market and store as they are written here, and who it is. Raises Problem."""
    errors = FieldErrors()
    market = lookups.market(asked["market"], errors)
    store = lookups.store(asked["store"], errors) if asked["store"] else None
    who = {name: str(asked["customer"].get(name) or "").strip() for name in ("number", "email", "phone")}
    if not any(who.values()):
        errors.add("customer", "Nothing tells who this is; send email, phone or number.")
    if errors.found or market is None:
        raise Problem.of_fields(errors.found)
    return market.code, store.code if store else "", who
