from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from tenants.adminkit.options import TrackedAdmin


class PublishAdmin(TrackedAdmin):
    """Editors of drafts: Save as draft, and buttons from `actions_submit_line` such as Publish.

    The skin runs such a button's action before the inlines are saved, so that Publish would freeze the old
    inline rows; here it runs after them, in the same transaction.
    """

    first_tab = "Settings"
    save_label = "Save as draft"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        buttons = {
            "save_label": self.save_label,
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return super().changeform_view(request, object_id, form_url, {**buttons, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj._history_user = request.user
        admin.ModelAdmin.save_model(self, request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for action in self._pressed(request, form.instance):
            action.method(request, form.instance)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay on the page after a button of our own: what it did is shown there."""
        if self._pressed(request, obj):
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)

    def _pressed(self, request: HttpRequest, obj: Any) -> list[Any]:
        actions = self.get_actions_submit_line(request, obj.pk)
        return [action for action in actions if action.action_name in request.POST]
