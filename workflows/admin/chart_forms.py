"""The forms of statuses, in their list and each by itself."""

from __future__ import annotations

from typing import Any

from connectors.admin.publishable import DraftForm
from connectors.models import Publishable
from connectors.overtaken import stamp
from tenants.adminkit import NamesField, TenantForm
from workflows.admin.step_rows import ROOM
from workflows.models import OrderStatus
from workflows.publication import status_document


class StatusForm(TenantForm):
    allowed_next = NamesField(
        label="Allowed next statuses", required=False, help_text="Names with commas; empty allows every one."
    )


class StatusRowForm(StatusForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].widget.attrs |= ROOM["position"]


class OrderStatusForm(StatusForm, DraftForm):
    """The draft is the whole chart; what this page shows of it is one status."""

    class Meta:
        model = OrderStatus
        fields = "__all__"

    @classmethod
    def root(cls, row: OrderStatus) -> Publishable:
        return row.order_type

    @classmethod
    def stamp(cls, row: OrderStatus) -> str:
        return stamp(row.order_type, status_document(row))
