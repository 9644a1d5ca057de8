"""Which connector would serve an order at a step, and why."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.explaining import Candidate, Explanation
from tenants.apikit import StrictSerializer
from tenants.models import ApiKey
from workflows.api.openapi import describe
from workflows.api.problems import OrderApi
from workflows.api.queries import read_query
from workflows.explaining import Answer, Question, answer
from workflows.models import Order


class QuestionSerializer(StrictSerializer):
    step = serializers.CharField(
        required=False,
        help_text='"Order type/Status/number of the step" of a published order type: Online/Ship/2.',
    )
    name = serializers.CharField(required=False, help_text="Instead of a step: a connector's Name or Type.")
    connector_id = serializers.CharField(required=False, help_text="With a name, or alone.")
    market = serializers.CharField(required=False, help_text="Code of the market; an order gives its own.")
    store = serializers.CharField(required=False, help_text="Code of the store; an order gives its own.")
    order = serializers.CharField(required=False, help_text="An order's number.")


class CandidateSerializer(serializers.Serializer):
    name = serializers.CharField()
    connector_id = serializers.CharField()
    type = serializers.CharField()
    store = serializers.CharField(help_text="Code of the store that the connector belongs to.")
    chosen = serializers.BooleanField()
    rule = serializers.CharField(
        help_text="connector_id, market, market_group, global, or empty where it is out."
    )
    reason = serializers.CharField()


@extend_schema_serializer(many=False)
class ResolutionSerializer(serializers.Serializer):
    """Of the generation that is live now. `chosen` is null where no connector can be chosen; `error` says why."""

    generation = serializers.IntegerField()
    name = serializers.CharField()
    connector_id = serializers.CharField()
    market = serializers.CharField()
    market_groups = serializers.ListField(child=serializers.CharField())
    store = serializers.CharField()
    chosen = CandidateSerializer(allow_null=True)
    rule = serializers.CharField()
    error = serializers.CharField()
    note = serializers.CharField(help_text="What is said of a step that resolves no connector.")
    store_note = serializers.CharField(help_text="What the store has to do with it.")
    trace = serializers.ListField(
        child=serializers.CharField(), help_text="One sentence for each rule tried."
    )
    candidates = CandidateSerializer(many=True)


@extend_schema_view(
    list=describe(
        "Explain which connector is chosen",
        tag="Connectors",
        description="Asks the published configuration which connector would serve, by which rule, and why no other.",
        parameters=(QuestionSerializer,),
        answers={200: ResolutionSerializer},
        problems=(400,),
    )
)
class ResolutionViewSet(OrderApi):
    scopes = {"list": "orders:read"}
    queryset = Order.objects.none()
    serializer_class = ResolutionSerializer
    pagination_class: Any = None
    filter_backends: list[Any] = []

    def list(self, request: Request) -> Response:
        key = request.auth
        assert isinstance(key, ApiKey)
        found = answer(key.tenant_id, Question(**read_query(QuestionSerializer, request)))
        return Response(_document(found))


def _document(found: Answer) -> dict[str, Any]:
    told = found.explanation
    return {
        "generation": found.generation,
        **{name: getattr(found.question, name) for name in ("name", "connector_id", "market", "store")},
        "market_groups": list(found.groups),
        "note": found.aside,
        **(_explained(told) if told else _EMPTY),
    }


_EMPTY: dict[str, Any] = {
    "chosen": None,
    "rule": "",
    "error": "",
    "store_note": "",
    "trace": [],
    "candidates": [],
}


def _explained(told: Explanation) -> dict[str, Any]:
    candidates = [_candidate(item) for item in told.candidates]
    return {
        "chosen": next((item for item in candidates if item["chosen"]), None),
        "rule": told.resolution.rule if told.resolution else "",
        "error": told.error,
        "store_note": told.store,
        "trace": list(told.trace),
        "candidates": candidates,
    }


def _candidate(item: Candidate) -> dict[str, Any]:
    return {
        "name": item.connector.name,
        "connector_id": item.connector.connector_id,
        "type": item.connector.slug,
        "store": item.connector.store,
        "chosen": item.chosen,
        "rule": item.rule,
        "reason": item.reason,
    }
