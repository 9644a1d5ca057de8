"""Tenants and people, for the platform's staff."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from tenants.adminkit import PlatformAdmin, UserForms, register_page
from tenants.models import Tenant
from tenants.scoping import TenantModel

User = get_user_model()
admin.site.unregister([User, Group])


@admin.register(Tenant)
class TenantPageAdmin(PlatformAdmin):
    list_display = ["name", "slug", "environment", "is_active", "generation", "created_at"]
    list_filter = ["environment", "is_active"]
    search_fields = ["name", "slug"]
    readonly_fields = ["uid", "generation", "created_at"]
    prepopulated_fields = {"slug": ["name"]}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], list[Any]]:
        """Only an empty tenant goes; Django would read every row of the others to say why they stay."""
        used = [
            f"{tenant.name} has {model._meta.verbose_name_plural}; switch it off instead" for tenant in objs
            for model in _models() if model._base_manager.filter(tenant=tenant).exists()
        ]  # fmt: skip
        return ([], {}, set(), used) if used else super().get_deleted_objects(objs, request)


def _models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


@admin.register(User)
class PersonAdmin(UserForms, UserAdmin, PlatformAdmin):
    list_display = ["username", "email", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]


register_page("Platform", "Tenants", "admin:tenants_tenant_changelist", "superuser", "apartment")
register_page("Platform", "People", "admin:auth_user_changelist", "superuser", "person")
