from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from connectors.admin.versions import VersionsMixin
from connectors.canonical import checksum
from connectors.publishing import PublishRefused, retire
from payments.forms import SETTINGS, PaymentMethodForm, seen
from payments.methods import method_document
from payments.models import PaymentMethod
from payments.publication import publish_method
from tenants.adminkit import PublishAdmin, action, display, register_page


@admin.register(PaymentMethod)
class PaymentMethodAdmin(VersionsMixin, PublishAdmin):
    form = PaymentMethodForm
    list_display = ["name", "payment_method_name", "provider", "connector", "markets", "version"]
    list_select_related = ["connector", "live"]
    search_fields = ["name", "payment_method_name"]
    filter_horizontal = ["valid_on_markets"]
    fieldsets = [
        (None, {"fields": ["name", "payment_method_name", "connector", *SETTINGS, "comment", "seen"]}),
        ("Valid On Markets", {"fields": ["valid_on_markets"]}),
        ("Options", {"fields": ["options"]}),
    ]
    actions_submit_line = ["publish", "retire"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentMethod]:
        return super().get_queryset(request).prefetch_related("valid_on_markets")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Payment methods are retired: payments and publications refer to them."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who may only look sees the connector by its name; its settings are on its own page."""
        return [] if self.has_change_permission(request, obj) else ["connector"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [
            (None, {"fields": ["name", "payment_method_name", "connector", "valid_on_markets", "options"]})
        ]

    def save_model(self, request: HttpRequest, obj: PaymentMethod, form: Any, change: bool) -> None:
        form.write_connector(request.user)
        super().save_model(request, obj, form, change)

    @action(description="Publish", permissions=["publish"])
    def publish(self, request: HttpRequest, obj: PaymentMethod) -> None:
        """Makes the draft and its connector's draft live. The first press shows the warnings, another one of the same
        draft confirms them; when it is refused, the draft stays saved."""
        obj = PaymentMethod.objects.get(pk=obj.pk)
        mark, digest = f"confirm-payment-method-{obj.pk}", seen(obj)
        confirmed = request.session.pop(mark, {}).get(digest, [])
        comment = request.POST.get("comment", "")[:500]
        try:
            made = publish_method(obj, user=request.user, comment=comment, confirmed=confirmed)
        except PublishRefused as refused:
            if refused.can_be_confirmed:
                codes = {*confirmed, *(finding.code for finding in refused.findings)}
                request.session[mark] = {digest: sorted(codes)}
            self._tell(request, refused)
        else:
            self.message_user(request, f"Version {made.number} of {obj} is live.", messages.SUCCESS)

    def _tell(self, request: HttpRequest, refused: PublishRefused) -> None:
        gentle = refused.can_be_confirmed
        head = "Press Publish again to publish in spite of:" if gentle else "Saved as draft, not published:"
        lines = format_html_join("", "<li>{}</li>", ((str(finding),) for finding in refused.findings))
        level = messages.WARNING if gentle else messages.ERROR
        self.message_user(request, format_html("{}<ul>{}</ul>", head, lines), level)

    @action(description="Retire", permissions=["publish"])
    def retire(self, request: HttpRequest, obj: PaymentMethod) -> None:
        """New orders cannot use it any more; payments made with it go on."""
        retire(obj, user=request.user)
        self.message_user(request, f"{obj.name} is retired.", messages.SUCCESS)

    @admin.display(description="Provider Name", ordering="connector__type")
    def provider(self, method: PaymentMethod) -> str:
        return method.connector.type

    @admin.display(description="Valid On Markets")
    def markets(self, method: PaymentMethod) -> str:
        return ", ".join(market.code for market in method.valid_on_markets.all()) or "all"

    @display(description="Version", label={"live": "success", "draft": "warning", "retired": ""})
    def version(self, method: PaymentMethod) -> tuple[str, str]:
        if method.retired:
            return "retired", "Retired"
        if method.live is None:
            return "draft", "Draft, never published"
        if method.live.checksum == checksum(method_document(method)):
            return "live", f"{method.live.number} live"
        return "draft", f"{method.live.number} live, draft differs"


register_page("Configuration", "Payments", "admin:payments_paymentmethod_changelist", icon="credit_card")
