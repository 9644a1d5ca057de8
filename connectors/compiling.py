"""From a published document to a ConnectorConfig. A connector that cannot be compiled gets a `problem`, no other suffers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from connectors import registry
from connectors.canonical import checksum
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.documents import MARKET_LISTS, SECRETS, TEXTS
from connectors.errors import Misconfigured
from connectors.field_rules import MappedField, Rule
from connectors.generations import TenantInfo
from connectors.hosts import host_of
from connectors.property_values import IS_TEST, is_true, read_value
from connectors.schema import Settings, SettingsError, SettingsValues
from tenants.models import Secret
from tenants.secret_value import SecretValue
from tenants.vault import VaultError

Document = Mapping[str, Any]

#: The ways to authenticate that the Authentication tab offers, and what each is filled in with.
_WAYS = {
    "Bearer Token": ("bearer_token",),
    "Username and Password": ("username", "password"),
    "Client App ID and Secret": ("client_app_id", "client_app_secret"),
}


class Secrets:
    """The secrets that some documents refer to, read in one statement and opened when asked for."""

    def __init__(self, ids: Iterable[str]) -> None:
        wanted = {UUID(secret_id) for secret_id in ids}
        rows = Secret.objects.select_related("tenant").filter(pk__in=wanted) if wanted else ()
        self._rows = {str(row.pk): row for row in rows}

    def open(self, secret_id: str | None) -> SecretValue | None:
        """Raises Misconfigured, with the cure, for a secret that is gone or does not open."""
        if secret_id is None:
            return None
        row = self._rows.get(secret_id)
        if row is None:
            raise Misconfigured(f"secret {secret_id} is not there; enter it again and publish")
        try:
            return row.reveal()
        except VaultError as error:
            raise Misconfigured(f"{row.label}: {error}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileContext:
    """What a compiler of a document may use. `number` is the publication's; `retired` serves only what it began."""

    tenant: TenantInfo
    object_id: int
    number: int
    retired: bool = False
    secrets: Secrets


@dataclass(slots=True)
class _Opened:
    """The document's values with secrets opened."""

    columns: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    headers: list[tuple[str, str | SecretValue]] = field(default_factory=list)
    secrets: list[SecretValue] = field(default_factory=list)


def compile_connector(document: Document, context: CompileContext) -> ConnectorConfig:
    """Never raises for what the document says: the config's `problem` tells staff why it cannot be used."""
    try:
        return _compile(document, context)
    except Misconfigured as error:
        told = f"Connector {document['name']} cannot be used: {error}"
        return _config(document, context, problem=told, properties=_readable(document))


def secret_ids(document: Document) -> Iterator[str]:
    """Every secret that a connector's document refers to."""
    places = [document["authentication"].get(name) for name in SECRETS]
    places += [row.get("secret") for row in (*document["properties"], *document["headers"])]
    yield from (place for place in places if place)


def is_test(document: Document) -> bool:
    """Whether Is Test is ticked or a property IsTest says so. Raises Misconfigured for one that says neither."""
    rows = [row for row in document["properties"] if row["key"].casefold() == IS_TEST]
    meant = [is_true(row.get("value")) for row in rows if row.get("value") != ""]
    if None in meant:
        raise Misconfigured("the property IsTest says neither true nor false; correct it and publish")
    return document["is_test"] or any(meant)


def settings_of(
    implementation: type[Provider], columns: Mapping[str, Any], properties: Mapping[str, Any]
) -> SettingsValues:
    schema: type[Settings] = implementation.settings
    return schema.compile(columns, properties)


def _compile(document: Document, context: CompileContext) -> ConnectorConfig:
    if document.get("blocked"):
        raise Misconfigured(document["blocked"])
    implementation = registry.get(document["type"])
    opened = _open(document, context.secrets)
    test = is_test(document)
    _refuse_undecided(document, implementation)
    host = host_of(document["host"], implementation, is_test=test)
    opened.columns |= {"host": host, "is_test": test}
    try:
        values = settings_of(implementation, opened.columns, opened.properties)
    except SettingsError as error:
        told = f"Connector {document['name']} cannot be used: {error}"
        return _config(
            document, context, problem=told, problems=tuple(error.problems), properties=_readable(document)
        )
    return _config(
        document,
        context,
        host=implementation.own_host(values) or host,
        is_test=test,
        values=values,
        properties=opened.properties,
        headers=tuple(opened.headers),
        secrets=tuple(opened.secrets),
        store=_store(implementation, opened.properties),
        timeout_ms=document["timeout_ms"] or implementation.timeout_ms,
    )


def _refuse_undecided(document: Document, implementation: type[Provider]) -> None:
    """Nobody guesses how to authenticate where the implementation says nothing and several ways are filled in."""
    if implementation.auth is not None or document["authenticated_manually"]:
        return
    known = {field.column for field in implementation.settings.fields().values()}
    given = document["authentication"]
    ways = [
        way for way, columns in _WAYS.items() if any(given[name] and name not in known for name in columns)
    ]
    if len(ways) > 1:
        raise Misconfigured(
            f"{' as well as '.join(ways)} are filled in, and {implementation.label} does not say which one it uses;"
            " empty what it does not need, or tick Is Authenticated Manually"
        )


def _config(document: Document, context: CompileContext, **values: Any) -> ConnectorConfig:
    markets: dict[str, Any] = {
        name: frozenset(code.lower() for code in document["markets"][key])
        for key, name in MARKET_LISTS.items()
    }
    return ConnectorConfig(
        id=context.object_id,
        tenant_id=context.tenant.id,
        tenant_uid=context.tenant.uid,
        revision=f"{context.number}-{checksum(document)[:16]}-{values.get('host', '')}",
        slug=document["type"],
        name=document["name"],
        connector_id=document["connector_id"],
        display_name=document["display_name"] or document["name"],
        category=document["category"],
        handler_lifetime_s=document["handler_lifetime_s"],
        authenticated_manually=document["authenticated_manually"],
        disable_standard_error_policy=document["disable_standard_error_policy"],
        field_mapping=tuple(
            (row["property"], row["connector_property"]) for row in document["field_mapping"]
        ),
        field_rules=tuple(_mapped_field(row) for row in document["field_mapping"]),
        public_url=webhook_address(document["webhook_token"]),
        retired=context.retired,
        **markets,
        **values,
    )


def _mapped_field(row: Document) -> MappedField:
    rules = {name: Rule(row[name]) for name in ("on_import", "on_export") if name in row}
    return MappedField(property=row["property"], connector_property=row["connector_property"], **rules)


def webhook_address(token: str) -> str:
    """Where a provider sends its webhooks for this connector."""
    return f"{settings.CROSSDOCK_PUBLIC_URL}/webhooks/{token}/"


def mail_address(token: str) -> str:
    """Where a provider hands on the mail that customers send."""
    return f"{webhook_address(token)}mail/"


def _open(document: Document, secrets: Secrets) -> _Opened:
    opened = _Opened()
    authentication = document["authentication"]
    opened.columns = {name: authentication[name] for name in TEXTS}
    opened.columns |= {name: secrets.open(authentication[name]) for name in SECRETS}
    rows = [(row, _row_value(row, secrets)) for row in document["properties"]]
    opened.properties = _grouped(rows)
    opened.headers = [(row["name"], _header_value(row, secrets)) for row in document["headers"]]
    values = [
        *opened.columns.values(),
        *(value for _, value in rows),
        *(value for _, value in opened.headers),
    ]
    opened.secrets = [value for value in values if isinstance(value, SecretValue) and value]
    return opened


def _readable(document: Document) -> dict[str, str]:
    """What a connector that cannot be used was for can still be read; nothing of it is secret."""
    return {row["key"]: row["value"] for row in document["properties"] if "value" in row}


def _row_value(row: Document, secrets: Secrets) -> Any:
    if "secret" in row:
        return secrets.open(row["secret"]) or SecretValue("")
    try:
        return read_value(row["value_type"], row["value"])
    except ValueError as error:
        raise Misconfigured(f"property {row['key']}: {error}") from None


def _header_value(row: Document, secrets: Secrets) -> str | SecretValue:
    return secrets.open(row["secret"]) or SecretValue("") if "secret" in row else str(row["value"])


def _grouped(rows: Iterable[tuple[Document, Any]]) -> dict[str, Any]:
    """Values by key, and each Key Group as a mapping of its own; a key without group wins over one in a group."""
    flat: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {}
    for row, value in sorted(rows, key=lambda item: not item[0]["key_group"]):
        flat[row["key"]] = value
        if row["key_group"]:
            groups.setdefault(row["key_group"], {})[row["key"]] = value
    return flat | groups


def _store(implementation: type[Provider], properties: Mapping[str, Any]) -> str:
    wanted = implementation.store_property.casefold()
    found = [value for key, value in properties.items() if wanted and key.casefold() == wanted]
    return str(found[0]).strip().lower() if found else ""
