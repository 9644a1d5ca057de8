"""Event subscriptions: the list with how deliveries go, and the editor. What is saved is in force within a second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from connectors.admin.subscription_forms import SubscriptionForm, SubscriptionHeaderForm
from connectors.models import EventDelivery, EventSubscription, EventSubscriptionHeader
from connectors.subscriptions import health
from connectors.subscriptions.keys import new_secret, set_secret
from tenants.adminkit import TabularInline, TrackedAdmin, action, display, link, register_page
from tenants.dashboard import register_waiting
from tenants.models import Right

_COLOURS = {"well": "success", "new": "info", "failing": "warning", "off": "", "disabled": "danger"}
_FILTERS = ("categories", "order_types", "statuses", "stores", "markets")


class SubscriptionHeaderInline(TabularInline):
    model = EventSubscriptionHeader
    form = SubscriptionHeaderForm
    edit_right = Right.PUBLISH
    tab = True
    fields = ["name", "value", "is_secret", "remove_secret"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form = type(formset.form.__name__, (formset.form,), {"user": request.user})
        return formset


@admin.register(EventSubscription)
class EventSubscriptionAdmin(TrackedAdmin):
    form = SubscriptionForm
    edit_right = Right.PUBLISH
    inlines = [SubscriptionHeaderInline]
    first_tab = "Subscription"
    nothing = (
        "An event subscription tells one of your systems what happens here: each event that passes its filters is sent "
        "to a URL, signed, and tried again for three days until it has arrived."
    )
    list_display = ["name", "url", "sends", "shown_state", "waiting", "given_up", "last_success"]
    list_filter = ["active"]
    search_fields = ["name", "url"]
    readonly_fields = ["shown_state", "told", "signing", "deliveries"]
    actions_detail = ["send_test", "send_again", "renew_secret"]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": ["name", "url", "active", "payload", "in_order"]}),
        ("Which events", {"fields": [*_FILTERS, "errors_only"]}),
        ("How it stands", {"fields": ["shown_state", "told", "signing", "deliveries"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one has no state yet."""
        return self.fieldsets if obj else self.fieldsets[:-1]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The figures of all rows of a page, read together."""
        found = super().get_changelist_instance(request)
        figures = health.figures([row.pk for row in found.result_list])
        for row in found.result_list:
            row.figures = figures[row.pk]
        return found

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.adopt_tenant()
            request.issued_secret = new_secret()  # type: ignore[attr-defined]
            set_secret(obj, request.issued_secret, request.user)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Shows the secret in this very answer: a message would carry it through a cookie or the session."""
        return issued(self, request, obj, request.issued_secret)  # type: ignore[attr-defined]

    @action(description="Send test", url_path="test", permissions=["act"], icon="send")
    def send_test(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(reverse("admin:event-subscription-test", args=[object_id]))

    @action(description="Send again", url_path="again", permissions=["act"], icon="replay")
    def send_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(reverse("admin:event-subscription-again", args=[object_id]))

    @action(description="Renew secret", url_path="renew", permissions=["publish"], icon="key")
    def renew_secret(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(reverse("admin:event-subscription-secret", args=[object_id]))

    @admin.display(description="Sends")
    def sends(self, obj: EventSubscription) -> str:
        parts = [", ".join(getattr(obj, name)) for name in _FILTERS if getattr(obj, name)]
        parts += ["errors only"] if obj.errors_only else []
        return f"{'; '.join(parts) or 'every event'} ({obj.payload})"

    @display(description="State", label=_COLOURS)
    def shown_state(self, obj: EventSubscription) -> tuple[str, str]:
        return health.state_of(obj)

    @admin.display(description="Waiting")
    def waiting(self, obj: Any) -> str:
        return f"{obj.figures.pending:,}"

    @admin.display(description="Given up")
    def given_up(self, obj: Any) -> str:
        return f"{obj.figures.failed:,}"

    @admin.display(description="Last success")
    def last_success(self, obj: EventSubscription) -> str:
        if obj.succeeded_at is None:
            return "-"
        fresh = timezone.now() - obj.succeeded_at < timedelta(minutes=1)
        return "just now" if fresh else f"{timesince(obj.succeeded_at, timezone.now(), depth=1)} ago"

    @admin.display(description="What that means")
    def told(self, obj: EventSubscription) -> str:
        return health.explanation(obj)

    @admin.display(description="Signing secret")
    def signing(self, obj: EventSubscription) -> str:
        told = obj.secret.describe() if obj.secret else "not set; renew it"
        until = obj.former_until
        former = until is not None and until > timezone.now()
        return f"{told}; the one before signs too until {until:%Y-%m-%d %H:%M} UTC" if former else told

    @admin.display(description="Deliveries")
    def deliveries(self, obj: EventSubscription) -> str:
        opts = EventDelivery._meta
        every = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        return link(f"{every}?subscription__id__exact={obj.pk}", "All deliveries")


def issued(page: Any, request: HttpRequest, subscription: EventSubscription, plain: str) -> HttpResponse:
    """The page that shows a secret, once."""
    context = {
        **page.admin_site.each_context(request),
        "title": f"Secret of {subscription.name}",
        "opts": subscription._meta,
        "original": subscription,
        "plain": plain,
    }
    return TemplateResponse(
        request, "admin/connectors/subscriptions/secret.html", context, headers={"Cache-Control": "no-store"}
    )


register_page(
    "Event Subscriptions",
    "Event Subscriptions",
    "admin:connectors_eventsubscription_changelist",
    icon="notifications_active",
    first=True,
)
register_waiting(
    "event subscription cannot deliver and needs somebody",
    "event subscriptions cannot deliver and need somebody",
    health.troubled,
    "admin:connectors_eventsubscription_changelist",
    "",
)
