from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from connectors.models import Connector, Publication
from connectors.publishing import retire
from connectors.trial import run_trial
from connectors.versions import changes, draft_changes, roll_back, versions
from tenants.adminkit import may, register_admin_url
from tenants.models import Right


def test_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST calls the provider with the draft."""
    connector = _connector(request, pk, Right.ACT)
    trial = run_trial(connector, request.user.get_username()) if request.method == "POST" else None
    return _page(request, "test", connector, trial=trial)


def versions_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions with what each changed; POST rolls the draft back or retires the connector."""
    connector = _connector(request, pk, Right.PUBLISH if request.method == "POST" else Right.VIEW)
    if request.method == "POST":
        return _act(request, connector)
    rows = [(row, changes(connector, row.number - 1, row.number)) for row in versions(connector)]
    return _page(request, "versions", connector, rows=rows, draft=draft_changes(connector))


def _act(request: HttpRequest, connector: Connector) -> HttpResponse:
    if "retire" in request.POST:
        retire(connector, user=request.user, comment=request.POST.get("comment", "")[:500])
        messages.success(request, f"{connector} is retired: it ends what it began and takes nothing new.")
        return redirect("admin:connector-versions", connector.pk)
    try:
        number = int(request.POST.get("number", ""))
        roll_back(connector, number, request.user)
    except (ValueError, Publication.DoesNotExist):
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("admin:connector-versions", connector.pk)
    messages.success(request, f"The draft is as version {number} was. Look at it, then publish.")
    return redirect("admin:connectors_connector_change", connector.pk)


def _connector(request: HttpRequest, pk: int, right: Right) -> Connector:
    if not may(request, right):
        raise PermissionDenied
    connector = Connector.objects.filter(pk=pk).first()
    if connector is None:
        raise Http404
    return connector


def _page(request: HttpRequest, name: str, connector: Connector, **more: Any) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": str(connector),
        "opts": Connector._meta,
        "original": connector,
        "may_publish": may(request, Right.PUBLISH),
        **more,
    }
    return TemplateResponse(request, f"admin/connectors/connector/{name}.html", context)


register_admin_url("connectors/connector/<int:pk>/test-connection/", "connector-test", test_page)
register_admin_url("connectors/connector/<int:pk>/versions/", "connector-versions", versions_page)
