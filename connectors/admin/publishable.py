"""Editors of drafts that are published: Save as draft, Publish with comment, Versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join

from connectors.admin.going_live import GoingLiveMixin, page_of
from connectors.admin.versions import VersionsMixin
from connectors.canonical import checksum
from connectors.models import Publication, Publishable
from connectors.overtaken import refuse_overtaken, stamp
from connectors.publishing import PublishRefused, kind_of, publish
from tenants.adminkit import PublishAdmin, TenantForm, action, display


class DraftForm(TenantForm):
    """`seen` is what the draft was when the form was shown, so that nobody overwrites what somebody else saved."""

    comment = forms.CharField(
        label="Comment", required=False, max_length=500, help_text="Kept with the version when you publish."
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "seen" in self.fields and self.instance.pk:
            self.initial["seen"] = self.stamp(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            model, key = type(self.instance), self.instance.pk
            refuse_overtaken(
                self.root(self.instance),
                cleaned.get("seen"),
                lambda: self.stamp(model._base_manager.get(pk=key)),
            )
        return cleaned

    @classmethod
    def root(cls, row: Any) -> Publishable:
        """The aggregate that the form's row belongs to."""
        found: Publishable = row
        return found

    @classmethod
    def stamp(cls, row: Any) -> str:
        return stamp(cls.root(row), kind_of(row).to_document(row))


class PublishMixin:
    """For a PublishAdmin: the Publish button. The first press shows the warnings, another one of the same draft
    confirms them; when it is refused, the draft stays saved."""

    actions_submit_line = ["publish"]

    def root(self, row: Any) -> Publishable:
        """What is published when the row's page says Publish; as it is stored now."""
        fresh: Publishable = type(row)._base_manager.get(pk=row.pk)
        return fresh

    def make_live(self, root: Publishable, **options: Any) -> Publication:
        return publish(root, **options)

    def digest(self, root: Publishable) -> str:
        """Of everything that Publish makes live: a confirmation is good for that only."""
        return checksum(kind_of(root).to_document(root))

    def comment_given(self, request: HttpRequest, root: Publishable) -> str:
        """The comment of a press of Publish that was refused."""
        return str(_shown(request.session.get(_mark(root)), self.digest(root))["comment"])

    @action(description="Publish", permissions=["publish"])
    def publish(self: Any, request: HttpRequest, row: Any) -> None:
        root = self.root(row)
        mark = _mark(root)
        shown = _shown(request.session.pop(mark, None), self.digest(root))
        comment = request.POST.get("comment", "")[:500] or shown["comment"]
        try:
            made = self.make_live(root, user=request.user, comment=comment, confirmed=shown["codes"])
        except PublishRefused as refused:
            codes = (
                {*shown["codes"], *(item.code for item in refused.findings)}
                if refused.can_be_confirmed
                else ()
            )
            request.session[mark] = {**shown, "codes": sorted(codes), "comment": comment}
            self._tell(request, refused, page_of(root) if isinstance(row, type(root)) else "")
        else:
            self.message_user(request, f"Version {made.number} of {root} is live.", messages.SUCCESS)

    def response_add(
        self: Any, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        usual: HttpResponse = super().response_add(request, obj, post_url_continue)
        return _to_checklist(request) or usual

    def response_change(self: Any, request: HttpRequest, obj: Any) -> HttpResponse:
        usual: HttpResponse = super().response_change(request, obj)
        return _to_checklist(request) or usual

    def _tell(self: Any, request: HttpRequest, refused: PublishRefused, page: str) -> None:
        """In short where a page tells it all, which is then shown instead of the editor."""
        gentle = refused.can_be_confirmed
        request.checklist_page = page  # type: ignore[attr-defined]
        head = "Press Publish again to publish in spite of:" if gentle else "Saved as draft, not published:"
        lines = format_html_join("", "<li>{}</li>", ((str(finding),) for finding in refused.findings))
        text = format_html('{}<ul class="list-disc ml-4">{}</ul>', head, lines)
        short = (
            "Saved as draft. Press Publish again when you have looked at the warnings."
            if gentle
            else "Saved as draft, not published: see what is to be mended."
        )
        self.message_user(request, short if page else text, messages.WARNING if gentle else messages.ERROR)


def _to_checklist(request: HttpRequest) -> HttpResponse | None:
    page = getattr(request, "checklist_page", "")
    return redirect(page) if page else None


def _mark(root: Publishable) -> str:
    """Where the session keeps what was shown of a draft."""
    return f"confirm-{kind_of(root).name}-{root.pk}"


def _shown(before: Any, digest: str) -> dict[str, Any]:
    """Which warnings this very draft was shown before, and the comment that was given then."""
    if isinstance(before, dict) and before.get("digest") == digest:
        return before
    return {"digest": digest, "codes": [], "comment": ""}


class PublishableAdmin(VersionsMixin, GoingLiveMixin, PublishMixin, PublishAdmin):
    """The whole editor; subclasses add what is special of their kind. Their form is a DraftForm."""

    form = DraftForm
    list_select_related = ["live"]
    actions_detail = ["going_live", "versions"]

    @display(description="State", label={"live": "success", "draft": "warning", "retired": ""})
    def state(self, obj: Publishable) -> tuple[str, str]:
        """For the list."""
        return state_of(obj)

    @display(description="State")
    def standing(self, obj: Publishable) -> str:
        """For the editor, where the skin shows text only."""
        return state_of(obj)[1] if obj.pk else "-"


def state_of(obj: Publishable) -> tuple[str, str]:
    """Kind and words of where a draft stands."""
    if obj.retired:
        return "retired", "Retired"
    if obj.live is None:
        return "draft", "Draft, never published"
    if obj.live.checksum == checksum(kind_of(obj).to_document(obj)):
        return "live", f"Version {obj.live.number} live"
    return "draft", f"Version {obj.live.number} live, draft differs"
