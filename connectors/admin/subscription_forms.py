"""The forms of an event subscription and of its headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.admin.forms import SecretRowForm
from connectors.models import EventSubscription, EventSubscriptionHeader
from connectors.secret_keys import is_secret_header
from connectors.subscriptions.standing import switch_on
from connectors.validation import codes_of
from eventlog.events import Category
from tenants.adminkit import ManyOfField, SeveralOfField, TenantForm
from tenants.models import Market, Store

_ALL = "None chosen: all."


class SubscriptionForm(TenantForm):
    """Filters are chosen from what the tenant has; what a row names already stays."""

    categories = SeveralOfField(label="Categories", required=False, help_text=_ALL)
    order_types = ManyOfField(label="Order types", required=False, help_text=_ALL)
    statuses = ManyOfField(
        label="Order statuses",
        required=False,
        help_text=f"{_ALL} The order's status when it happened counts.",
    )
    stores = ManyOfField(label="Stores", required=False, help_text=_ALL)
    markets = ManyOfField(label="Markets", required=False, help_text=_ALL)

    class Meta:
        model = EventSubscription
        fields = (
            *("name", "url", "active", "payload", "in_order"),
            *("categories", "order_types", "statuses", "stores", "markets", "errors_only"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: dict[str, Iterable[str]] = {
            "categories": [item.value for item in Category],
            "order_types": codes_of("OrderType"),
            "statuses": codes_of("OrderStatus"),
            "stores": Store.objects.values_list("code", flat=True),
            "markets": Market.objects.values_list("code", flat=True),
        }
        for name, codes in known.items():
            if name in self.fields:  # who may only look gets the fields as text
                field: Any = self.fields[name]
                field.choices = [
                    (code, code) for code in dict.fromkeys([*codes, *getattr(self.instance, name)])
                ]

    def save(self, commit: bool = True) -> Any:
        if "active" in self.changed_data and self.instance.active:
            switch_on(self.instance)
        return super().save(commit)


class SubscriptionHeaderForm(SecretRowForm):
    class Meta:
        model = EventSubscriptionHeader
        exclude = ["secret"]

    def owner(self) -> Any:
        return self.instance.subscription

    def looks_secret(self, cleaned: dict[str, Any]) -> bool:
        return is_secret_header(cleaned.get("name", ""))
