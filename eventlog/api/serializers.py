from __future__ import annotations

from typing import Any

from rest_framework import serializers

from eventlog.events import OUTCOMES, Category
from eventlog.models import Event
from tenants.apikit import StrictSerializer
from tenants.apikit.moments import MomentField
from tenants.personal import shown

_LARGEST_ID = 2**63 - 1


class _Shown(serializers.Field):
    """Personal data in it only for keys that may see it."""

    def to_representation(self, value: Any) -> Any:
        return shown(value)


class ShownText(_Shown, serializers.CharField):
    pass


class ShownJson(_Shown, serializers.JSONField):
    pass


class EventSerializer(serializers.ModelSerializer):
    """Something that happened to an order, or a call to a vendor."""

    outcome = serializers.ChoiceField(OUTCOMES)
    message = ShownText()
    url = ShownText(help_text="What was called.")
    details = ShownJson(help_text="May be null.")
    order = serializers.CharField(source="order_number", help_text="The order's number; empty for none.")
    connector = serializers.CharField(source="connector_name")

    class Meta:
        model = Event
        fields = [
            "id",
            "at",
            "category",
            "outcome",
            "message",
            "order",
            "market",
            "store",
            "run_id",
            "step_run_id",
            "step",
            "connector",
            "connector_category",
            "provider",
            "operation",
            "actor",
            "method",
            "url",
            "status_code",
            "duration_ms",
            "request_id",
            "details",
        ]


class WholeEventSerializer(EventSerializer):
    """With what was sent and received, redacted; null when it is not kept any more, or the key may not see it."""

    request = serializers.JSONField(source="sent", help_text="May be null.")
    response = serializers.JSONField(source="received", help_text="May be null.")

    class Meta(EventSerializer.Meta):
        fields = [*EventSerializer.Meta.fields, "request", "response"]


class EventQuerySerializer(StrictSerializer):
    order = serializers.CharField(max_length=100, required=False, help_text="The order's number.")
    category = serializers.ChoiceField([item.value for item in Category], required=False)
    outcome = serializers.ChoiceField(OUTCOMES, required=False)
    connector = serializers.CharField(max_length=200, required=False, help_text="Name of the connector.")
    provider = serializers.CharField(max_length=100, required=False, help_text="Such as stripe.")
    operation = serializers.CharField(max_length=100, required=False)
    run = serializers.IntegerField(
        min_value=1, max_value=_LARGEST_ID, required=False, help_text="Id of a run; with its order."
    )
    request_id = serializers.CharField(max_length=100, required=False)
    since = MomentField(required=False, help_text="At this time or later.")
    before = MomentField(required=False, help_text="Before this time.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "run" in attrs and "order" not in attrs:
            raise serializers.ValidationError(
                {"order": "This is missing; send the number of the run's order."}
            )
        return attrs
