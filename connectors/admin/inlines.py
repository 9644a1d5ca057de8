from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from connectors.admin.authentication_form import FIELD_OF, AuthenticationForm
from connectors.admin.forms import FieldMappingForm, HeaderForm, PropertyForm
from connectors.admin.gallery import proposals
from connectors.field_rules import owner
from connectors.manual import wanted
from connectors.models import (
    ConnectorAuthentication,
    ConnectorFieldMapping,
    ConnectorHeader,
    ConnectorMarkets,
    ConnectorProperty,
)
from connectors.validation import implementation_of
from tenants.adminkit import OneRowInline, TabularInline

#: Above the fields: which of them the connector's Type uses, by the tab that `guide` names.
_GUIDE = "admin/connectors/connector/guide.html"


class _SignedForms:
    """Tells the forms who is typing, so that a stored secret can say it."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        slug = obj.type if obj else request.GET.get("type", "")
        known = {"user": request.user, "implementation": implementation_of(slug)}
        formset.form = type(formset.form.__name__, (formset.form,), known)
        return formset


class AuthenticationInline(_SignedForms, OneRowInline):
    model = ConnectorAuthentication
    form = AuthenticationForm
    template_before = _GUIDE
    template_after = "admin/connectors/connector/other_settings.html"
    guide = "authentication"
    fields = [
        "merchant_id",
        "bearer_token_input",
        "username",
        "password_input",
        "client_app_id",
        "client_app_secret_input",
        "tenant_url",
        "oauth_tenant",
        "oauth_resource",
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the Type uses comes first; the rest is folded."""
        implementation = implementation_of(obj.type if obj else request.GET.get("type", ""))
        if implementation is None:
            return super().get_fieldsets(request, obj)
        used = {FIELD_OF[row.name] for row in wanted(implementation) if row.tab == "Authentication"}
        prominent = [name for name in self.fields if name in used]
        rest = [name for name in self.fields if name not in used]
        folded = ("Fields that are not used", {"fields": rest, "classes": ["collapse"]})
        return [(None, {"fields": prominent}), folded] if prominent else [folded]


class PropertyInline(_SignedForms, TabularInline):
    model = ConnectorProperty
    form = PropertyForm
    template_before = _GUIDE
    guide = "properties"
    tab = True

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A row for each property that is proposed."""
        slug = obj.type if obj else request.GET.get("type", "")
        return len(
            proposals(slug, {row.key.casefold() for row in obj.properties.all()} if obj and obj.pk else set())
        )

    fields = ["key", "key_group", "value_type", "value", "file", "is_secret", "remove_secret"]


class HeaderInline(_SignedForms, TabularInline):
    model = ConnectorHeader
    form = HeaderForm
    tab = True
    fields = ["name", "value", "is_secret", "remove_secret"]


class MarketsInline(OneRowInline):
    model = ConnectorMarkets
    fields = ["enabled_markets", "disabled_markets", "enabled_market_groups", "disabled_market_groups"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        enabled = db_field.name.startswith("enabled")
        field.help_text = "None in both lists means everywhere." if enabled else "Wins over what is enabled."
        return field


class FieldMappingInline(TabularInline):
    model = ConnectorFieldMapping
    form = FieldMappingForm
    tab = True
    fields = ["property", "connector_property", "on_import", "on_export", "says"]
    readonly_fields = ["says"]

    @admin.display(description="Who has the say (as saved)")
    def says(self, obj: ConnectorFieldMapping) -> str:
        return owner(obj.on_import, obj.on_export)
