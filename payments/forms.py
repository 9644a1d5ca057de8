from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from connectors.documents import connector_document
from connectors.hosts import check_address
from connectors.models import Connector
from connectors.overtaken import refuse_overtaken, stamp
from connectors.secrets_form import SecretFormField
from payments import connector_fields
from payments.connector_fields import ConnectorFields, payment_providers
from payments.methods import method_document
from payments.models import PaymentMethod
from tenants.adminkit import TenantForm
from tenants.scoping import current_tenant
from tenants.secret_value import SecretValue

SETTINGS = ("provider_name", "merchant_id", "api_token", "base_url", "is_test")


class PaymentMethodForm(TenantForm):
    """Edits the method and, in place, what its connector holds. Without a connector the first save creates one."""

    provider_name = forms.ChoiceField(label="Provider Name", required=False)
    merchant_id = forms.CharField(label="Merchant ID", max_length=200, required=False)
    api_token = SecretFormField(label="API Token")
    base_url = forms.CharField(
        label="Base URL", max_length=500, required=False, help_text="Empty uses the provider's own address."
    )
    is_test = forms.BooleanField(
        label="Is Test", required=False, help_text="Use the provider's test address and mode."
    )
    comment = forms.CharField(
        label="Comment", max_length=500, required=False, help_text="Kept with the version when you publish."
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "connector" not in self.fields:  # who may only look gets the fields as text
            return
        providers, connector = payment_providers(), cast(Any, self.fields["connector"])
        cast(Any, self.fields["provider_name"]).choices = [("", "---------"), *providers]
        connector.required = False
        connector.help_text = "Empty creates a connector from the fields below."
        connector.queryset = Connector.objects.filter(type__in=dict(providers))
        if self.instance.pk:
            self._show_connector(self.instance.connector)
            self.initial["seen"] = seen(self.instance)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        self._refuse_overtaken(cleaned.get("seen"))
        if not cleaned.get("connector") and not cleaned.get("provider_name"):
            self.add_error("provider_name", "Choose a provider, or a connector that exists.")
        if self._changes_both():
            self.add_error("connector", "Save the choice of another connector first; then edit its settings.")
        return cleaned

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"]).strip()
        if url:
            try:
                check_address(url, current_tenant().uid)
            except ValueError as error:
                raise ValidationError(str(error)) from None
        return url

    def clean_provider_name(self) -> str:
        chosen = str(self.cleaned_data["provider_name"])
        before = self.initial.get("provider_name")
        if chosen and before and chosen != before and self.instance.connector.payments.exists():
            raise ValidationError(
                "Payments were made with this provider; create another payment method for the new one."
            )
        return chosen

    def write_connector(self, user: Any) -> None:
        """Give the instance its connector, new or changed. Call it before the instance is saved."""
        chosen = self.cleaned_data.get("connector")
        if chosen is None:
            name = self.cleaned_data["name"]
            self.instance.connector = connector_fields.create(current_tenant(), name, self._given(), user)
        elif self.instance.pk and "connector" not in self.changed_data:
            connector_fields.write(chosen, self._given(), user)

    def _show_connector(self, connector: Connector) -> None:
        shown = connector_fields.read(connector)
        for name in ("provider_name", "merchant_id", "base_url", "is_test"):
            self.initial[name] = getattr(shown, name)
        self.initial["api_token"] = connector_fields.stored_token(connector)

    def _refuse_overtaken(self, given: str | None) -> None:
        if self.instance.pk:
            key = self.instance.pk
            now = PaymentMethod.objects.select_related("connector").get(pk=key)
            refuse_overtaken(
                now, given, lambda: seen(PaymentMethod.objects.get(pk=key)), also=[now.connector]
            )

    def _changes_both(self) -> bool:
        moved = self.cleaned_data.get("connector") is not None and "connector" in self.changed_data
        return moved and any(name in self.changed_data for name in SETTINGS)

    def _given(self) -> ConnectorFields:
        given = self.cleaned_data
        token = given["api_token"]
        return ConnectorFields(
            provider_name=given["provider_name"],
            merchant_id=given["merchant_id"].strip(),
            api_token=SecretValue(token.text) if token.changes else None,
            base_url=given["base_url"],
            is_test=given["is_test"],
        )


def seen(method: PaymentMethod) -> str:
    """What the drafts of the method and its connector say."""
    return stamp(method, [method_document(method), connector_document(method.connector)])
