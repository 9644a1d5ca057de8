"""The manual of what is installed: an index by category, and a page for each implementation, made of its declarations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from connectors import registry
from connectors.admin.tiles import tile
from connectors.compiling import webhook_address
from connectors.contracts.base import Provider
from connectors.manual import by_category, describe
from connectors.matrix import CONTRACTS
from connectors.models import Connector
from connectors.validation import implementation_of
from tenants.adminkit import link, may, register_admin_url, register_page
from tenants.models import Right

#: Connectors of the tenant that a plugin page lists.
_MOST = 20


def index(request: HttpRequest) -> HttpResponse:
    _demand_view(request)
    groups = [(category, [_card(item) for item in items]) for category, items in by_category()]
    context = _context(request, "Plugins", groups=groups, broken=registry.broken())
    return TemplateResponse(request, "admin/connectors/plugins.html", context)


def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Raises Http404 for an implementation that is not installed."""
    _demand_view(request)
    implementation = implementation_of(slug)
    if implementation is None:
        raise Http404
    about = describe(implementation)
    context = _context(
        request,
        f"Plugin {about['label']}",
        about=about,
        tile=tile(about["slug"], about["label"], 56),
        connectors=_connectors(request, about["slug"]),
        new=_where_to_begin(request, implementation),
    )
    return TemplateResponse(request, "admin/connectors/plugin.html", context)


def plugin_url(slug: str) -> str:
    return reverse("admin:plugin", args=[slug])


def plugin_link(slug: str, words: str) -> SafeString | str:
    """To the page of an implementation; the words alone where it is not installed."""
    return link(plugin_url(slug), words) if implementation_of(slug) else words


def _demand_view(request: HttpRequest) -> None:
    if not may(request, Right.VIEW):
        raise PermissionDenied


def _context(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title, **more}


def _card(item: type[Provider]) -> dict[str, Any]:
    return {
        "tile": tile(item.slug, item.label, 40),
        "label": item.label,
        "url": plugin_url(item.slug),
        "says": ", ".join(name for name, base in CONTRACTS.items() if issubclass(item, base)),
        "names": " ".join(registry.names_of(item)),
    }


def _connectors(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """With their addresses for those who enter them at the vendor: whoever has one could send webhooks."""
    sees = may(request, Right.EDIT)
    rows = Connector.objects.filter(type=slug, retired=False)[:_MOST]
    return [
        {
            "name": str(row),
            "url": reverse("admin:connectors_connector_change", args=[row.pk]),
            "address": webhook_address(row.webhook_token) if sees else "shown to those who may edit",
        }
        for row in rows
    ]


def _where_to_begin(request: HttpRequest, implementation: type[Provider]) -> str:
    if not may(request, Right.EDIT):
        return ""
    return f"{reverse('admin:connectors_connector_add')}?type={implementation.slug}"


register_admin_url("plugins/", "plugins", index)
register_admin_url("plugins/<str:slug>/", "plugin", page)
register_page("Plugins", "Plugins", "admin:plugins", icon="extension")
