"""What the configuration API reads and answers, besides the documents themselves."""
# mypy: disable-error-code="type-arg, call-arg"

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from connectors.as_code.shapes import ConnectorShape
from tenants.apikit import StrictSerializer

CONFIGURATION_STATES = ["live", "changed", "draft", "retired"]
_LARGEST = 2_000_000_000


class DraftSerializer(serializers.Serializer):
    """What is configured, as its draft says it. Subclasses have its document."""

    id = serializers.IntegerField()
    name = serializers.CharField(help_text="What other documents name it by.")
    state = serializers.ChoiceField(
        CONFIGURATION_STATES,
        help_text="changed: live, and its draft says something else. draft: never published.",
    )
    version = serializers.IntegerField(help_text="Number of the version that is live; 0 for none.")
    draft = serializers.CharField(help_text="Names the draft as it is now; the ETag.")


class ConnectorDraftSerializer(DraftSerializer):
    document = ConnectorShape()


class DifferenceSerializer(serializers.Serializer):
    """Secrets are only ever set, not set, or changed."""

    path = serializers.CharField(help_text="Place in the document: properties > Limit > value.")
    old = serializers.CharField()
    new = serializers.CharField()


class FindingSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="Sent in `confirm`, it confirms a warning.")
    field = serializers.CharField(help_text="What the editor calls the place; empty for the whole.")
    message = serializers.CharField()
    blocks = serializers.BooleanField(help_text="An error, which cannot be confirmed.")


class ChecklistSerializer(serializers.Serializer):
    draft = serializers.CharField(help_text="The draft that this is about.")
    findings = FindingSerializer(many=True)
    changes = DifferenceSerializer(many=True, help_text="What publishing would change.")


class ChangesSerializer(serializers.Serializer):
    changes = DifferenceSerializer(many=True)


class PublishSerializer(StrictSerializer):
    comment = serializers.CharField(
        default="", allow_blank=True, max_length=400, help_text="Kept with the version."
    )
    confirm = serializers.ListField(
        child=serializers.CharField(max_length=50),
        default=list,
        max_length=50,
        help_text="Codes of warnings of the checklist that are meant.",
    )
    draft = serializers.CharField(
        required=False, max_length=64, help_text="The draft that was looked at; as If-Match."
    )


class RetireSerializer(StrictSerializer):
    comment = serializers.CharField(default="", allow_blank=True, max_length=400)


class RollBackSerializer(StrictSerializer):
    version = serializers.IntegerField(min_value=1, max_value=_LARGEST)


class EmptySerializer(StrictSerializer):
    """Takes nothing; send an empty object."""


class TrialSerializer(serializers.Serializer):
    """What came of a call with the draft. `message` tells the cure."""

    passed = serializers.BooleanField()
    message = serializers.CharField()
    duration_ms = serializers.IntegerField()


class VersionSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    published_by = serializers.SerializerMethodField(help_text="User name; empty for callers of the API.")
    comment = serializers.CharField()
    retired = serializers.BooleanField(help_text="Whether this took it out of service.")

    def get_published_by(self, row: Any) -> str:
        return str(row.published_by.get_username()) if row.published_by else ""


class WholeVersionSerializer(VersionSerializer):
    """With what it changed, and its document."""

    changes = DifferenceSerializer(many=True)
    document = serializers.DictField(child=serializers.JSONField())


class DraftQuerySerializer(StrictSerializer):
    retired = serializers.BooleanField(required=False)


class DifferenceQuerySerializer(StrictSerializer):
    """Left out, `from` is the version that is live and `to` the draft; 0 is before the first version."""

    to = serializers.IntegerField(required=False, min_value=1, max_value=_LARGEST)

    def get_fields(self) -> dict[str, Any]:
        before = serializers.IntegerField(required=False, min_value=0, max_value=_LARGEST)
        return {"from": before, **super().get_fields()}


EXAMPLE: Mapping[str, Any] = {
    "type": "stripe",
    "connector_id": "Stripe-NO",
    "is_test": True,
    "authentication": {"bearer_token": "sk_test_51H8"},
    "properties": [{"key": "WebhookSecret", "secret": "whsec_8f2a"}],
    "markets": {"enabled": ["NOR"]},
}
