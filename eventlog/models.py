from __future__ import annotations

import math
import re
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from eventlog.events import Category, Outcome
from tenants.scoping import BusyTenantModel

#: What stays as it is, and in the group half a pair: a written backslash may stand before what only looks like one.
_SURROGATES = re.compile(r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(\\ud[89a-f][0-9a-f]{2})")


class StorableEncoder(DjangoJSONEncoder):
    """Broken answers carry NUL, half surrogate pairs and NaN, which PostgreSQL refuses; an event always stores."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_nan": False})

    def encode(self, o: Any) -> str:
        return self._quickly(o) or self._slowly(o)

    def _quickly(self, o: Any) -> str:
        """Nothing where the quick encoder would refuse, or write null for a number that is none."""
        try:
            text = orjson.dumps(o, default=self.default).decode()
        except TypeError:
            return ""
        return "" if "null" in text and _finite(o) != o else text.replace("\\u0000", "\\ufffd")

    def _slowly(self, o: Any) -> str:
        try:
            text = super().encode(o)
        except ValueError:
            text = super().encode(_finite(o))
        except RecursionError:
            text = super().encode({name: self._if_shallow(item) for name, item in dict(o).items()})
        text = text.replace("\\u0000", "\\ufffd")
        return _SURROGATES.sub(_whole, text) if "\\ud" in text else text

    def _if_shallow(self, item: Any) -> Any:
        try:
            super().encode(item)
        except RecursionError:
            return "[nested too deeply to be stored]"
        return item

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _whole(found: re.Match[str]) -> str:
    return r"\ufffd" if found[1] else found[0]


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


class Event(BusyTenantModel):
    """Something that happened. Ids and names of other apps' rows are kept as values, so that events outlive them."""

    category = models.CharField(max_length=20, choices=[(item.value, item.value) for item in Category])
    outcome = models.CharField(
        max_length=10, choices=[(item.value, item.value.capitalize()) for item in Outcome]
    )
    message = models.TextField()
    at = models.DateTimeField("time", default=timezone.now)
    connector_id = models.BigIntegerField(null=True, blank=True)
    connector_name = models.CharField("connector", max_length=200, blank=True)
    connector_category = models.CharField(max_length=50, blank=True)
    provider = models.CharField(max_length=100, blank=True)
    operation = models.CharField(max_length=100, blank=True)
    order_id = models.BigIntegerField(null=True, blank=True)
    order_number = models.CharField("order", max_length=100, blank=True)
    run_id = models.BigIntegerField(null=True, blank=True)
    step_run_id = models.BigIntegerField(null=True, blank=True)
    step = models.CharField(max_length=200, blank=True)
    effect_id = models.UUIDField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField("duration (ms)", null=True, blank=True)
    actor = models.CharField(max_length=200, blank=True)
    market = models.CharField(max_length=50, blank=True)
    store = models.CharField(max_length=50, blank=True)
    method = models.CharField(max_length=10, blank=True)
    url = models.TextField("URL", blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    request_id = models.CharField(
        max_length=100,
        blank=True,
        help_text="What the caller, or the vendor that was called, names the request by.",
    )
    details = models.JSONField(null=True, blank=True, encoder=StorableEncoder)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="event_by_time"),
            models.Index(
                fields=["tenant", "order_id", "-id"], name="event_order", condition=Q(order_id__isnull=False)
            ),
            models.Index(
                fields=["tenant", "connector_id", "-at", "-id"],
                name="event_of_connector",
                condition=Q(connector_id__isnull=False),
            ),
            models.Index(
                fields=["tenant", "order_number", "-id"],
                name="event_order_number",
                condition=~Q(order_number=""),
            ),
            models.Index(fields=["tenant", "request_id"], name="event_request", condition=~Q(request_id="")),
            models.Index(fields=["tenant", "category", "-at"], name="event_category"),
            models.Index(fields=["tenant", "outcome", "-at"], name="event_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.message[:80]}"


class EventPayload(BusyTenantModel):
    """The redacted request and response of a call, apart because they are pruned long before their event."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="payload")
    request = models.JSONField(null=True, blank=True, encoder=StorableEncoder)
    response = models.JSONField(null=True, blank=True, encoder=StorableEncoder)

    def __str__(self) -> str:
        return f"Payload of event {self.pk}"
