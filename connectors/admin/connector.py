from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from connectors.admin.forms import ConnectorForm
from connectors.admin.guide import guide
from connectors.admin.inlines import (
    AuthenticationInline,
    FieldMappingInline,
    HeaderInline,
    MarketsInline,
    PropertyInline,
)
from connectors.admin.publishable import PublishableAdmin
from connectors.admin.standing import StandingMixin
from connectors.admin.webhooks import WebhookPageMixin
from connectors.compiling import webhook_address
from connectors.documents import PREFETCH, connector_document, overlapping
from connectors.models import Connector
from connectors.trial import run_trial
from connectors.validation import label_of_type
from eventlog.links import register_event_link
from tenants.adminkit import action, display, register_page


@admin.register(Connector)
class ConnectorAdmin(WebhookPageMixin, StandingMixin, PublishableAdmin):
    nothing = (
        "A connector links this tenant with a vendor: a payment provider, a carrier, a shop, an "
        "ERP, a sender of mail. Payment methods and shipping providers make theirs themselves."
    )
    form = ConnectorForm
    inlines = [AuthenticationInline, PropertyInline, HeaderInline, MarketsInline, FieldMappingInline]
    list_display = ["__str__", "name", "implementation", "category", "mode", "state", "outcome"]
    list_filter = ["category", "is_test", "retired"]
    list_select_related = ["live", "authentication", "markets"]
    search_fields = ["name", "display_name", "connector_id", "type", "host"]
    readonly_fields = ["category", "standing", "tested", "calls", "webhook"]
    fields = [
        "name",
        "display_name",
        "type",
        "category",
        "connector_id",
        "host",
        "is_test",
        "timeout_ms",
        "handler_lifetime_s",
        "authenticated_manually",
        "disable_standard_error_policy",
        "standing",
        "tested",
        "calls",
        "webhook",
        "comment",
        "seen",
    ]
    actions_detail = ["test_connection", "webhook_page", "let_through", "explain", "versions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connector]:
        rows: QuerySet[Connector] = super().get_queryset(request)
        return rows.prefetch_related(*PREFETCH)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["guide"] = guide(context.get("original"))
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        both = overlapping(connector_document(Connector.objects.get(pk=form.instance.pk)))
        if both:
            self.message_user(request, both, messages.WARNING)

    @action(
        description="Test connection", url_path="test-connection", permissions=["act"], icon="network_check"
    )
    def test_connection(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET asks, POST calls the provider with the draft."""
        connector = self.get_object(request, object_id)
        if connector is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": str(connector),
            "opts": self.opts,
            "original": connector,
            "label": label_of_type(connector),
            "trial": run_trial(connector, request.user.get_username()) if request.method == "POST" else None,
        }
        return TemplateResponse(request, "admin/connectors/connector/test.html", context)

    @action(description="Explain resolution", url_path="explain", permissions=["view"], icon="alt_route")
    def explain(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that tells which orders this connector serves."""
        connector = self.get_object(request, object_id)
        if connector is None:
            raise Http404
        asked = {"name": connector.name, "connector_id": connector.connector_id}
        return redirect(f"{reverse('admin:workflows-resolution')}?{urlencode(asked)}")

    @admin.display(description="Type", ordering="type")
    def implementation(self, obj: Connector) -> str:
        return label_of_type(obj)

    @display(description="Mode", label={"test": "info", "live": ""}, ordering="is_test")
    def mode(self, obj: Connector) -> tuple[str, str]:
        return ("test", "Test") if obj.is_test else ("live", "Live")

    @display(description="Last test", label={"passed": "success", "failed": "danger"})
    def outcome(self, obj: Connector) -> tuple[str, str] | str:
        """For the list; the editor tells all."""
        if obj.tested_at is None:
            return "never"
        return ("passed", "Passed") if obj.test_passed else ("failed", "Failed")

    @admin.display(description="Last test")
    def tested(self, obj: Connector) -> str:
        if obj.tested_at is None:
            return "never"
        return (
            f"{'passed' if obj.test_passed else 'failed'} {obj.tested_at:%Y-%m-%d %H:%M}: {obj.test_message}"
        )

    @admin.display(description="Webhook address")
    def webhook(self, obj: Connector) -> str:
        return webhook_address(obj.webhook_token) if obj.pk else "-"


register_event_link("connector_id", "admin:connectors_connector_change")
register_page(
    "Advanced Settings", "Connectors", "admin:connectors_connector_changelist", icon="cable", first=True
)
