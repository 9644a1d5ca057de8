from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from connectors import registry
from connectors.admin.gallery import is_proposed
from connectors.admin.publishable import DraftForm
from connectors.field_rules import Rule
from connectors.files import KINDS, check_file
from connectors.models import Connector, ConnectorHeader, ConnectorProperty
from connectors.models.rows import ValueType
from connectors.property_values import LARGEST_FILE, FileValue
from connectors.secret_keys import is_secret_header, is_secret_property
from connectors.secrets_form import SecretInput
from connectors.validation import implementation_of
from tenants.adminkit import TenantForm


class ConnectorForm(DraftForm):
    type = forms.ChoiceField(label="Type")

    class Meta:
        model = Connector
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "type" in self.fields:
            field: Any = self.fields["type"]
            field.choices = _types(self.instance.type)
            self._show_defaults(self.instance.type or self.initial.get("type", ""))

    def _show_defaults(self, slug: str) -> None:
        """What is used where a field is left empty."""
        implementation = implementation_of(slug)
        if implementation is not None and "host" in self.fields:
            is_test = self.instance.is_test or self.initial.get("is_test")
            self.fields["host"].widget.attrs["placeholder"] = implementation.hosts.get(
                "test" if is_test else "live", ""
            )
            self.fields["name"].help_text = _expected(implementation)
            self.fields["timeout_ms"].widget.attrs["placeholder"] = str(implementation.timeout_ms)


def _expected(implementation: Any) -> str:
    names = [*implementation.names, implementation.slug]
    return (
        f"What workflow steps call it by; {implementation.label} goes by {', '.join(dict.fromkeys(names))}."
    )


def _types(present: str) -> list[tuple[str, str]]:
    known = [(slug, f"{item.label} ({item.category})") for slug, item in registry.all().items()]
    gone = [(present, f"{present} (not installed)")] if present and present not in dict(known) else []
    return [("", "---------"), *gone, *known]


class SecretRowForm(TenantForm):
    """A property or header: its value, or a secret that is typed into the same field and never shown again."""

    user: Any = None
    remove_secret = forms.BooleanField(label="Remove secret", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret_before = self.instance.secret if self.instance.secret_id else None
        if "value" in self.fields:
            attrs = self.fields["value"].widget.attrs
            attrs |= {"rows": 1, "autocomplete": "off", "style": "min-width: 15rem"}
            attrs["class"] = f"{attrs.get('class', '')} grows"
            if self.secret_before is not None:
                attrs["placeholder"] = self.secret_before.describe()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.typed = cleaned.get("value", "")
        if self._is_new_name(cleaned) and self.looks_secret(cleaned):
            cleaned["is_secret"] = True
        if cleaned.get("is_secret"):
            cleaned["value"] = ""
        elif self.secret_before is not None and not self.typed and not cleaned.get("remove_secret"):
            self.add_error(
                "value", "A stored secret is never shown: enter the value again to keep it readable."
            )
        return cleaned

    def save(self, commit: bool = True) -> Any:
        row = self.instance
        if row.is_secret:
            given = SecretInput(self.typed, bool(self.cleaned_data.get("remove_secret")))
            row.secret = given.stored(self.secret_before, row.tenant, f"{row} of {self.owner()}", self.user)
        else:
            row.secret = None
        return super().save(commit)

    def owner(self) -> Any:
        """Whose row it is, for the label of its secret."""
        return self.instance.connector

    def looks_secret(self, cleaned: dict[str, Any]) -> bool:
        raise NotImplementedError("say which rows hold a credential")

    def _is_new_name(self, cleaned: dict[str, Any]) -> bool:
        """Only a new name decides by itself; who unticks the box afterwards has looked at it."""
        return self.instance.pk is None or bool({"key", "name"} & set(self.changed_data))


class PropertyForm(SecretRowForm):
    file = forms.FileField(label="File", required=False)

    class Meta:
        model = ConnectorProperty
        exclude = ["secret"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].widget.attrs["style"] = "min-width: 11rem"
            self.fields["value_type"].widget.attrs["style"] = "min-width: 6.5rem"
            self.fields["file"].widget.attrs |= {"style": "max-width: 13rem", "accept": ",".join(KINDS)}
        self.file_before = self.instance.value if self.instance.value_type == ValueType.FILE else ""
        if self.file_before:
            self.initial["value"] = ""
            name = self.file_before.partition(";")[0]
            self.fields["value"].widget.attrs["placeholder"] = (
                f"{name} is stored; choose another file to replace it"
            )

    def clean_file(self) -> Any:
        uploaded = self.cleaned_data.get("file")
        if uploaded:
            try:
                check_file(uploaded.name, uploaded.size, uploaded.read(LARGEST_FILE))
            except ValueError as error:
                raise ValidationError(str(error)) from None
            uploaded.seek(0)
        return uploaded

    def has_changed(self) -> bool:
        """A row that was only proposed and stayed empty is no row."""
        if self.instance.pk is None and is_proposed(self._sent("key")) and not self._sent("value"):
            return self.add_prefix("file") in (self.files or {})
        changed: bool = super().has_changed()
        return changed

    def _sent(self, name: str) -> str:
        return str((self.data or {}).get(self.add_prefix(name)) or "")

    def clean(self) -> dict[str, Any]:
        uploaded = self.cleaned_data.get("file")
        if uploaded:
            self.cleaned_data["value"] = FileValue(uploaded.name, uploaded.read()).stored()
            self.cleaned_data["value_type"] = ValueType.FILE
        elif self.cleaned_data.get("value_type") == ValueType.FILE and not self.cleaned_data.get("value"):
            self.cleaned_data["value"] = self.file_before
        return super().clean()

    def looks_secret(self, cleaned: dict[str, Any]) -> bool:
        connector = cleaned.get("connector")
        return is_secret_property(
            implementation_of(connector.type if connector else ""), cleaned.get("key", "")
        )


class HeaderForm(SecretRowForm):
    class Meta:
        model = ConnectorHeader
        exclude = ["secret"]

    def looks_secret(self, cleaned: dict[str, Any]) -> bool:
        return is_secret_header(cleaned.get("name", ""))


class FieldMappingForm(TenantForm):
    """Who names no rule gets the usual one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _RULES & self.fields.keys():
            self.fields[name].required = False

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        for name in _RULES & cleaned.keys():
            cleaned[name] = cleaned[name] or Rule.OVERWRITE.value
        return cleaned


_RULES = {"on_import", "on_export"}
