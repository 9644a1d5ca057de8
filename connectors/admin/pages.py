from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from connectors.models import Connector
from connectors.trial import run_trial
from tenants.adminkit import may, register_admin_url
from tenants.models import Right


def test_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST calls the provider with the draft."""
    connector = _connector(request, pk, Right.ACT)
    trial = run_trial(connector, request.user.get_username()) if request.method == "POST" else None
    context = {
        **admin.site.each_context(request),
        "title": str(connector),
        "opts": Connector._meta,
        "original": connector,
        "trial": trial,
    }
    return TemplateResponse(request, "admin/connectors/connector/test.html", context)


def _connector(request: HttpRequest, pk: int, right: Right) -> Connector:
    if not may(request, right):
        raise PermissionDenied
    connector = Connector.objects.filter(pk=pk).first()
    if connector is None:
        raise Http404
    return connector


register_admin_url("connectors/connector/<int:pk>/test-connection/", "connector-test", test_page)
