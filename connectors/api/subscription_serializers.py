"""Event subscriptions and their deliveries as callers of the API send and see them."""
# mypy: disable-error-code="type-arg, call-arg"

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from connectors.models import DeliveryAttempt, EventDelivery, EventSubscription
from connectors.subscriptions.editing import KEPT
from connectors.subscriptions.health import state_of
from connectors.subscriptions.keys import check_secret
from eventlog.events import CATEGORIES
from tenants.apikit import StrictSerializer
from tenants.apikit.moments import MomentField
from tenants.personal import shown

DELIVERY_STATES = EventDelivery.State.values


def _names(help_text: str) -> serializers.ListField:
    one = serializers.CharField(max_length=80)
    return serializers.ListField(
        child=one, max_length=100, required=False, help_text=f"{help_text} Empty: all."
    )


class HeaderSerializer(StrictSerializer):
    name = serializers.CharField(max_length=200)
    value = serializers.CharField(
        max_length=4000, help_text=f"Of a secret one {KEPT} is answered; sending that back keeps it."
    )
    is_secret = serializers.BooleanField(default=False)


class SubscriptionSerializer(serializers.ModelSerializer):
    """`state` is well, new, failing, off, or disabled: switched off because its receiver was gone."""

    payload = serializers.ChoiceField(["thin", "full"])
    categories = serializers.ListField(child=serializers.CharField())
    order_types = serializers.ListField(child=serializers.CharField())
    statuses = serializers.ListField(child=serializers.CharField())
    stores = serializers.ListField(child=serializers.CharField())
    markets = serializers.ListField(child=serializers.CharField())
    headers = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = EventSubscription
        fields = [
            *("id", "name", "url", "active", "payload", "in_order"),
            *("categories", "order_types", "statuses", "stores", "markets", "errors_only"),
            *("headers", "state", "disabled_at", "disabled_reason"),
            *("succeeded_at", "failed_at", "failing_since", "former_until", "created_at"),
        ]

    def get_headers(self, row: EventSubscription) -> list[dict[str, Any]]:
        return [
            {
                "name": item.name,
                "value": KEPT if item.is_secret else item.value,
                "is_secret": item.is_secret,
            }
            for item in row.headers.all()
        ]

    def get_state(self, row: EventSubscription) -> str:
        return state_of(row)[0]


class IssuedSubscriptionSerializer(SubscriptionSerializer):
    """With its signing secret, which is answered this once."""

    secret = serializers.CharField()

    class Meta(SubscriptionSerializer.Meta):
        fields = [*SubscriptionSerializer.Meta.fields, "secret"]


class SubscriptionChangeSerializer(StrictSerializer):
    """Sets the fields that are sent; `headers` replaces all of them."""

    name = serializers.CharField(max_length=200, required=False)
    url = serializers.CharField(max_length=500, required=False, help_text="An https address.")
    active = serializers.BooleanField(required=False)
    payload = serializers.ChoiceField(["thin", "full"], required=False)
    in_order = serializers.BooleanField(
        required=False,
        help_text="An order's next event waits until the one before it is delivered or given up.",
    )
    categories = serializers.ListField(
        child=serializers.ChoiceField(CATEGORIES), required=False, max_length=100
    )
    order_types = _names("Names of order types.")
    statuses = _names("Statuses that the order had when it happened.")
    stores = _names("Codes of stores.")
    markets = _names("Codes of markets.")
    errors_only = serializers.BooleanField(required=False)
    headers = HeaderSerializer(many=True, required=False, max_length=20)


class NewSubscriptionSerializer(SubscriptionChangeSerializer):
    name = serializers.CharField(max_length=200)
    url = serializers.CharField(max_length=500, help_text="An https address.")
    secret = serializers.CharField(
        max_length=200,
        required=False,
        help_text="whsec_ and the base64 of 24 to 64 random bytes; one is made when it is left out.",
    )

    def validate_secret(self, value: str) -> str:
        try:
            return check_secret(value)
        except ValueError as error:
            raise serializers.ValidationError(f"This is no signing secret; {error}") from None


class NothingSerializer(StrictSerializer):
    """Takes nothing; send an empty object."""


class SecretSerializer(serializers.Serializer):
    """`former_until` is until when the secret before it signs beside it."""

    secret = serializers.CharField()
    former_until = serializers.DateTimeField()


class SendAgainSerializer(StrictSerializer):
    what = serializers.ChoiceField(
        ["failed", "missed"],
        help_text="failed: what was given up. missed: events that were not sent to it, such as while it was off.",
    )
    since = MomentField(help_text="Within the last 14 days.")


class CountSerializer(serializers.Serializer):
    messages = serializers.IntegerField(help_text="How many are on their way.")


class AttemptSerializer(serializers.ModelSerializer):
    """One try. `status_code` is null when no answer came."""

    error = serializers.SerializerMethodField()

    class Meta:
        model = DeliveryAttempt
        fields = ["number", "at", "succeeded", "status_code", "error", "duration_ms"]

    def get_error(self, row: DeliveryAttempt) -> str:
        return str(shown(row.error))


class DeliverySerializer(serializers.ModelSerializer):
    """One event on its way to one subscription. `event` is null for a test."""

    subscription = serializers.IntegerField(source="subscription_id")
    event = serializers.IntegerField(source="event_id", allow_null=True)
    order = serializers.CharField(source="order_number")
    state = serializers.ChoiceField(DELIVERY_STATES)
    error = serializers.SerializerMethodField()

    class Meta:
        model = EventDelivery
        fields = [
            *("id", "subscription", "message_id", "event", "category", "order", "state", "attempts"),
            *("created_at", "next_try_at", "delivered_at", "status_code", "error"),
        ]

    def get_error(self, row: EventDelivery) -> str:
        return str(shown(row.error))


class WholeDeliverySerializer(DeliverySerializer):
    """With every try, newest first."""

    tries = AttemptSerializer(many=True)

    class Meta(DeliverySerializer.Meta):
        fields = [*DeliverySerializer.Meta.fields, "tries"]


class TestSerializer(serializers.Serializer):
    """How a test went."""

    delivered = serializers.BooleanField()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    duration_ms = serializers.IntegerField()
    delivery = serializers.IntegerField(help_text="Id of the delivery.")


class DeliveryQuerySerializer(StrictSerializer):
    subscription = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    state = serializers.ChoiceField(DELIVERY_STATES, required=False)
    order = serializers.CharField(max_length=100, required=False, help_text="The order's number.")


class SubscriptionQuerySerializer(StrictSerializer):
    active = serializers.BooleanField(required=False)


EXAMPLE: Mapping[str, Any] = {
    "name": "Shop",
    "url": "https://shop.example/crossdock/events",
    "categories": ["Created", "Updated", "Canceled"],
    "statuses": ["Shipped"],
    "payload": "thin",
    "headers": [{"name": "X-Channel", "value": "crossdock"}],
}
