from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tenants.adminkit.options import TrackedAdmin


class PublishAdmin(TrackedAdmin):
    """Editors of drafts: Save as draft, and buttons from `actions_submit_line` such as Publish.

    The skin runs such a button's action before the inlines are saved, so that Publish would freeze the old
    inline rows; here it runs after them, in the same transaction.
    """

    first_tab = "Settings"
    save_label = "Save as draft"
    tells_overtaken = False

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

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Stay on the page: what was saved is a draft, and Publish is there."""
        if IS_POPUP_VAR in request.POST or not self.has_change_permission(request, obj):
            return super().response_add(request, obj, post_url_continue)
        self._tell_saved(request, obj)
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(page, args=[obj.pk], current_app=self.admin_site.name))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay on the page: what a button of our own did is shown there, and a saved draft wants publishing."""
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        if not self._pressed(request, obj):
            self._tell_saved(request, obj)
        return HttpResponseRedirect(request.get_full_path())

    def _tell_saved(self, request: HttpRequest, obj: Any) -> None:
        self.message_user(
            request, f"{obj} is saved as a draft. What is live changes when you publish.", messages.SUCCESS
        )

    def _pressed(self, request: HttpRequest, obj: Any) -> list[Any]:
        actions = self.get_actions_submit_line(request, obj.pk)
        return [action for action in actions if action.action_name in request.POST]
