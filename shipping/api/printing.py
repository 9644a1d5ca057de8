"""The print queue of a warehouse, as a workstation with a label printer polls it."""

from __future__ import annotations

import base64

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from shipping import printing
from shipping.api.views import NUMBER, REFERENCE
from shipping.models import PrintJob, PrintState, Shipment
from tenants.apikit import ApiView, Problem, StrictSerializer, read, show
from tenants.models import Store
from workflows.api.openapi import IDEMPOTENCY, answer_example, describe, request_example

TAG = "Printing"
_STORE = OpenApiParameter(
    "store", OpenApiTypes.STR, OpenApiParameter.PATH, description="Code of the store or warehouse."
)
_MOST = 20
JOB = {
    "id": 4711,
    "order": "100234",
    "shipment": "8c5d5d5b0d6e4d3f9a9d0b6c3a7f1e22",
    "state": "claimed",
    "attempts": 1,
    "requested_by": "step:17",
    "created_at": "2026-05-03T11:58:00Z",
    "claimed_until": "2026-05-03T12:00:00Z",
}
_CLAIMED = {
    **{name: value for name, value in JOB.items() if name != "state"},
    "content_type": "application/pdf",
    "content": "JVBERi0xLjQ=",
}


class PrintJobSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    order = serializers.CharField(source="shipment.order.number")
    shipment = serializers.CharField(source="shipment.reference", help_text="Our reference of the shipment.")
    state = serializers.ChoiceField(PrintState.choices)
    attempts = serializers.IntegerField(help_text="How often a workstation took it.")
    requested_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    claimed_until = serializers.DateTimeField(allow_null=True)


class ClaimedJobSerializer(PrintJobSerializer):
    """A label that is the workstation's own for a while."""

    state = None  # type: ignore[assignment]
    content_type = serializers.CharField(source="shipment.label.content_type")
    content = serializers.SerializerMethodField(help_text="The label, base64.")

    def get_content(self, job: PrintJob) -> str:
        return base64.b64encode(bytes(job.shipment.label.content)).decode()


class ClaimSerializer(StrictSerializer):
    """Who prints, and how many labels at most."""

    workstation = serializers.CharField(max_length=100)
    most = serializers.IntegerField(min_value=1, max_value=_MOST, required=False, default=1)


class ResultSerializer(StrictSerializer):
    """What became of a claimed label."""

    workstation = serializers.CharField(max_length=100, help_text="The one that claimed it.")
    printed = serializers.BooleanField(help_text="False puts it back into the queue.")
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class PrintQueue(ApiView):
    scopes = {"GET": "printing:read"}

    @describe(
        "Waiting labels",
        tag=TAG,
        description="What waits for a printer of the warehouse, oldest first; at most 100.",
        parameters=(_STORE,),
        answers={200: PrintJobSerializer(many=True)},
        problems=(404,),
        operation_id="print_queue",
    )
    def get(self, request: Request, store: str) -> Response:
        rows = printing.waiting(_store(store).pk).select_related("shipment__order")[:100]
        return Response([show(PrintJobSerializer, row) for row in rows])


class ClaimLabels(ApiView):
    scopes = {"POST": "printing:write"}

    @describe(
        "Claim labels",
        tag=TAG,
        description=(
            "Takes the oldest waiting labels to a printer for two minutes; what is not confirmed by then is anybody's again."
        ),
        request=ClaimSerializer,
        parameters=(_STORE,),
        answers={200: ClaimedJobSerializer(many=True)},
        problems=(400, 404),
        examples=(
            request_example("One label", {"workstation": "packing-1"}),
            answer_example("A label", _CLAIMED, 200),
        ),
        operation_id="print_queue_claim",
    )
    def post(self, request: Request, store: str) -> Response:
        data = read(ClaimSerializer, request.data)
        jobs = printing.claim(_store(store).pk, data["workstation"], data["most"])
        return Response([show(ClaimedJobSerializer, job) for job in jobs])


class EndPrintJob(ApiView):
    scopes = {"POST": "printing:write"}

    @describe(
        "Tell that a label was printed",
        tag=TAG,
        description="Or that it was not, which puts it back into the queue. Saying it twice is all right.",
        request=ResultSerializer,
        parameters=(
            OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="The job's id."),
        ),
        answers={200: PrintJobSerializer},
        problems=(400, 404, 409),
        examples=(request_example("Printed", {"workstation": "packing-1", "printed": True}),),
        operation_id="print_job_result",
    )
    def post(self, request: Request, id: int) -> Response:
        data = read(ResultSerializer, request.data)
        try:
            if data["printed"]:
                job = printing.printed(id, data["workstation"])
            else:
                job = printing.failed(id, data["workstation"], data["reason"])
        except PrintJob.DoesNotExist:
            raise Problem(404, "not-found", f"There is no print job {id}; check the id.") from None
        except printing.NotYours as error:
            raise Problem(409, "not-claimed", f"{error}.") from None
        return Response(show(PrintJobSerializer, job))


class PrintLabel(ApiView):
    scopes = {"POST": "printing:write"}

    @describe(
        "Print a label",
        tag=TAG,
        description=(
            "Puts the shipment's label into the print queue of the warehouse that sends; one that waits there waits on."
        ),
        request=None,
        parameters=(NUMBER, REFERENCE, IDEMPOTENCY),
        answers={200: PrintJobSerializer},
        problems=(404, 409),
        operation_id="orders_shipments_print",
    )
    def post(self, request: Request, number: str, reference: str) -> Response:
        rows = Shipment.objects.select_related("label", "order").defer("label__content")
        shipment = rows.filter(order__number=number, reference=reference).first()
        if shipment is None:
            raise Problem(
                404, "not-found", f"Order {number} has no shipment {reference}; check the reference."
            )
        try:
            job = printing.enqueue(shipment, f"API key {request.auth}")
        except printing.NothingToPrint as error:
            raise Problem(409, "no-label", f"{error}.") from None
        return Response(show(PrintJobSerializer, job))


def _store(code: str) -> Store:
    found = Store.objects.filter(code__iexact=code).first()
    if found is None:
        raise Problem(404, "not-found", f"There is no store {code}; check the code.")
    return found
