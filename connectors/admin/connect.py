"""The page on which a person connects a connector with its vendor's account, and the address to which the vendor sends
the person back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from connectors import connecting
from connectors.access_token import Token
from connectors.auth import address_of
from connectors.authorization import AuthorizationCode
from connectors.consent_requests import Refused
from connectors.consents import GOOD, Standing, asked_for, consent_of, credential_for
from connectors.errors import Misconfigured
from connectors.models import Connector
from connectors.ports import OrmTokens
from connectors.validation import implementation_of, label_of_type
from tenants.adminkit import action, display, may
from tenants.models import Right

_PAGE = "admin/connectors/connector/connect.html"


class ConnectMixin:
    """For the connector's ModelAdmin: the field `login`, and the page behind it."""

    def get_actions_detail(self: Any, request: HttpRequest, object_id: Any) -> list[Any]:
        """Connect only where somebody has to; then a vendor without webhooks needs no page of them in the same row."""
        actions = super().get_actions_detail(request, object_id)
        slug = Connector.objects.filter(pk=object_id).values_list("type", flat=True).first()
        implementation = implementation_of(slug or "")
        hidden = "connect_page"
        if implementation is not None and isinstance(implementation.auth, AuthorizationCode):
            hidden = "" if implementation.webhook else "webhook_page"
        return [item for item in actions if not hidden or not item.action_name.endswith(hidden)]

    @display(description="Login", label={"good": "success", "soon": "warning", "bad": "danger"})
    def login(self, obj: Connector) -> tuple[str, str]:
        found = consent_of(obj)
        return _tone(found.standing), found.words

    @action(description="Connect", url_path="connect", permissions=["publish"], icon="key")
    def connect_page(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows, POST sends the person to the vendor or forgets the login. Not for who may only edit: it changes what
        runs."""
        connector = self.get_object(request, object_id)
        if connector is None:
            raise Http404
        if request.method == "POST":
            return _pressed(request, connector)
        context = {**self.admin_site.each_context(request), **_context(connector)}
        context |= {"title": str(connector), "opts": self.opts, "original": connector}
        return TemplateResponse(request, _PAGE, context)


@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """Where vendors send people back. What it holds is good once and is shown nowhere."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("admin:index"), reverse("admin:login"))
    try:
        if not may(request, Right.PUBLISH):
            raise Refused("You may not publish in this tenant, and so not connect: ask somebody who may")
        told = connecting.finish(request.GET.dict(), request.user, _session(request), request.tenant)  # type: ignore[attr-defined]
    except Refused as refused:
        context = {**admin.site.each_context(request), "title": "Not connected", "refused": str(refused)}
        return TemplateResponse(request, "admin/connectors/connector/not_connected.html", context, status=400)
    _tell(request, told)
    return redirect(page_of(told.connector))


def page_of(connector: Connector) -> str:
    return reverse("admin:connectors_connector_connect_page", args=[connector.pk])


def _pressed(request: HttpRequest, connector: Connector) -> HttpResponse:
    if "disconnect" in request.POST:
        _tell(request, connecting.disconnect(connector, request.user))
        return redirect(page_of(connector))
    try:
        return redirect(connecting.begin(connector, request.user, _session(request)))
    except Misconfigured as error:
        messages.error(request, error.message)
        return redirect(page_of(connector))


def _context(connector: Connector) -> dict[str, Any]:
    found = consent_of(connector)
    token = OrmTokens().get(connector.pk)
    problem, elsewhere, moved = "", "", False
    try:
        config, auth = connecting.ready(connector)
        elsewhere = urlsplit(address_of(auth.authorize, config.values)).netloc
        moved = token is not None and token.credential != credential_for(config, auth)
    except Misconfigured as error:
        problem = error.message
    return {
        "label": label_of_type(connector),
        "needed": asked_for(connector) is not None,
        "consent": found,
        "tone": _tone(found.standing),
        "works": found.standing in GOOD and not moved,
        "renewed": _is_renewed(token),
        "moved": moved,
        "problem": problem,
        "elsewhere": elsewhere,
        "address": connecting.redirect_uri(),
        "is_live": connector.live_id is not None,
    }


def _is_renewed(token: Token | None) -> bool:
    return token is not None and token.refresh is not None


def _tone(standing: Standing) -> str:
    return {Standing.CONNECTED: "good", Standing.ENDING: "soon"}.get(standing, "bad")


def _session(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _tell(request: HttpRequest, told: connecting.Told) -> None:
    messages.add_message(request, messages.SUCCESS if told.good else messages.ERROR, told.message)
    for note in told.notes:
        messages.warning(request, note)
