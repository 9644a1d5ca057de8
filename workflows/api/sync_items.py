"""How products, prices, customers and stock stand with each connector."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers

from tenants.apikit import Pagination, StrictSerializer
from tenants.apikit.describing import FIELDS, describe
from tenants.personal import shown
from workflows.api.listing import ListApi
from workflows.models import SyncItem
from workflows.syncing.links import link_there


class SyncItemSerializer(serializers.ModelSerializer):
    """`key` is the SKU, or the customer's id there; `reason` why it failed or was skipped, in the other side's words."""

    connector = serializers.CharField(source="connector.display_name")
    key = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField(
        help_text="Where people see it there; empty where that is not known."
    )

    class Meta:
        model = SyncItem
        fields = [
            "id",
            "kind",
            "direction",
            "connector",
            "key",
            "part",
            "state",
            "reason",
            "external_id",
            "url",
            "tries",
            "succeeded_at",
            "failed_at",
            "next_try_at",
            "seen_at",
        ]

    def get_key(self, row: SyncItem) -> str:
        return str(shown(row.key))

    def get_reason(self, row: SyncItem) -> str:
        return str(shown(row.reason))

    def get_url(self, row: SyncItem) -> str:
        return link_there(row)


class SyncItemQuerySerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=SyncItem.Kind.choices, required=False)
    direction = serializers.ChoiceField(choices=SyncItem.Direction.choices, required=False)
    state = serializers.ChoiceField(choices=SyncItem.State.choices, required=False)
    key = serializers.CharField(max_length=200, required=False, help_text="A SKU, or a customer's id there.")
    connector = serializers.CharField(
        max_length=80, required=False, source="connector__connector_id", help_text="The Connector ID."
    )


@extend_schema_view(
    list=describe(
        "List sync states",
        tag="Sync state",
        parameters=(SyncItemQuerySerializer, FIELDS),
        answers={200: SyncItemSerializer(many=True)},
        problems=(400,),
    ),
)
class SyncItemViewSet(ListApi):
    queryset = SyncItem.objects.none()
    serializer_class = SyncItemSerializer
    query_serializer = SyncItemQuerySerializer
    pagination_class: Any = Pagination
    scopes = {"list": "tasks:read"}

    def get_queryset(self) -> QuerySet[SyncItem]:
        return SyncItem.objects.select_related("connector").defer("document")
