"""Acts on an order by hand: which are possible now, and doing one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import StrictSerializer, read
from workflows.api import examples
from workflows.api.acting import WAIT, asked_by, has_ended, run_answer, seconds_to_wait
from workflows.api.one_order import TAG, OneOrderApi
from workflows.api.openapi import IDEMPOTENCY, NUMBER, answer_example, describe, request_example
from workflows.api.runs import RunSerializer, run_document
from workflows.by_hand import Choice, Input, MoneyInput, OrderAct, Subject, all_acts, find_act, subjects
from workflows.by_hand.doing import LONGEST_REASON, do
from workflows.models import Order


class InputSerializer(serializers.Serializer):
    """A field that the action takes."""

    name = serializers.CharField()
    label: Any = serializers.CharField()
    help = serializers.CharField()
    kind = serializers.ChoiceField(["text", "money", "choice", "flag"])
    most = serializers.CharField(allow_null=True, help_text="The largest amount that is possible.")
    choices = serializers.ListField(child=serializers.CharField(), help_text="Empty when it is free.")


class ActionSerializer(serializers.Serializer):
    action = serializers.CharField()
    label: Any = serializers.CharField()
    group = serializers.CharField()
    possible = serializers.BooleanField()
    refusal = serializers.CharField(help_text="Why it is not possible now.")
    says = serializers.ListField(child=serializers.CharField(), help_text="What it would do.")
    needs_reason = serializers.BooleanField()
    inputs = InputSerializer(many=True)


class DoActionSerializer(StrictSerializer):
    """`action` and what it takes: GET tells which fields an action has."""

    action = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")
    amount = serializers.CharField(
        max_length=40, required=False, help_text="As decimal text in the order's currency; without it all."
    )
    payment = serializers.CharField(max_length=64, required=False, help_text="Reference of one payment.")
    to = serializers.CharField(max_length=100, required=False, help_text="Which connector receives it.")
    template = serializers.CharField(max_length=100, required=False)
    status = serializers.CharField(max_length=80, required=False)
    run_workflow = serializers.BooleanField(required=False)
    versions = serializers.ChoiceField(["then", "newest"], required=False)
    repeat = serializers.BooleanField(required=False)
    step = serializers.CharField(max_length=200, required=False)
    call = serializers.CharField(max_length=36, required=False, help_text="Which call is decided about.")
    outcome = serializers.ChoiceField(["carried-out", "not-carried-out"], required=False)
    number = serializers.CharField(
        max_length=200, required=False, help_text="Of what was made at the vendor."
    )


class DoneSerializer(serializers.Serializer):
    number = serializers.CharField()
    status = serializers.CharField()
    message = serializers.CharField()
    run: Any = RunSerializer(allow_null=True)


@extend_schema_view(
    list=describe(
        "List what can be done with an order",
        tag=TAG,
        description="All actions, each with whether it is possible now, what it would do, and the fields that it takes.",
        parameters=(NUMBER,),
        answers={200: ActionSerializer(many=True)},
        problems=(404,),
    ),
    create=describe(
        "Do something with an order",
        tag=TAG,
        description=(
            "Capture, refund, book, print, export again and whatever else the list of actions names. Runs in the "
            "background as a run of its own, which is told who asked and why. Refused with 409 when it is not possible "
            "now."
        ),
        parameters=(NUMBER, IDEMPOTENCY, WAIT),
        request=DoActionSerializer,
        answers={200: DoneSerializer, 202: DoneSerializer},
        problems=(400, 404, 409, 413, 415, 422, 503),
        examples=(
            request_example("Capture a part", examples.NEW_ACTION),
            answer_example("Under way", examples.ACTION_STARTED, 202),
        ),
    ),
)
class OrderActionViewSet(OneOrderApi):
    queryset = Order.objects.none()
    serializer_class = ActionSerializer
    pagination_class: Any = None
    scopes = {"list": "orders:read", "create": "orders:act"}

    def list(self, request: Request, number: str) -> Response:
        (subject,) = subjects([self.order()])
        return Response([_document(act, subject) for act in all_acts()])

    def create(self, request: Request, number: str) -> Response:
        seconds = seconds_to_wait(request)
        given = read(DoActionSerializer, request.data)
        order = self.order()
        act, reason = find_act(given.pop("action")), given.pop("reason")
        (subject,) = subjects([order])
        begun = do(act, subject, given, asked_by(request, self.actor, reason))
        ended = begun.run is None or has_ended(begun.run, seconds)
        order.refresh_from_db(fields=["status"])
        answer: dict[str, Any] = {"number": order.number, "status": order.status, "message": begun.message}
        if begun.run is None:
            return Response({**answer, "run": None})
        return run_answer(request, begun.run, {**answer, "run": run_document(begun.run.pk)}, ended=ended)


def _document(act: OrderAct, subject: Subject) -> dict[str, Any]:
    offer = act.offer(subject)
    return {
        "action": act.name,
        "label": act.label,
        "group": act.group,
        "possible": not offer.refusal,
        "refusal": offer.refusal,
        "says": list(offer.says),
        "needs_reason": act.needs_reason,
        "inputs": [_input(item) for item in offer.inputs],
    }


def _input(item: Input) -> dict[str, Any]:
    return {
        "name": item.name,
        "label": item.label,
        "help": item.help,
        "kind": item.kind,
        "most": str(item.most.amount) if isinstance(item, MoneyInput) else None,
        "choices": [value for value, _ in item.options] if isinstance(item, Choice) else [],
    }
