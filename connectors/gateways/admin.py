from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from connectors.admin.going_live import GoingLiveMixin
from connectors.admin.publishable import PublishMixin, state_of
from connectors.admin.versions import VersionsMixin
from connectors.checklist import Finding
from connectors.gateways.forms import GatewayForm, seen
from connectors.gateways.publication import ELSEWHERE, checked, publish_with_connector
from connectors.models import Publication, Publishable
from connectors.publishing import retire
from tenants.adminkit import PublishAdmin, action, display

#: The connector's fields that this editor shows, by what the checklist calls them.
_IN_PLACE = {"Host": "base_url", "Is Test": "is_test", "Authentication": "api_token"}
_FORM_ONLY = frozenset({"comment", "seen"})


class GatewayAdmin(VersionsMixin, GoingLiveMixin, PublishMixin, PublishAdmin):
    """The editor of an object over a connector: Save as draft, Publish (both), Retire."""

    form: type[GatewayForm]
    list_select_related = ["connector", "live"]
    actions_submit_line = ["publish", "retire"]
    actions_detail = ["going_live", "versions"]

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

    def make_live(self, root: Any, **options: Any) -> Publication:
        """Makes the draft and its connector's draft live."""
        return publish_with_connector(root, **options)

    def digest(self, root: Any) -> str:
        return seen(root)

    def checked(self, root: Any) -> Sequence[Finding]:
        return checked(root)

    def parts(self, root: Any) -> Sequence[Publishable]:
        return [root, root.connector]

    def place(self, request: HttpRequest, root: Any, finding: Finding) -> str:
        """Here what the editor has, else on the connector's own page."""
        name = _IN_PLACE.get(finding.field)
        if finding.code != ELSEWHERE and name:
            return f"{self.reverse_to('change', root)}?show={name}"
        there = finding.code == ELSEWHERE or finding.code in {"settings", "invalid"}
        here = "" if there else super().place(request, root, finding)
        return here or reverse("admin:connectors_connector_change", args=[root.connector_id])

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
        return state_of(obj)
