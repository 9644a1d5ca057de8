"""The page that tells which connector serves a step, by which rule, and why not the others."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from connectors.explaining import RULES
from connectors.runtime import TenantRuntime, runtime
from tenants.adminkit import LineField, OneOfField, may, register_admin_url, register_page
from tenants.models import Market, Right, Store
from workflows.explaining import Answer, Question, answer, steps_of
from workflows.problems import InvalidData

_PAGE = "workflows-resolution"


class QuestionForm(forms.Form):
    step = OneOfField(required=False, help_text="Of a published order type; or choose a Connector instead.")
    name = OneOfField(label="Connector", required=False, help_text="A connector's Name or Type.")
    connector_id = LineField(label="ConnectorId", required=False, max_length=80)
    market = OneOfField(required=False)
    store = OneOfField(required=False)
    order = LineField(
        label="Order number", required=False, max_length=64, help_text="Gives market and store."
    )

    def __init__(self, live: TenantRuntime, data: Any) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["step"].choices = [("", "---------"), *_steps(live)]
        fields["name"].choices = [("", "---------"), *_given(data.get("name"), _names(live))]
        for field, model in (("market", Market), ("store", Store)):
            codes = model.objects.order_by("code").values_list("code", flat=True)
            fields[field].choices = [("", "---------"), *((code, code) for code in codes)]


def explain_url(**asked: Any) -> str:
    """The page with this question, such as `step="Online/Ship/2", order="N-1"`."""
    given = {name: value for name, value in asked.items() if value}
    return reverse(f"admin:{_PAGE}") + (f"?{urlencode(given)}" if given else "")


def explain_page(request: HttpRequest) -> HttpResponse:
    if not may(request, Right.VIEW):
        raise PermissionDenied
    live = runtime(request.tenant.pk)  # type: ignore[attr-defined]
    asked = bool(request.GET)
    form = QuestionForm(live, request.GET if asked else {})
    found = _answer(live, form) if asked and form.is_valid() else None
    context = {
        **admin.site.each_context(request),
        "title": "Explain resolution",
        "form": form,
        "asked": asked,
        "found": found,
        "rules": RULES,
        "nothing": not live.connectors,
        **_shown(found),
    }
    return TemplateResponse(request, "admin/workflows/explain.html", context)


def _answer(live: TenantRuntime, form: QuestionForm) -> Answer | None:
    try:
        return answer(live.tenant.id, Question(**form.cleaned_data))
    except InvalidData as refused:
        for name, texts in refused.errors.items():
            form.add_error(name if name in form.fields else None, texts)
    return None


def _shown(found: Answer | None) -> dict[str, Any]:
    """The candidates of the name, apart from those that are called otherwise, with links to their drafts."""
    told = found.explanation if found else None
    if told is None:
        return {}
    rows: list[dict[str, Any]] = [
        {
            "candidate": item,
            "rule": RULES.get(item.rule, ""),
            "link": reverse("admin:connectors_connector_change", args=[item.connector.id]),
            "markets": ", ".join(
                sorted(item.connector.enabled_markets | item.connector.enabled_market_groups)
            ),
        }
        for item in told.candidates
    ]
    strangers = [row for row in rows if _is_stranger(row["candidate"].reason)]
    return {"rows": [row for row in rows if row not in strangers], "strangers": strangers, "told": told}


def _is_stranger(reason: str) -> bool:
    return reason.startswith("is called ")


def _steps(live: TenantRuntime) -> list[tuple[str, str]]:
    return [
        (key, f"{key.split('/')[0]} > {status.name} > {step.position}. {step.name}{_target(step)}")
        for key, status, step in steps_of(live)
    ]


def _target(step: Any) -> str:
    named = ", ".join(filter(None, (step.connector, step.connector_id)))
    return f" ({named})" if named else ""


def _names(live: TenantRuntime) -> list[tuple[str, str]]:
    words = {word for item in live.connectors.values() for word in (item.name, item.slug)}
    folded = {word.casefold(): word for word in sorted(words, reverse=True)}
    return [(word, word) for word in sorted(folded.values(), key=str.casefold)]


def _given(name: str | None, known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A name that somebody came with is a choice also where no published connector has it: that is the answer then."""
    return known if not name or name in dict(known) else [(name, name), *known]


register_admin_url("workflows/resolution/", _PAGE, explain_page)
register_page("Advanced Settings", "Explain Resolution", f"admin:{_PAGE}", icon="alt_route")
