"""Tenants and people, for the platform's staff."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group

from tenants.adminkit import PlatformAdmin, UserForms, register_page
from tenants.models import Tenant

User = get_user_model()
admin.site.unregister([User, Group])


@admin.register(Tenant)
class TenantPageAdmin(PlatformAdmin):
    list_display = ["name", "slug", "environment", "is_active", "generation", "created_at"]
    list_filter = ["environment", "is_active"]
    search_fields = ["name", "slug"]
    readonly_fields = ["uid", "generation", "created_at"]
    prepopulated_fields = {"slug": ["name"]}


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
