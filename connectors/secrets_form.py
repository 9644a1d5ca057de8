"""Secrets in forms: typed in, never shown. An empty field keeps what is stored; a box removes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants.models import Secret
from tenants.secret_value import SecretValue


@dataclass(frozen=True, slots=True)
class SecretInput:
    """What was sent: nothing (keep), a new secret, or the wish to remove it."""

    text: str = ""
    clear: bool = False

    @property
    def changes(self) -> bool:
        return self.clear or bool(self.text)

    def stored(self, present: Secret | None, tenant: Any, label: str, user: Any) -> Secret | None:
        """The secret to refer to from now on. A new text wins over the box."""
        if self.text:
            return Secret.store(tenant, self.text, label, user)
        return None if self.clear else present

    def __repr__(self) -> str:
        return f"SecretInput({SecretValue(self.text) if self.text else ''}, clear={self.clear})"


@dataclass(frozen=True, slots=True)
class Lost:
    """A secret that was typed into a form that was refused; `present` is the stored one."""

    present: Secret | None


class SecretWidget(forms.Widget):
    """A password field without value, what is stored in words, and the box."""

    input_classes = "border border-base-200 rounded-default px-3 py-2 w-full max-w-2xl dark:bg-base-900 dark:border-base-700"
    needs_multipart_form = False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        lost = isinstance(value, Lost)
        present = value.present if isinstance(value, Lost) else value if isinstance(value, Secret) else None
        field = format_html(
            '<input type="password" name="{}" id="{}" class="{}" autocomplete="new-password" placeholder="{}">',
            name,
            (attrs or {}).get("id", f"id_{name}"),
            self.input_classes,
            "Enter it again: it was not saved" if lost else "Leave empty to keep it" if present else "",
        )
        if present is None:
            return field
        box = format_html('<label><input type="checkbox" name="{}-clear"> remove</label>', name)
        return format_html(
            '<div class="flex flex-col gap-2 w-full">{}<span class="text-xs">{} · {}</span></div>',
            field,
            present.describe(),
            box,
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> SecretInput:
        return SecretInput(
            text=str(data.get(name) or "").strip("\r\n"), clear=bool(data.get(f"{name}-clear"))
        )

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-clear" not in data


class SecretFormField(forms.Field):
    """Gives a SecretInput; `initial` is the stored Secret."""

    widget = SecretWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def to_python(self, value: Any) -> SecretInput:
        return value if isinstance(value, SecretInput) else SecretInput()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data).changes

    def bound_data(self, data: Any, initial: Any) -> Any:
        """A refused form shows what is stored again, never what was typed; it says so."""
        return Lost(initial) if isinstance(data, SecretInput) and data.text else initial
