from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from connectors.admin import credentials
from connectors.admin.connect import ConnectMixin
from connectors.admin.explain import ExplainMixin
from connectors.admin.forms import ConnectorForm
from connectors.admin.gallery import GalleryMixin, first_values, proposals, setup_guide
from connectors.admin.grid import GridMixin, market_words, titled
from connectors.admin.guide import guide
from connectors.admin.inlines import (
    AuthenticationInline,
    FieldMappingInline,
    HeaderInline,
    MarketsInline,
    PropertyInline,
)
from connectors.admin.logins import LoginFilter
from connectors.admin.plugins import plugin_link
from connectors.admin.publishable import PublishableAdmin
from connectors.admin.standing import StandingMixin
from connectors.admin.trial import TrialMixin
from connectors.admin.typed_values import typed_codes, typed_settings
from connectors.admin.webhooks import WebhookPageMixin
from connectors.compiling import webhook_address
from connectors.consents import asked_for
from connectors.documents import PREFETCH, connector_document, overlapping
from connectors.models import Connector
from connectors.validation import label_of_type
from eventlog.links import register_event_link
from tenants.adminkit import register_page

#: Rarely touched; shown folded under Authentication > Other settings.
OTHER_SETTINGS = (
    "timeout_ms",
    "handler_lifetime_s",
    "authenticated_manually",
    "disable_standard_error_policy",
)


@admin.register(Connector)
class ConnectorAdmin(
    ConnectMixin,
    WebhookPageMixin,
    StandingMixin,
    TrialMixin,
    ExplainMixin,
    GalleryMixin,
    GridMixin,
    PublishableAdmin,
):
    nothing = (
        "A connector links this tenant with a vendor: a payment provider, a carrier, a shop, an ERP, a sender of mail. "
        "Choose one from the gallery. Payment methods and shipping providers make theirs themselves."
    )
    form = ConnectorForm
    inlines = [AuthenticationInline, PropertyInline, HeaderInline, MarketsInline, FieldMappingInline]
    list_display = [
        "named",
        "identity",
        "where",
        "credentials",
        "served",
        "state",
        "health",
    ]
    list_filter = ["category", "is_test", "retired", LoginFilter]
    list_select_related = ["live", "markets", *credentials.SELECT]
    search_fields = ["name", "display_name", "connector_id", "type", "host"]
    readonly_fields = ["category", "standing", "login", "tested", "calls", "webhook", "plugin"]
    fields = [
        "type",
        "plugin",
        "name",
        "display_name",
        "connector_id",
        "host",
        "is_test",
        "standing",
        "login",
        "tested",
        "calls",
        "webhook",
        "comment",
        "seen",
    ]
    actions_detail = [
        "connect_page",
        "test_connection",
        "going_live",
        "explain",
        "webhook_page",
        "let_through",
        "versions",
    ]
    change_form_before_template = "admin/connectors/gateway.html"
    actions_row = ["test_connection", "going_live"]

    class Media:
        css = {"all": ["connectors/admin.css"]}
        js = ["connectors/editor.js"]

    def connector_of(self, row: Connector) -> Connector:
        return row

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connector]:
        rows: Any = super().get_queryset(request)
        found: QuerySet[Connector] = rows.prefetch_related(*PREFETCH, *credentials.PREFETCH)
        return found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A new one has no state, tests and address yet; only some vendors want somebody to let the connector in. The
        address is for those who enter it at the vendor: whoever has it could send webhooks."""
        if obj is None:
            return [name for name in self.fields if name not in self.readonly_fields]
        hidden = set() if asked_for(obj) is not None else {"login"}
        hidden |= set() if self.has_change_permission(request, obj) else {"webhook"}
        return [name for name in self.fields if name not in hidden]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form also has what the template of the tab Authentication shows folded."""
        if self.has_change_permission(request, obj):
            shown = kwargs.get("fields") or self.fields
            kwargs["fields"] = [*shown, *OTHER_SETTINGS]
        return super().get_form(request, obj, change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {**first_values(str(given.get("type", "")), is_test=not request.tenant.is_production), **given}  # type: ignore[attr-defined]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Connector, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Rows for the properties that the Type reads are there already; those that stay empty are not saved."""
        options: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, PropertyInline):
            options["initial"] = _proposed(request, obj)
        return options

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        connector = context.get("original")
        slug = connector.type if connector else request.POST.get("type") or request.GET.get("type", "")
        context["guide"] = guide(slug)
        context["about"] = setup_guide(slug)
        sees = self.has_change_permission(request, connector)
        context["address"] = webhook_address(connector.webhook_token) if connector and sees else ""
        form = context["adminform"].form
        context["other_settings"] = [form[name] for name in OTHER_SETTINGS if name in form.fields]
        request.moved_errors = _moved(form)  # type: ignore[attr-defined]
        context["codes"] = typed_codes()
        context["settings_of_type"] = typed_settings(slug)
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        both = overlapping(connector_document(Connector.objects.get(pk=form.instance.pk)))
        if both:
            self.message_user(request, both, messages.WARNING)

    @admin.display(description="Connector", ordering="name")
    def named(self, obj: Connector) -> str:
        return titled(obj, obj.display_name or obj.name, _kind_words(obj))

    @admin.display(description="Connector ID", ordering="connector_id")
    def identity(self, obj: Connector) -> str:
        return obj.connector_id or "-"

    @admin.display(description="Markets")
    def served(self, obj: Connector) -> str:
        return market_words(obj)

    @admin.display(description="Plugin")
    def plugin(self, obj: Connector) -> str:
        return (
            plugin_link(obj.type, f"Setup guide and reference of {label_of_type(obj)}") if obj.type else "-"
        )

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


def _kind_words(obj: Connector) -> str:
    """Name, Type and Category, without saying anything twice."""
    words = (
        [obj.name, label_of_type(obj), obj.category]
        if obj.display_name
        else [label_of_type(obj), obj.category]
    )
    return " · ".join({word.casefold(): word for word in words}.values())


def _moved(form: Any) -> dict[str, Any]:
    """For the counts on the tabs: errors of fields that are shown on another tab than the form's own."""
    count = sum(name in form.errors for name in OTHER_SETTINGS)
    return {"general": -count, "inline": "authentication", "count": count}


def _proposed(request: HttpRequest, obj: Connector) -> list[dict[str, Any]]:
    slug = obj.type if obj.pk or obj.type else request.GET.get("type", "")
    present = {row.key.casefold() for row in obj.properties.all()} if obj.pk else set()
    return proposals(slug, present)


register_event_link("connector_id", "admin:connectors_connector_change")
register_page(
    "Advanced Settings", "Connectors", "admin:connectors_connector_changelist", icon="cable", first=True
)
