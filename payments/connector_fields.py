"""The fields of a payment method that its connector holds: read and written as if they were the method's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import Any

from connectors import registry
from connectors.contracts.base import Category
from connectors.documents import authentication_of, connector_document
from connectors.drafts import create_connector, write_document
from connectors.models import Connector
from tenants.models import Secret, Tenant
from tenants.secret_value import SecretValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorFields:
    """`provider_name` is the implementation's slug. An `api_token` of None leaves the stored one as it is, an empty
    one removes it."""

    provider_name: str = ""
    merchant_id: str = ""
    api_token: SecretValue | None = None
    base_url: str = ""
    is_test: bool = False


def payment_providers() -> list[tuple[str, str]]:
    """Slugs and labels of the installed payment implementations."""
    found = registry.all().values()
    return sorted(
        (item.slug, item.label) for item in found if getattr(item, "category", None) == Category.PAYMENT
    )


def read(connector: Connector) -> ConnectorFields:
    """The draft's values, without the token."""
    return ConnectorFields(
        provider_name=connector.type,
        merchant_id=authentication_of(connector).merchant_id,
        base_url=connector.host,
        is_test=connector.is_test,
    )


def stored_token(connector: Connector) -> Secret | None:
    return authentication_of(connector).bearer_token


def create(tenant: Tenant, label: str, fields: ConnectorFields, user: Any = None) -> Connector:
    """A new draft of a connector with these values; its Connector ID is made of `label`."""
    token: dict[str, Any] = {"bearer_token": fields.api_token} if fields.api_token else {}
    return create_connector(
        tenant,
        fields.provider_name,
        connector_id=_free_id(label),
        host=fields.base_url,
        is_test=fields.is_test,
        merchant_id=fields.merchant_id,
        user=user,
        **token,
    )


def write(connector: Connector, fields: ConnectorFields, user: Any = None) -> None:
    """Change the draft; another provider takes the name that its implementation expects."""
    document = connector_document(connector)
    if fields.provider_name != connector.type:
        implementation = registry.get(fields.provider_name)
        document |= {"type": implementation.slug, "name": (*implementation.names, implementation.label)[0]}
    document |= {"host": fields.base_url, "is_test": fields.is_test}
    document["authentication"]["merchant_id"] = fields.merchant_id
    if fields.api_token is not None:
        document["authentication"]["bearer_token"] = fields.api_token or None
    write_document(connector, document, user)


def _free_id(label: str) -> str:
    """Connectors of one Type are told apart by their Connector ID, so each gets one from the start."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", label).strip("-._") or "payment"
    taken = {found.lower() for found in Connector.objects.values_list("connector_id", flat=True)}
    candidates = (base[:90] if number == 1 else f"{base[:90]}-{number}" for number in count(1))
    return next(candidate for candidate in candidates if candidate.lower() not in taken)
