from __future__ import annotations

from typing import Any

from connectors.documents import SECRETS, TEXTS, label_of
from connectors.manual import wanted
from connectors.models import ConnectorAuthentication
from connectors.secrets_form import SecretFormField, SecretInput
from tenants.adminkit import TenantForm

#: Fields of the form by what they are called.
FIELD_OF = {
    **{label_of(ConnectorAuthentication, name): name for name in TEXTS},
    **{label_of(ConnectorAuthentication, name): f"{name}_input" for name in SECRETS},
}


class AuthenticationForm(TenantForm):
    """Each secret is a reference in the row and a write-only field `<name>_input` here."""

    class Meta:
        model = ConnectorAuthentication
        exclude = list(SECRETS)

    bearer_token_input = SecretFormField(label="Bearer Token")
    password_input = SecretFormField(label="Password")
    client_app_secret_input = SecretFormField(label="Client App Secret")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            self.initial[f"{name}_input"] = getattr(self.instance, name, None)
        for row in wanted(self.implementation) if self.implementation else ():
            field = self.fields.get(FIELD_OF.get(row.name, ""))
            if row.tab == "Authentication" and field is not None:
                label = self.implementation.label
                called = "" if row.label == row.name else f"{row.label} of {label}. "
                field.help_text = f"{called}{row.help} ({row.need})".strip()

    implementation: Any = None

    def save(self, commit: bool = True) -> Any:
        for name in SECRETS:
            given: SecretInput = self.cleaned_data[f"{name}_input"]
            label = f"{self.fields[f'{name}_input'].label} of {self.instance.connector}"
            present = getattr(self.instance, name)
            setattr(self.instance, name, given.stored(present, self.instance.tenant, label, self.user))
        return super().save(commit)

    user: Any = None
