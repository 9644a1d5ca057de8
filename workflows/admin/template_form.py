from __future__ import annotations

from typing import Any

from tenants.adminkit import OneOfField, SeveralOfField, TenantForm
from workflows.models import NotificationTemplate, OrderStatus, OrderType


class TemplateForm(TenantForm):
    """Statuses and order types are chosen from those that the tenant has drafted; what a row names already stays."""

    statuses = SeveralOfField(
        label="Order statuses",
        required=False,
        help_text=NotificationTemplate._meta.get_field("statuses").help_text,
    )
    order_type = OneOfField(label="Order type", required=False)

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


def _choices(names: Any) -> list[tuple[str, str]]:
    return [(name, name) for name in dict.fromkeys(names)]
