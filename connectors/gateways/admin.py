from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from connectors.canonical import checksum
from connectors.gateways.forms import GatewayForm, seen
from connectors.gateways.publication import ELSEWHERE, publish_with_connector
from connectors.publishing import PublishRefused, kind_of, retire
from tenants.adminkit import PublishAdmin, action, display

_FORM_ONLY = frozenset({"comment", "seen"})


class GatewayAdmin(PublishAdmin):
    """The editor of an object over a connector: Save as draft, Publish (both), Retire."""

    form: type[GatewayForm]
    list_select_related = ["connector", "live"]
    filter_horizontal = ["valid_on_markets"]
    actions_submit_line = ["publish", "retire"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("valid_on_markets")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are retired: records and publications refer to them."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who may only look sees the connector by its name; its settings are on its own page."""
        return [] if self.has_change_permission(request, obj) else ["connector"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        hidden = {*self.form.settings_fields(), *_FORM_ONLY}
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in hidden]})
            for title, options in self.fieldsets or ()
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.write_connector(request.user)
        super().save_model(request, obj, form, change)

    @action(description="Publish", permissions=["publish"])
    def publish(self, request: HttpRequest, obj: Any) -> None:
        """Makes the draft and its connector's draft live. The first press shows the warnings, another one of the same
        draft confirms them; when it is refused, the draft stays saved."""
        obj = self.model.objects.get(pk=obj.pk)
        mark, digest = f"confirm-{kind_of(obj).name}-{obj.pk}", seen(obj)
        confirmed = request.session.pop(mark, {}).get(digest, [])
        comment = request.POST.get("comment", "")[:500]
        try:
            made = publish_with_connector(obj, user=request.user, comment=comment, confirmed=confirmed)
        except PublishRefused as refused:
            if refused.can_be_confirmed:
                codes = {*confirmed, *(finding.code for finding in refused.findings)}
                request.session[mark] = {digest: sorted(codes)}
            self._tell(request, obj, refused)
        else:
            self.message_user(request, f"Version {made.number} of {obj} is live.", messages.SUCCESS)

    def _tell(self, request: HttpRequest, obj: Any, refused: PublishRefused) -> None:
        gentle = refused.can_be_confirmed
        head = "Press Publish again to publish in spite of:" if gentle else "Saved as draft, not published:"
        lines = format_html_join("", "<li>{}</li>", ((str(finding),) for finding in refused.findings))
        level = messages.WARNING if gentle else messages.ERROR
        self.message_user(request, format_html("{}<ul>{}</ul>{}", head, lines, _link(obj, refused)), level)

    @action(description="Retire", permissions=["publish"])
    def retire(self, request: HttpRequest, obj: Any) -> None:
        """New orders cannot use it any more; what was begun with it goes on."""
        retire(obj, user=request.user)
        self.message_user(request, f"{obj.name} is retired.", messages.SUCCESS)

    @admin.display(description="Valid On Markets")
    def markets(self, obj: Any) -> str:
        return ", ".join(market.code for market in obj.valid_on_markets.all()) or "all"

    @display(description="Version", label={"live": "success", "draft": "warning", "retired": ""})
    def version(self, obj: Any) -> tuple[str, str]:
        if obj.retired:
            return "retired", "Retired"
        if obj.live is None:
            return "draft", "Draft, never published"
        if obj.live.checksum == checksum(kind_of(obj).to_document(obj)):
            return "live", f"{obj.live.number} live"
        return "draft", f"{obj.live.number} live, draft differs"


def _link(obj: Any, refused: PublishRefused) -> str:
    """To the connector's own page, where something has to be entered there."""
    if all(finding.code != ELSEWHERE for finding in refused.findings):
        return ""
    page = reverse("admin:connectors_connector_change", args=[obj.connector_id])
    return format_html('<a class="underline" href="{}">Open {}</a>', page, obj.connector)
