"""The settings that a connector holds for its object: read and written as if they were the object's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors import registry
from connectors.contracts.base import Category
from connectors.documents import authentication_of, connector_document, label_of
from connectors.drafts import create_connector, free_id, write_document
from connectors.models import Connector, ConnectorAuthentication
from connectors.schema import Field
from connectors.validation import implementation_of
from tenants.models import Secret, Tenant
from tenants.secret_value import SecretValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorFields:
    """`implementation` is its slug. An `api_token` of None leaves the stored one as it is, an empty
    one removes it."""

    implementation: str = ""
    merchant_id: str = ""
    api_token: SecretValue | None = None
    base_url: str = ""
    is_test: bool = False


#: Settings by where a connector stores them; every other one is entered on the connector's own page.
EDITED_IN_PLACE = frozenset({"merchant_id", "bearer_token", "host", "is_test"})


def implementations(category: Category) -> list[tuple[str, str]]:
    """Slugs and labels of the installed implementations of a category."""
    found = registry.all().values()
    return sorted((item.slug, item.label) for item in found if getattr(item, "category", None) == category)


def read(connector: Connector) -> ConnectorFields:
    """The draft's values, without the token."""
    return ConnectorFields(
        implementation=connector.type,
        merchant_id=authentication_of(connector).merchant_id,
        base_url=connector.host,
        is_test=connector.is_test,
    )


def entered_elsewhere(connector: Connector) -> list[str]:
    """Required settings that are missing and that only the connector's own page can hold, each with its place."""
    implementation = implementation_of(connector.type)
    if implementation is None:
        return []
    document = connector_document(connector)
    needed = (
        item for item in implementation.settings.fields().values() if item.required and item.default is None
    )
    return [_place(item) for item in needed if not _is_there(item, document)]


def stored_token(connector: Connector) -> Secret | None:
    token: Secret | None = authentication_of(connector).bearer_token
    return token


def create(tenant: Tenant, label: str, fields: ConnectorFields, user: Any = None) -> Connector:
    """A new draft of a connector with these values; its Connector ID is made of `label`."""
    token: dict[str, Any] = {"bearer_token": fields.api_token} if fields.api_token else {}
    return create_connector(
        tenant,
        fields.implementation,
        connector_id=free_id(label),
        host=fields.base_url,
        is_test=fields.is_test,
        merchant_id=fields.merchant_id,
        user=user,
        **token,
    )


def write(connector: Connector, fields: ConnectorFields, user: Any = None) -> None:
    """Change the draft; another implementation takes the name that it expects."""
    document = connector_document(connector)
    if fields.implementation != connector.type:
        implementation = registry.get(fields.implementation)
        document |= {"type": implementation.slug, "name": (*implementation.names, implementation.label)[0]}
    document |= {"host": fields.base_url, "is_test": fields.is_test}
    document["authentication"]["merchant_id"] = fields.merchant_id
    if fields.api_token is not None:
        document["authentication"]["bearer_token"] = fields.api_token or None
    write_document(connector, document, user)


def _is_there(field: Field, document: Mapping[str, Any]) -> bool:
    """Whether a setting is entered, or is one of those that are edited in place."""
    if field.column:
        return field.column in EDITED_IN_PLACE or bool(document["authentication"].get(field.column))
    key = field.stored_as.casefold()
    rows = (
        row for row in document["properties"] if key in {row["key"].casefold(), row["key_group"].casefold()}
    )
    return any(row.get("value") or row.get("secret") for row in rows)


def _place(field: Field) -> str:
    if field.column:
        return f"{field.label} (tab Authentication, {label_of(ConnectorAuthentication, field.column)})"
    return f"{field.label} (tab Properties, Key {field.stored_as})"
