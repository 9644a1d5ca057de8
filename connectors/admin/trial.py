"""Test connection: asks first, then shows what was sent, what came back, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from connectors.models import Connector
from connectors.trial import Trial, run_trial
from connectors.trial_words import advice
from connectors.validation import implementation_of, label_of_type
from eventlog.events import Category
from eventlog.models import Event
from tenants.adminkit import action, may
from tenants.models import Right

#: Calls of one test that are shown: a token, the request, its repetitions.
_MOST = 10


class TrialMixin:
    """For the ModelAdmin of a publishable; `connector_of(row)` is what is tested."""

    def connector_of(self, row: Any) -> Connector:
        raise NotImplementedError("say which connector is tested")

    def has_test_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not who may only edit: a draft with another host would carry off the credentials that nobody is shown."""
        return may(request, Right.ACT) or may(request, Right.PUBLISH)

    @action(
        description="Test connection", url_path="test-connection", permissions=["test"], icon="network_check"
    )
    def test_connection(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET asks, POST calls the provider with the draft."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        connector = self.connector_of(row)
        tried = _run(request, connector) if request.method == "POST" else {}
        context = {
            **self.admin_site.each_context(request),
            "title": f"Test {row}",
            "original": row,
            "connector": connector,
            "back": self.reverse_to("change", row),
            "label": label_of_type(connector),
            **tried,
        }
        return TemplateResponse(request, "admin/connectors/connector/test.html", context)


def _run(request: HttpRequest, connector: Connector) -> dict[str, Any]:
    before = (
        Event.objects.filter(connector_id=connector.pk).order_by("-id").values_list("id", flat=True).first()
    )
    trial = run_trial(connector, request.user.get_username())
    mine = Event.objects.filter(
        connector_id=connector.pk,
        category=Category.CONNECTOR,
        effect_id=None,
        run_id=None,
        id__gt=before or 0,
    )
    events = list(mine.select_related("payload").order_by("id")[:_MOST])
    with_bodies = may(request, Right.SEE_PERSONAL_DATA)
    return {
        "trial": trial,
        "advice": _advice(trial, connector, events),
        "exchanges": [_exchange(event, with_bodies) for event in events],
        "with_bodies": with_bodies,
    }


def _advice(trial: Trial, connector: Connector, events: list[Event]) -> str:
    if trial.passed:
        return ""
    answer = _document(events[-1], "response") if events else {}
    headers = {name.lower(): str(value) for name, value in (answer.get("headers") or {}).items()}
    status = events[-1].status_code if events else None
    is_page = "html" in headers.get("content-type", "")
    return advice(
        implementation_of(connector.type),
        asked=bool(events),
        status=status,
        is_page=is_page,
        is_test=connector.is_test,
    )


def _exchange(event: Event, with_bodies: bool) -> dict[str, Any]:
    request, response = _document(event, "request"), _document(event, "response")
    return {
        "line": f"{event.method} {event.url}",
        "headers": sorted((request.get("headers") or {}).items()),
        "body": _text(request.get("body")) if with_bodies else "",
        "answered": bool(response),
        "status": event.status_code,
        "answer_headers": sorted((response.get("headers") or {}).items()),
        "answer": _text(response.get("body")) if with_bodies else "",
        "message": event.message,
        "good": event.outcome == "success",
    }


def _document(event: Event, name: str) -> Mapping[str, Any]:
    payload = getattr(event, "payload", None)
    return getattr(payload, name, None) or {}


def _text(body: Any) -> str:
    if body in (None, "", b""):
        return ""
    return body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False, default=str)
