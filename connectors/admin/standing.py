"""Whether calls to a connector's vendor are held back, and the button that lets them through again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from connectors.models import Connector
from connectors.traffic import standing
from connectors.traffic.words import standing_of
from eventlog import store as eventlog
from eventlog.events import Category
from tenants.adminkit import action, display

_PAGE = "admin/connectors/connector/let_through.html"


class StandingMixin:
    """For the connector's admin: the field `calls` and the action `let_through`."""

    @display(description="Calls", label={"calm": "success", "paused": "warning", "open": "danger"})
    def calls(self, obj: Connector) -> tuple[str, str] | str:
        if not obj.pk:
            return "-"
        words = standing_of(obj.pk)
        return words.key, f"{words.text} {words.lately}".strip()

    @action(description="Let calls through", url_path="let-through", permissions=["act"], icon="restart_alt")
    def let_through(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET asks, POST closes the breaker and ends a pause."""
        connector = self.get_object(request, object_id)
        if connector is None:
            raise Http404
        if request.method != "POST":
            return TemplateResponse(request, _PAGE, self._question(request, connector))
        standing.reset(connector.pk, connector.tenant_id)
        eventlog.record(
            Category.INFORMATION,
            f"{connector}: calls are let through again by hand",
            tenant_id=connector.tenant_id,
            connector_id=connector.pk,
            connector_name=str(connector),
            actor=request.user.get_username(),
        )
        self.message_user(
            request, "Calls go out again within a second; if the vendor still fails, they are held back again.",
            messages.SUCCESS,
        )  # fmt: skip
        return HttpResponseRedirect(reverse("admin:connectors_connector_change", args=[connector.pk]))

    def _question(self: Any, request: HttpRequest, connector: Connector) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": str(connector),
            "opts": self.opts,
            "original": connector,
            "words": standing_of(connector.pk),
        }
