from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from connectors.admin import credentials
from connectors.admin.gallery import GalleryMixin, setup_guide
from connectors.admin.going_live import GoingLiveMixin
from connectors.admin.grid import GridMixin
from connectors.admin.publishable import PublishMixin, state_of
from connectors.admin.trial import TrialMixin
from connectors.admin.typed_values import typed_codes
from connectors.admin.versions import VersionsMixin
from connectors.checklist import Finding
from connectors.compiling import webhook_address
from connectors.documents import PREFETCH
from connectors.gateways.forms import GatewayForm, seen
from connectors.gateways.publication import ELSEWHERE, checked, publish_with_connector
from connectors.models import Connector, Publication, Publishable
from connectors.publishing import retire
from connectors.validation import implementation_of
from tenants.adminkit import PublishAdmin, action, display

#: Fields of the editor by the connector's field that they show.
_HELD = {"merchant_id": "merchant_id", "bearer_token": "api_token"}
#: The connector's fields that this editor shows, by what the checklist calls them.
_IN_PLACE = {"Host": "base_url", "Is Test": "is_test", "Authentication": "api_token"}
_FORM_ONLY = frozenset({"comment", "seen"})


class GatewayAdmin(
    TrialMixin, GalleryMixin, GridMixin, VersionsMixin, GoingLiveMixin, PublishMixin, PublishAdmin
):
    """List and editor of an object over a connector: Save as draft, Publish (both), Retire."""

    form: type[GatewayForm]
    list_filter = ["connector__is_test", "connector__type", "retired"]
    list_select_related = [
        "live",
        "connector__live",
        "connector__markets",
        *(f"connector__{path}" for path in credentials.SELECT),
    ]
    change_form_before_template = "admin/connectors/gateway.html"
    actions_row = ["test_connection", "going_live"]

    class Media:
        css = {"all": ["connectors/admin.css"]}
        js = ["connectors/editor.js"]

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.chosen_field = self.form.gateway_field
        self.gallery_category = str(self.form.category)

    actions_submit_line = ["publish", "retire"]
    actions_detail = ["test_connection", "going_live", "versions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        below = (f"connector__{path}" for path in (*PREFETCH, *credentials.PREFETCH))
        found: QuerySet[Any] = rows.prefetch_related("valid_on_markets", *below)
        return found

    def connector_of(self, row: Any) -> Connector:
        connector: Connector = row.connector
        return connector

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What was chosen in the gallery, under a name that is free."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        implementation = implementation_of(str(given.get(self.chosen_field, "")))
        if implementation is None:
            return given
        is_test = not request.tenant.is_production  # type: ignore[attr-defined]
        return {"name": self._free_name(implementation.label), "is_test": is_test, **given}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        connector = context["original"].connector if context.get("original") else None
        slug = (
            connector.type
            if connector
            else request.POST.get(self.chosen_field) or request.GET.get(self.chosen_field, "")
        )
        context["about"] = setup_guide(slug)
        context["connector"] = connector
        sees = self.has_change_permission(request, context.get("original"))
        context["address"] = webhook_address(connector.webhook_token) if connector and sees else ""
        context["codes"] = typed_codes()
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def _free_name(self, label: str) -> str:
        taken = {name.lower() for name in self.model._default_manager.values_list("name", flat=True)}
        names = (label if number == 1 else f"{label} {number}" for number in count(1))
        return next(name for name in names if name.lower() not in taken)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are retired: records and publications refer to them."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who may only look sees the connector by its name; its settings are on its own page."""
        return [] if self.has_change_permission(request, obj) else ["connector"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            slug = obj.connector.type if obj else request.GET.get(self.chosen_field, "")
            return folded(super().get_fieldsets(request, obj), implementation_of(slug))
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
        """Of both: the connector's draft may differ too."""
        kind, words = state_of(obj)
        if kind == "live" and state_of(obj.connector)[0] == "draft":
            return "draft", f"{words}, connector's draft differs"
        return kind, words


def folded(fieldsets: Any, implementation: Any) -> Any:
    """The fieldsets with those fields folded away that the implementation does not use."""
    if implementation is None:
        return fieldsets
    used = {item.column for item in implementation.settings.fields().values()}
    unused = [name for column, name in _HELD.items() if column not in used]
    kept = [
        (title, {**options, "fields": [name for name in options["fields"] if name not in unused]})
        for title, options in fieldsets
    ]
    title = f"Fields that {implementation.label} does not use"
    return [*kept, (title, {"fields": unused, "classes": ["collapse"]})] if unused else kept
