"""The page before publishing: the go-live checklist with links to the fields, what would change, a comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse

from connectors import checklist
from connectors.checklist import Finding
from connectors.checklist.connector import NOT_CONNECTED, UNTESTED
from connectors.labels import labelled
from connectors.models import Publishable
from connectors.publishing import PublishConflict, PublishRefused, kind_of
from connectors.versions import draft_changes, newest
from tenants.adminkit import action


@dataclass(frozen=True, slots=True)
class Item:
    """A finding, with the address where it is mended; "" where no page has it."""

    finding: Finding
    url: str


class GoingLiveMixin:
    """For the ModelAdmin of a publishable, with PublishMixin."""

    @action(description="Checklist", url_path="publish", permissions=["publish"], icon="rocket_launch")
    def going_live(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows, POST publishes."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if request.method == "POST" and self._went_live(request, obj):
            return redirect(self.reverse_to("change", obj))
        return TemplateResponse(request, "admin/going_live.html", self._before(request, obj))

    def checked(self, root: Publishable) -> Sequence[Finding]:
        """What the checklist says of the draft, errors first."""
        kind = kind_of(root)
        return checklist.findings(kind.name, root, kind.to_document(root))

    def parts(self, root: Publishable) -> Sequence[Publishable]:
        """Whatever is published together with it, itself first."""
        return [root]

    def place(self, request: HttpRequest, root: Publishable, finding: Finding) -> str:
        """Where a finding is mended."""
        if finding.code == UNTESTED:
            return str(self.reverse_to("test_connection", root))  # type: ignore[attr-defined]
        if finding.code == NOT_CONNECTED:
            return reverse("admin:connectors_connector_connect_page", args=[root.pk])
        return next(_places(self, request, root, finding.field), "")

    def _before(self: Any, request: HttpRequest, obj: Publishable) -> dict[str, Any]:
        root, last = self.root(obj), newest(obj)
        found = [Item(item, self.place(request, root, item)) for item in self.checked(root)]
        changed = [(part, labelled(kind_of(part), draft_changes(part))) for part in self.parts(root)]
        return {
            **self.admin_site.each_context(request),
            "title": f"Publish {obj}",
            "original": obj,
            "back": self.reverse_to("change", obj),
            "errors": [item for item in found if item.finding.blocks],
            "warnings": [item for item in found if not item.finding.blocks],
            "changes": changed,
            "is_live": not any(differences for _, differences in changed) and not obj.retired,
            "last": last,
            "digest": self.digest(root),
            "comment": request.POST.get("comment") or self.comment_given(request, root),
        }

    def _went_live(self: Any, request: HttpRequest, obj: Publishable) -> bool:
        """Only what the page showed is published: the draft, and the warnings that were confirmed."""
        root, sent = self.root(obj), request.POST
        if sent.get("digest") != self.digest(root):
            self.message_user(
                request,
                "The draft was changed after this page was shown. Look at it again.",
                messages.WARNING,
            )
            return False
        confirmed = sent.getlist("shown") if "confirm" in sent else []
        try:
            made = self.make_live(
                root, user=request.user, comment=sent.get("comment", "")[:500], confirmed=confirmed
            )
        except PublishRefused as refused:
            first = "Confirm the warnings" if refused.can_be_confirmed else "Mend what is listed below"
            self.message_user(request, f"Nothing was published. {first}, then publish again.", messages.ERROR)
            return False
        except PublishConflict as conflict:
            self.message_user(request, str(conflict), messages.ERROR)
            return False
        self.message_user(request, f"Version {made.number} of {root} is live.", messages.SUCCESS)
        return True


def page_of(root: Publishable) -> str:
    """The address of the page; "" for a kind without one."""
    try:
        return reverse(f"admin:{root._meta.app_label}_{root._meta.model_name}_going_live", args=[root.pk])
    except NoReverseMatch:
        return ""


def _places(model_admin: Any, request: HttpRequest, root: Publishable, label: str) -> Iterator[str]:
    """By the words of a field of the form, or of a tab; "Property Limit" is on the tab of properties."""
    editor = model_admin.reverse_to("change", root)
    for name, field in model_admin.get_form(request, root).base_fields.items():
        if label and str(field.label).casefold() == label.casefold():
            yield f"{editor}?{urlencode({'show': name})}#general"
    for inline in model_admin.get_inline_instances(request, root):
        prefix = inline.get_formset(request, root).get_default_prefix()
        words = (str(inline.verbose_name).casefold(), str(inline.verbose_name_plural).casefold())
        if label and label.casefold().startswith(words):
            row = label[len(words[0]) :].strip() if label.casefold().startswith(words[0]) else ""
            yield f"{editor}{'?' + urlencode({'show': row}) if row else ''}#{prefix}"
    if not label:
        yield editor
