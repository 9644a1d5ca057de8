from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms

from connectors.contracts.base import Category
from connectors.documents import connector_document
from connectors.gateways import fields as stored
from connectors.gateways.fields import ConnectorFields, implementations
from connectors.hosts import check_address, is_host_word
from connectors.models import Connector
from connectors.overtaken import refuse_overtaken, stamp
from connectors.publishing import kind_of
from connectors.secrets_form import SecretFormField
from connectors.validation import implementation_of
from tenants.adminkit import TenantForm
from tenants.scoping import current_tenant
from tenants.secret_value import SecretValue

_SHOWN = ("merchant_id", "base_url", "is_test")


class GatewayForm(TenantForm):
    """Edits an object and, in place, what its connector holds. Without a connector the first save creates one.

    `gateway_field` names the subclass's choice of an implementation, whose category is `category`.
    """

    category: ClassVar[Category]
    gateway_field: ClassVar[str]

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

    @classmethod
    def settings_fields(cls) -> tuple[str, ...]:
        """The fields that the connector holds, in the order of the page."""
        return (cls.gateway_field, "merchant_id", "api_token", "base_url", "is_test")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "connector" not in self.fields:  # who may only look gets the fields as text
            return
        installed, connector = implementations(self.category), cast(Any, self.fields["connector"])
        cast(Any, self.fields[self.gateway_field]).choices = [("", "---------"), *installed]
        connector.required = False
        connector.help_text = "Empty creates a connector from the fields below."
        connector.queryset = Connector.objects.filter(type__in=dict(installed))
        slug = self.instance.connector.type if self.instance.pk else self.initial.get(self.gateway_field, "")
        self._explain(slug)
        if self.instance.pk:
            self._show_connector(self.instance.connector)
            self.initial["seen"] = seen(self.instance)

    def was_used(self, connector: Connector) -> str:
        """Why the connector can have no other implementation any more; "" when it can."""
        return ""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        self._refuse_overtaken(cleaned.get("seen"))
        self._check_gateway(cleaned)
        self._check_base_url(cleaned)
        if self._changes_both():
            self.add_error("connector", "Save the choice of another connector first; then edit its settings.")
        return cleaned

    def write_connector(self, user: Any) -> None:
        """Give the instance its connector, new or changed. Call it before the instance is saved."""
        chosen = self.cleaned_data.get("connector")
        if chosen is None:
            name = self.cleaned_data["name"]
            self.instance.connector = stored.create(current_tenant(), name, self._given(), user)
        elif self.instance.pk and "connector" not in self.changed_data:
            stored.write(chosen, self._given(), user)

    def _explain(self, slug: str) -> None:
        """What the chosen implementation means by the fields."""
        implementation = implementation_of(slug)
        if implementation is None:
            return
        columns = {item.column: item for item in implementation.settings.fields().values()}
        for column, name in (("merchant_id", "merchant_id"), ("bearer_token", "api_token")):
            item = columns.get(column)
            if item is not None:
                called = "" if item.label == self.fields[name].label else f"{item.label}. "
                self.fields[name].help_text = f"{called}{item.help}".strip()
        hosts = " or ".join(dict.fromkeys(implementation.hosts.values()))
        if hosts:
            self.fields["base_url"].help_text = f"Empty uses {hosts}."

    def _show_connector(self, connector: Connector) -> None:
        shown = stored.read(connector)
        self.initial[self.gateway_field] = shown.implementation
        for name in _SHOWN:
            self.initial[name] = getattr(shown, name)
        self.initial["api_token"] = stored.stored_token(connector)

    def _refuse_overtaken(self, given: str | None) -> None:
        if self.instance.pk:
            rows, key = type(self.instance).objects.select_related("connector"), self.instance.pk
            now = rows.get(pk=key)
            refuse_overtaken(now, given, lambda: seen(rows.get(pk=key)), also=[now.connector])

    def _check_gateway(self, cleaned: dict[str, Any]) -> None:
        chosen, before = cleaned.get(self.gateway_field), self.initial.get(self.gateway_field)
        if not cleaned.get("connector") and chosen == "":
            self.add_error(self.gateway_field, "Choose a provider, or a connector that exists.")
        if chosen and before and chosen != before:
            refusal = self.was_used(self.instance.connector)
            if refusal:
                self.add_error(self.gateway_field, refusal)

    def _check_base_url(self, cleaned: dict[str, Any]) -> None:
        """A web address, or a word of the chosen provider's."""
        url = cleaned["base_url"] = str(cleaned.get("base_url") or "").strip()
        if url and not is_host_word(url, implementation_of(str(cleaned.get(self.gateway_field)))):
            try:
                check_address(url, current_tenant().uid)
            except ValueError as error:
                self.add_error("base_url", str(error))

    def _changes_both(self) -> bool:
        moved = self.cleaned_data.get("connector") is not None and "connector" in self.changed_data
        return moved and any(name in self.changed_data for name in self.settings_fields())

    def _given(self) -> ConnectorFields:
        given = self.cleaned_data
        token = given["api_token"]
        return ConnectorFields(
            implementation=given[self.gateway_field],
            merchant_id=given["merchant_id"].strip(),
            api_token=SecretValue(token.text) if token.changes else None,
            base_url=given["base_url"],
            is_test=given["is_test"],
        )


def seen(obj: Any) -> str:
    """What the drafts of the object and its connector say."""
    return stamp(obj, [kind_of(obj).to_document(obj), connector_document(obj.connector)])
