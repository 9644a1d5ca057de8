"""The page of a connector's webhook address: what it is, how it stands at the vendor, and Register webhook."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from connectors.compiling import mail_address, webhook_address
from connectors.contracts.base import Provider
from connectors.contracts.mail import MailReceiver
from connectors.models import Connector, Effect, InboundWebhook
from connectors.registration import check, register, registers
from connectors.validation import implementation_of, label_of_type
from tenants.adminkit import action


class WebhookPageMixin:
    """For the connector's ModelAdmin: adds the page and its link."""

    @action(description="Webhook", url_path="webhook", permissions=["change"], icon="webhook")
    def webhook_page(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows; POST asks the vendor with the draft, as a test does, or registers the address there."""
        connector = self.get_object(request, object_id)
        if connector is None:
            raise Http404
        told = None
        if request.method == "POST":
            if not registers(connector):
                raise Http404
            if not _may_call(self, request):
                raise PermissionDenied
            told = (
                register(connector, request.user)
                if "register" in request.POST
                else check(connector, request.user.get_username())
            )
        context = {**self.admin_site.each_context(request), **_context(connector), "told": told}
        context |= {"title": str(connector), "opts": self.opts, "original": connector}
        context["may_call"] = _may_call(self, request)
        return TemplateResponse(request, "admin/connectors/connector/webhook.html", context)


def _may_call(model_admin: Any, request: HttpRequest) -> bool:
    """Not who may only edit: a draft with another host would carry off the credentials that nobody is shown."""
    return bool(model_admin.has_publish_permission(request))


def _context(connector: Connector) -> dict[str, Any]:
    implementation = implementation_of(connector.type)
    done = Effect.objects.filter(
        connector=connector, operation="register_webhook", state=Effect.State.SUCCEEDED
    )
    return {
        "label": label_of_type(connector),
        "address": webhook_address(connector.webhook_token),
        "hears": implementation is not None and implementation.webhook is not None,
        "registers": registers(connector),
        "registered": done.order_by("-ordinal").first(),
        "heard": InboundWebhook.objects.filter(connector=connector).order_by("-received_at").first(),
        "mail_address": mail_address(connector.webhook_token) if _hands_on_mail(implementation) else "",
        "is_live": connector.live_id is not None,
    }


def _hands_on_mail(implementation: type[Provider] | None) -> bool:
    return implementation is not None and issubclass(implementation, MailReceiver)
