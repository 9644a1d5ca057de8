"""Where documents hold secrets: written in clear or by a reference, and never read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from tenants.models import Secret
from tenants.secret_value import SecretValue

#: What stands for a stored secret in answers; sent back, it keeps what is stored.
KEPT = "(set)"
LONGEST_SECRET = 20_000

Path = tuple[Any, ...]
Change = Callable[[Path, Any], Any]


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret that a draft or a publication refers to."""

    id: str

    def reveal(self) -> SecretValue:
        """Raises VaultError when its key is missing."""
        return Secret.objects.select_related("tenant").get(pk=self.id).reveal()


class Keep:
    """What was sent to leave the stored secret as it is."""


KEEP = Keep()


class SecretField(serializers.CharField):
    """Gives KEEP, a SecretValue, or None; shows that there is a secret and no more."""

    def __init__(self, **options: Any) -> None:
        help_text = f"Write only: {KEPT} is answered where one is stored, and sending that back keeps it."
        given = {"allow_null": True, "allow_blank": False, "trim_whitespace": False, "help_text": help_text}
        super().__init__(**{**given, "max_length": LONGEST_SECRET, **options})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, SecretValue | Keep):
            return data
        text = super().run_validation(data)
        if not isinstance(text, str):
            return text
        return KEEP if text == KEPT else SecretValue(text.strip("\r\n"))

    def get_attribute(self, instance: Any) -> Any:
        """A row that holds a value has no secret, not an empty one."""
        default: Any = self.default
        if default is serializers.empty and self.field_name not in instance:
            raise serializers.SkipField
        return super().get_attribute(instance)

    def to_representation(self, value: Any) -> Any:
        return KEPT if value else None


def map_secrets(shape: Any, data: Any, change: Change, path: Path = ()) -> Any:
    """A copy of a document, checked or not, in which `change(path, value)` has replaced what stands for secrets."""
    if isinstance(shape, serializers.ListSerializer):
        rows = enumerate(data) if isinstance(data, list) else ()
        return [map_secrets(shape.child, row, change, (*path, place)) for place, row in rows] or data
    if isinstance(shape, SecretField):
        return change(path, data)
    if isinstance(shape, serializers.BaseSerializer) and isinstance(data, Mapping):
        fields: Mapping[str, Any] = shape.fields  # type: ignore[attr-defined]
        return {
            name: map_secrets(fields[name], item, change, (*path, name)) if name in fields else item
            for name, item in data.items()
        }
    return data


def settled(present: Any, given: Any, place: str) -> Any:
    """What a secret place is to refer to: the stored one where the same is given, else the new one.

    Raises ValidationError at `place` for a wish to keep what is not there.
    """
    if given is KEEP:
        if present is None:
            raise ValidationError({place: [f"No secret is stored here; send one instead of {KEPT}"]})
        return present
    if isinstance(given, SecretValue) and present is not None and present.reveal() == given:
        return present
    return given


def comparable(shape: Any, document: Any) -> Any:
    """For connectors.differences: secrets are told apart, and never shown."""
    return map_secrets(shape, document, lambda path, value: _mark(value))


def _mark(value: Any) -> str | None:
    if isinstance(value, StoredSecret):
        return value.id
    return "new" if value else None
