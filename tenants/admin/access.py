"""Who may enter a tenant: members, API keys, and the secrets that connectors use."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from tenants.adminkit import ReadOnlyAdmin, TenantForm, TrackedAdmin, WordsField, register_page
from tenants.models import ApiKey, Membership, Right, Secret

_SCOPE = re.compile(r"\*|[a-z_]+:(read|write|act|publish)")


class MembershipForm(TenantForm):
    """Asks for the user name, because a list of all people would show those of other tenants."""

    username = forms.CharField(label="User name", max_length=150)

    def _get_validation_exclusions(self) -> set[str]:
        found = {"user"} if self.instance.user_id else set()
        return super()._get_validation_exclusions() - found

    def clean_username(self) -> str:
        person = (
            get_user_model()
            ._default_manager.filter(username=self.cleaned_data["username"], is_active=True)
            .first()
        )
        if person is None:
            raise ValidationError("Nobody has this user name; ask the platform's staff for an account.")
        self.instance.user = person
        return person.get_username()


@admin.register(Membership)
class MembershipAdmin(TrackedAdmin):
    nothing = "A member may work in this tenant, with the rights of a role."
    view_right = edit_right = Right.ADMINISTER
    list_display = ["user", "role"]
    list_filter = ["role"]
    search_fields = ["user__username"]
    list_select_related = ["user"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = MembershipForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["user", "role"] if obj else ["username", "role"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["user"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.user.is_staff:
            obj.user.is_staff = True
            obj.user.save(update_fields=["is_staff"])


class ApiKeyForm(TenantForm):
    scopes = WordsField(help_text="Such as orders:read orders:write; * allows everything.")

    def clean_scopes(self) -> list[str]:
        scopes: list[str] = self.cleaned_data["scopes"]
        for scope in scopes:
            if not _SCOPE.fullmatch(scope):
                raise ValidationError(
                    f"{scope} is no scope: write what the key works with and read, write, act or publish, such as"
                    " orders:read."
                )
        return scopes

    allowed_ips = WordsField(
        label="Allowed addresses",
        required=False,
        help_text="Addresses or networks, such as 192.0.2.10 198.51.100.0/24; empty allows every address.",
    )


@admin.register(ApiKey)
class ApiKeyAdmin(TrackedAdmin):
    nothing = "A shop or an app sends orders with a key. Its scopes say what it may do."
    view_right = edit_right = Right.ADMINISTER
    form = ApiKeyForm
    list_display = ["name", "prefix", "may", "expires_at", "revoked_at", "last_used_at"]
    fields = ["name", "scopes", "expires_at", "allowed_ips"]
    actions = ["revoke"]
    search_fields = ["name", "prefix"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are revoked, so that events keep naming them."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.tenant, obj.created_by = request.tenant, request.user  # type: ignore[attr-defined]
            request.issued_key = obj.draw()  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Shows the key in this very answer: a message would carry it through a cookie or the session."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"API key {obj.name}",
            "opts": self.opts,
            "plain": request.issued_key,  # type: ignore[attr-defined]
        }
        return TemplateResponse(
            request, "admin/tenants/apikey/issued.html", context, headers={"Cache-Control": "no-store"}
        )

    @admin.display(description="Scopes")
    def may(self, obj: ApiKey) -> str:
        return "everything" if "*" in obj.scopes else ", ".join(obj.scopes)

    @admin.action(description="Revoke the selected keys", permissions=["administer"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        keys = list(queryset.filter(revoked_at__isnull=True))
        for key in keys:
            key.revoke()
        self.message_user(request, f"{len(keys)} revoked.", messages.SUCCESS)


@admin.register(Secret)
class SecretAdmin(ReadOnlyAdmin):
    nothing = "Credentials that are entered in connectors are listed here, never with their value."
    view_right = Right.ADMINISTER
    list_display = ["label", "state", "created_at"]
    fields = ["label", "state", "created_at"]
    list_select_related = ["created_by"]
    search_fields = ["label"]
    ordering = ["label", "-created_at"]

    @admin.display(description="Value")
    def state(self, obj: Secret) -> str:
        return obj.describe()


register_page("Access", "API Keys", "admin:tenants_apikey_changelist", "administer", "key")
register_page("Access", "Secrets", "admin:tenants_secret_changelist", "administer", "lock")
register_page("Access", "Users and Roles", "admin:tenants_membership_changelist", "administer", "group")
