"""Checkout: what shoppers can choose, from all carriers at once."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from connectors.runtime import runtime
from shipping.api.checkout_serializers import (
    PointQuestionSerializer,
    PointsSerializer,
    ShippingOptionsSerializer,
    ShippingQuestionSerializer,
)
from shipping.api.visits import read_visit
from shipping.checkout.offering import pickup_points, shipping_options
from shipping.providers import UnknownShippingOption, find_offer
from tenants.apikit import ApiView, Problem, read
from tenants.scoping import current_tenant
from workflows.api.openapi import answer_example, describe, request_example

TAG = "Checkout"
QUESTION = {
    "market": "NOR",
    "recipient": {"postal_code": "5014", "city": "Bergen", "country": "NO", "line1": "Torget 1"},
    "packages": [{"weight": 1200, "length": 300, "width": 200, "height": 100}],
    "cart": {"id": "cart-77", "total": "1250.00"},
}
POINT = {
    "id": "117240",
    "name": "Torget Post i Butikk",
    "type": "pickup_point",
    "address": {"line1": "Torget 3", "line2": "", "postal_code": "5014", "city": "Bergen", "country": "NO"},
    "opening_hours": "Mon - Fri: 0900-2100",
    "latitude": 60.3946,
    "longitude": 5.3255,
    "distance": 400,
}
OPTION = {
    "shipping_option": "Pickup parcel",
    "label": "To your pickup point",
    "provider": "Bring",
    "description": "Collect it in a shop near you.",
    "carrier": "",
    "delivery_type": "pickup_point",
    "source": "live",
    "age": 0,
    "reason": "",
    "available": True,
    "price": "149.00",
    "currency": "NOK",
    "tax": "29.80",
    "tax_rate": "25.00",
    "is_free": False,
    "delivery": "2026-05-05",
    "delivery_time": "",
    "working_days": 2,
    "is_default": True,
    "service_point_required": False,
    "pickup_points": [POINT],
    "pickup_points_source": "live",
    "session": None,
}
CHECKOUT = {
    **OPTION,
    "shipping_option": "Delivery checkout",
    "label": "Delivery",
    "provider": "Ingrid",
    "description": "",
    "carrier": "Bring",
    "working_days": None,
    "is_default": False,
    "session": {
        "id": "VNS-5c1e7f0b9a2d4e63",
        "widget": '<div id="delivery"></div><script>…</script>',
        "chosen": "To your pickup point",
        "expires_at": None,
    },
}


class ShippingOptions(ApiView):
    """Its answer may hold a vendor's markup, which goes out and is not stored."""

    scopes = {"POST": "checkout:read"}
    keeps_answers = False

    @describe(
        "Shipping options",
        tag=TAG,
        description=(
            "All options that serve the market, with price and delivery estimate. All carriers are asked at the same time; "
            "the answer comes within 8 seconds whatever they do. An option whose carrier did not answer is told from "
            "what it answered in the last 10 minutes (`cached`), else from the configured prices (`failed`). A delivery "
            "checkout comes with a `session`: show its widget, send its id in `sessions` whenever cart or address change, "
            "and as the shipment's session with the order. Its answer is never kept, so an Idempotency-Key is of no use."
        ),
        request=ShippingQuestionSerializer,
        answers={200: ShippingOptionsSerializer},
        problems=(400,),
        examples=(
            request_example("A parcel to Bergen", QUESTION),
            answer_example("One option", {"options": [OPTION]}, 200),
            answer_example("A delivery checkout", {"options": [CHECKOUT]}, 200),
        ),
        operation_id="checkout_shipping_options",
    )
    def post(self, request: Request) -> Response:
        asked = read(ShippingQuestionSerializer, request.data)
        found = shipping_options(runtime(current_tenant().pk), read_visit(asked))
        return Response(ShippingOptionsSerializer({"options": found}).data)


class PickupPoints(ApiView):
    scopes = {"POST": "checkout:read"}

    @describe(
        "Pickup points",
        tag=TAG,
        description="Pickup points of one shipping option near an address, nearest first.",
        request=PointQuestionSerializer,
        answers={200: PointsSerializer},
        problems=(400,),
        examples=(
            request_example(
                "Near Torget",
                {"shipping_option": "Pickup parcel", "market": "NOR", "recipient": QUESTION["recipient"]},
            ),
            answer_example(
                "One point", {"source": "live", "age": 0, "reason": "", "pickup_points": [POINT]}, 200
            ),
        ),
        operation_id="checkout_pickup_points",
    )
    def post(self, request: Request) -> Response:
        asked = read(PointQuestionSerializer, request.data)
        visit, live = read_visit(asked), runtime(current_tenant().pk)
        try:
            offer = find_offer(live, asked["shipping_option"], visit.market.code)
        except UnknownShippingOption as error:
            raise Problem.of_fields({"shipping_option": [f"{error}"]}) from None
        return Response(PointsSerializer(pickup_points(live, visit, offer)).data)
