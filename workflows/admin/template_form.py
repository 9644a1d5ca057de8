from __future__ import annotations

from typing import Any

from connectors.contracts.notification import Notifier
from connectors.models import Connector
from connectors.validation import implementation_of
from tenants.adminkit import OneOfField, SeveralOfField, TenantForm
from workflows.models import Channel, NotificationTemplate, OrderStatus, OrderType
from workflows.notifications.hours import DAYS


class TemplateForm(TenantForm):
    """Statuses, order types and connectors are chosen from those that the tenant has drafted; what a row names already
    stays."""

    statuses = SeveralOfField(
        label="Order statuses",
        required=False,
        help_text=NotificationTemplate._meta.get_field("statuses").help_text,
    )
    order_type = OneOfField(label="Order type", required=False)
    connector = OneOfField(
        required=False, help_text=NotificationTemplate._meta.get_field("connector").help_text
    )
    open_days = SeveralOfField(
        label="Days",
        required=False,
        choices=[(str(number), day) for number, day in enumerate(DAYS, start=1)],
        help_text=NotificationTemplate._meta.get_field("open_days").help_text,
    )

    class Meta:
        model = NotificationTemplate
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "statuses" not in self.fields:  # who may only look gets the fields as text
            return
        statuses: Any = self.fields["statuses"]
        types: Any = self.fields["order_type"]
        drafted = OrderStatus.objects.order_by("position", "name").values_list("name", flat=True)
        statuses.choices = _choices([*drafted, *self.instance.statuses])
        known = [*OrderType.objects.values_list("name", flat=True), self.instance.order_type]
        types.choices = [("", "All order types"), *_choices(filter(None, known))]
        connector: Any = self.fields["connector"]
        connector.choices = [("", "The step's connector"), *_choices([*_senders(), self.instance.connector])]
        fallback: Any = self.fields.get("fallback")
        if fallback is not None:
            fallback.queryset = fallback.queryset.exclude(pk=self.instance.pk)

    def clean_open_days(self) -> list[int]:
        return [int(day) for day in self.cleaned_data["open_days"]]

    def clean(self) -> dict[str, Any]:
        """A connector that is chosen has to send what the template is for."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        channel, name = given.get("channel"), given.get("connector")
        if channel and name and channel not in _senders().get(name, {channel}):
            self.add_error("connector", f"{name} does not send {Channel(channel).label}; choose another one.")
        return given


def _senders() -> dict[str, set[str]]:
    """What the tenant's connectors send, by their names."""
    found: dict[str, set[str]] = {}
    rows = Connector.objects.filter(retired=False).order_by("name")
    for name, slug in rows.values_list("name", "type"):
        implementation = implementation_of(slug)
        if implementation is not None and issubclass(implementation, Notifier):
            found.setdefault(name, set()).update(implementation.channels)
    return found


def _choices(names: Any) -> list[tuple[str, str]]:
    return [(name, name) for name in dict.fromkeys(names) if name]
