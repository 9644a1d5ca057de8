from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from connectors.models import Connector
from tenants.adminkit import TenantForm
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules import types


class _TypeField(forms.ChoiceField):
    """The model refuses unknown types, and says what to use instead."""

    def valid_value(self, value: Any) -> bool:
        return True


class ScheduledTaskForm(TenantForm):
    also_written = ("cursor",)
    type = _TypeField(label="Type")

    class Meta:
        model = ScheduledTask
        fields = ["name", "type", "cron", "time_zone", "connector", "properties", "active", "cursor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "connector" in self.fields:  # who may only look gets the fields as text
            self._offer()

    def _offer(self) -> None:
        """The types that are installed, and connectors that are published or chosen already."""
        kinds: Any = self.fields["type"]
        kinds.choices = [(name, f"{kind.label} ({name})") for name, kind in types.all_types().items()]
        connector: Any = self.fields["connector"]
        published = Connector.objects.filter(live__isnull=False, retired=False)
        chosen = Connector.objects.filter(pk=self.instance.connector_id)
        connector.queryset = published | chosen

    def clean_cursor(self) -> str:
        cursor = str(self.cleaned_data["cursor"])
        changed = self.instance.pk and "cursor" in self.changed_data
        if changed and self.instance.runs.filter(state__in=ScheduledRun.OPEN).exists():
            raise ValidationError("A run is under way and moves the cursor itself; change it after its end.")
        return cursor
