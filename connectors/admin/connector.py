from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from connectors.admin import pages  # noqa: F401 - registers its URLs
from connectors.admin.forms import ConnectorForm
from connectors.admin.inlines import (
    AuthenticationInline,
    FieldMappingInline,
    HeaderInline,
    MarketsInline,
    PropertyInline,
)
from connectors.canonical import checksum
from connectors.compiling import webhook_address
from connectors.models import Connector
from connectors.publishing import PublishRefused, kind_of, publish
from tenants.adminkit import PublishAdmin, action, register_page


@admin.register(Connector)
class ConnectorAdmin(PublishAdmin):
    form = ConnectorForm
    inlines = [AuthenticationInline, PropertyInline, HeaderInline, MarketsInline, FieldMappingInline]
    list_display = ["__str__", "name", "type", "category", "is_test", "state", "tested"]
    list_filter = ["category", "is_test", "retired"]
    list_select_related = ["live"]
    search_fields = ["name", "display_name", "connector_id", "type", "host"]
    readonly_fields = ["category", "state", "tested", "webhook"]
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
        "state",
        "tested",
        "webhook",
        "comment",
        "seen",
    ]
    actions_submit_line = ["publish"]
    actions_detail = ["test_connection", "versions"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was published is retired; runs and payments refer to it."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.was_published)

    def save_model(self, request: HttpRequest, obj: Connector, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        request.publish_comment = form.cleaned_data.get("comment", "")  # type: ignore[attr-defined]

    @action(description="Publish", permissions=["publish"])
    def publish(self, request: HttpRequest, obj: Connector) -> None:
        """The first press shows the warnings, the second one of the same draft confirms them."""
        obj = Connector.objects.get(pk=obj.pk)
        mark = f"confirm-connector-{obj.pk}"
        digest = checksum(kind_of(obj).to_document(obj))
        confirmed = request.session.pop(mark, {}).get(digest, [])
        try:
            publication = publish(
                obj, user=request.user, comment=getattr(request, "publish_comment", ""), confirmed=confirmed
            )
        except PublishRefused as refused:
            if refused.can_be_confirmed:
                request.session[mark] = {digest: [finding.code for finding in refused.findings]}
            self.message_user(
                request, _refusal(refused), messages.WARNING if refused.can_be_confirmed else messages.ERROR
            )
            return
        self.message_user(request, f"Version {publication.number} of {obj} is live.", messages.SUCCESS)

    @action(description="Test connection", url_path="test", permissions=["act"])
    def test_connection(self, request: HttpRequest, object_id: int) -> Any:
        return redirect(reverse("admin:connector-test", args=[object_id]))

    @action(description="Versions", url_path="versions")
    def versions(self, request: HttpRequest, object_id: int) -> Any:
        return redirect(reverse("admin:connector-versions", args=[object_id]))

    @admin.display(description="State")
    def state(self, obj: Connector) -> str:
        if obj.retired:
            return "Retired"
        return f"Live, version {obj.live.number}" if obj.live else "Draft"

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


def _refusal(refused: PublishRefused) -> str:
    head = (
        "Press Publish again to publish in spite of:"
        if refused.can_be_confirmed
        else "Saved as draft, not published:"
    )
    return format_html(
        "{}<ul>{}</ul>",
        head,
        format_html_join("", "<li>{}</li>", ((str(item),) for item in refused.findings)),
    )


register_page("Advanced Settings", "Connectors", "admin:connectors_connector_changelist", icon="cable")
