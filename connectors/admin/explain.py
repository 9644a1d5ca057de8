"""From a connector to the page that tells which orders it serves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tenants.adminkit import action


class ExplainMixin:
    """For the ModelAdmin of connectors."""

    @action(description="Explain resolution", url_path="explain", permissions=["view"], icon="alt_route")
    def explain(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        connector = self.get_object(request, object_id)
        if connector is None:
            raise Http404
        asked = {"name": connector.name, "connector_id": connector.connector_id}
        return redirect(f"{reverse('admin:workflows-resolution')}?{urlencode(asked)}")
