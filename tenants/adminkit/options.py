from __future__ import annotations

from typing import Any, NoReturn

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from simple_history.admin import SimpleHistoryAdmin
from unfold import admin as skin

from tenants.adminkit.forms import OwnChoicesMixin, TenantForm, newest_change
from tenants.adminkit.rights import RightsMixin
from tenants.models import usages


class _BaseAdmin(skin.ModelAdmin):
    """`first_tab` names the tab of the object's own fields, before those of its inlines. `nothing` tells in an empty
    list what will be there, and what to do for it."""

    first_tab = "General"
    nothing = ""
    list_filter_submit = True
    show_facets = ShowFacets.NEVER  # counts of every choice would read whole tables
    warn_unsaved_form = True

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.first_tab = self.first_tab  # type: ignore[attr-defined]
        return super().changeform_view(request, *args, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        """Another tenant's object answers exactly as one that never existed."""
        raise Http404


class PlatformAdmin(_BaseAdmin):
    """Pages above the tenants, such as the tenants themselves: for superusers, by Django's own permissions."""


class TenantAdmin(RightsMixin, OwnChoicesMixin, _BaseAdmin):
    """Pages of one tenant's rows. Rows, choices and filters are scoped by the managers; rights come from Membership."""

    form = TenantForm

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if not issubclass(self.form, TenantForm):
            raise ImproperlyConfigured(f"{type(self).__name__}.form must be a TenantForm")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A form that was opened in one tenant is not saved in another to which the person switched since."""
        sent, tenant = request.POST.get("_tenant"), getattr(request, "tenant", None)
        if sent and tenant is not None and sent != str(tenant.pk):
            text = (
                f"Nothing was saved: this form was opened in another tenant, and you work in {tenant.name} now. "
                "Switch back, open the form again and send it there."
            )
            self.message_user(request, text, messages.ERROR)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return super().changeform_view(request, *args, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], list[Any]]:
        """Rights decide here and not Django's permissions. Rows in use are told by what uses them, in short: Django would
        name each of a hundred thousand orders of a market."""
        needed = set() if self.has_delete_permission(request) else {str(self.opts.verbose_name)}
        found = [line for obj in objs for line in usages(obj)]
        if found:
            return [], {}, needed, found
        to_delete, counts, _, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, needed, protected


class TrackedAdmin(SimpleHistoryAdmin, TenantAdmin):
    """Rows with a `history`: adds who changed what, and when. It is looked at only: writing an old row over the one of
    today would bring back a revoked key or what points to another version; versions are rolled back on a page of their
    own."""

    object_history_list_template = "admin/history_list.html"
    #: Off where the form has a stamp of its own.
    tells_overtaken = True

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if self.tells_overtaken and context.get("original") is not None:
            context["history_seen"] = newest_change(context["original"])
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        raise Http404


class ReadOnlyAdmin(TenantAdmin):
    """Rows that people only look at; nobody changes them, so there is no history to show."""

    actions: Any = None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = {"show_history": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, shown)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
