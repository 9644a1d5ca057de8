"""Editors of drafts that are published: Save as draft, Publish with comment, Versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

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

    def cure(self, root: Publishable, refused: PublishRefused) -> str:
        """HTML below the findings, such as a link to where they are mended."""
        return ""

    @action(description="Publish", permissions=["publish"])
    def publish(self: Any, request: HttpRequest, row: Any) -> None:
        root = self.root(row)
        mark = f"confirm-{kind_of(root).name}-{root.pk}"
        shown = _shown(request.session.pop(mark, None), self.digest(root))
        comment = request.POST.get("comment", "")[:500] or shown["comment"]
        try:
            made = self.make_live(root, user=request.user, comment=comment, confirmed=shown["codes"])
        except PublishRefused as refused:
            if refused.can_be_confirmed:
                codes = {*shown["codes"], *(finding.code for finding in refused.findings)}
                request.session[mark] = {**shown, "codes": sorted(codes), "comment": comment}
            self._tell(request, refused, self.cure(root, refused))
        else:
            self.message_user(request, f"Version {made.number} of {root} is live.", messages.SUCCESS)

    def _tell(self: Any, request: HttpRequest, refused: PublishRefused, cure: str) -> None:
        gentle = refused.can_be_confirmed
        head = "Press Publish again to publish in spite of:" if gentle else "Saved as draft, not published:"
        lines = format_html_join("", "<li>{}</li>", ((str(finding),) for finding in refused.findings))
        text = format_html('{}<ul class="list-disc ml-4">{}</ul>{}', head, lines, cure)
        self.message_user(request, text, messages.WARNING if gentle else messages.ERROR)


def _shown(before: Any, digest: str) -> dict[str, Any]:
    """Which warnings this very draft was shown before, and the comment that was given then."""
    if isinstance(before, dict) and before.get("digest") == digest:
        return before
    return {"digest": digest, "codes": [], "comment": ""}


class PublishableAdmin(VersionsMixin, PublishMixin, PublishAdmin):
    """The whole editor; subclasses add what is special of their kind. Their form is a DraftForm."""

    form = DraftForm
    list_select_related = ["live"]

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
