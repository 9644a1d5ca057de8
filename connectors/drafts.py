"""Writing a connector's draft as a whole: for roll back, import, the demo and tests. The admin edits it row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from connectors import registry
from connectors.contracts.base import Provider
from connectors.documents import (
    MARKET_LISTS,
    SECRETS,
    SETTINGS,
    TEXTS,
    authentication_of,
    label_of,
    markets_of,
)
from connectors.field_rules import Rule
from connectors.models import Connector, ConnectorAuthentication, ConnectorMarkets
from connectors.property_values import FileValue
from connectors.secret_keys import is_secret_header, is_secret_property
from tenants.models import Market, MarketGroup, Secret, Tenant
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue

Document = Mapping[str, Any]

_USUAL_RULES = dict.fromkeys(("on_import", "on_export"), Rule.OVERWRITE.value)


def create_connector(
    tenant: Tenant,
    type: str,
    *,
    name: str = "",
    properties: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    field_mapping: Mapping[str, str | tuple[str, str, str]] | None = None,
    user: Any = None,
    **values: Any,
) -> Connector:
    """A new draft. `values` are connector and authentication fields and lists of market and group codes.

    Secrets are given in clear and stored as secrets, also properties and headers that hold one. A property whose
    value is a mapping is a Key Group. The field of a Field Mapping may come with its rules:
    (field, on import, on export). Raises NotInstalled, ValidationError for unknown market codes, and TypeError
    for a value that a connector does not have.
    """
    implementation = registry.get(type)
    _refuse_unknown(values)
    names = implementation.names or (implementation.label,)
    document = {
        **{key: values[key] for key in SETTINGS if key in values},
        "type": implementation.slug,
        "name": name or names[0],
        "authentication": {key: _given(key, values[key]) for key in (*TEXTS, *SECRETS) if key in values},
        "properties": list(_property_rows(implementation, properties or {})),
        "headers": [
            {"name": key, **_value(value, is_secret_header(key))} for key, value in (headers or {}).items()
        ],
        "markets": {key: values.get(field, []) for key, field in MARKET_LISTS.items()},
        "field_mapping": [_mapping_row(ours, theirs) for ours, theirs in (field_mapping or {}).items()],
    }
    return write_document(Connector(tenant=tenant), document, user)


def write_document(connector: Connector, document: Document, user: Any = None) -> Connector:
    """Make the draft say what a document says; rows that are the same are not touched.

    A secret is an id, or a SecretValue that is stored now. Raises ValidationError for market codes that are gone and a
    Connector ID that another connector has.
    """
    with transaction.atomic(), tenant_scope(connector.tenant):
        _write_settings(connector, document)
        _write_authentication(connector, document["authentication"], user)
        _write_markets(connector, document["markets"])
        stored = _storing(connector, user)
        _sync(connector.properties, ("key", "key_group"), [stored(row) for row in document["properties"]])
        _sync(connector.headers, ("name",), [stored(row) for row in document["headers"]])
        mapping: list[Document] = [{**_USUAL_RULES, **row} for row in document["field_mapping"]]
        _sync(connector.field_mapping, ("property",), mapping)
    return connector


def _mapping_row(ours: str, theirs: str | tuple[str, str, str]) -> dict[str, str]:
    values = (theirs,) if isinstance(theirs, str) else theirs
    named = zip(("connector_property", "on_import", "on_export"), values, strict=False)
    return {"property": ours, **dict(named)}


def free_id(label: str) -> str:
    """A Connector ID made of `label` that no connector of the tenant in scope has."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", label).strip("-._") or "connector"
    taken = {found.lower() for found in Connector.objects.values_list("connector_id", flat=True)}
    candidates = (base[:90] if number == 1 else f"{base[:90]}-{number}" for number in count(1))
    return next(candidate for candidate in candidates if candidate.lower() not in taken)


def _write_settings(connector: Connector, document: Document) -> None:
    wanted = str(document.get("connector_id", ""))
    others = Connector.objects.filter(connector_id__iexact=wanted).exclude(pk=connector.pk)
    if wanted and others.exists():
        raise ValidationError(f"Another connector has the Connector ID {wanted}.")
    values = {key: document[key] for key in SETTINGS if key in document and key != "category"}
    _save_changes(connector, values)


def _write_authentication(connector: Connector, values: Document, user: Any) -> None:
    row = authentication_of(connector)
    texts = {key: values.get(key, "") for key in TEXTS}
    secrets = {
        f"{key}_id": _secret_id(connector, values.get(key), label_of(ConnectorAuthentication, key), user)
        for key in SECRETS
    }
    _save_changes(row, texts | secrets)


def _write_markets(connector: Connector, lists: Document) -> None:
    row = markets_of(connector)
    if row.pk is None:
        row.save()
    for key, field in MARKET_LISTS.items():
        model = MarketGroup if "group" in key else Market
        getattr(row, field).set(_by_code(model, lists[key], label_of(ConnectorMarkets, field)))


def _by_code(model: type[Any], codes: list[str], label: str) -> list[Any]:
    rows = {row.code.lower(): row for row in model.objects.all()} if codes else {}
    missing = [code for code in codes if code.lower() not in rows]
    if missing:
        kind = model._meta.verbose_name
        raise ValidationError(f"{label}: there is no {kind} {', '.join(missing)}; create it or leave it out.")
    return [rows[code.lower()] for code in codes]


def _sync(manager: Any, identity: tuple[str, ...], wanted: list[Document]) -> None:
    """Update, create and delete rows so that they are the wanted ones, compared by their identity without case."""
    present = {_key(row, identity): row for row in manager.all()}
    connector = manager.instance
    for values in wanted:
        key = tuple(values[name].casefold() for name in identity)
        row = present.pop(key, None) or manager.model(tenant_id=connector.tenant_id, connector=connector)
        _save_changes(row, values)
    for row in present.values():
        row.delete()


def _key(row: models.Model, identity: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(getattr(row, name).casefold() for name in identity)


def _save_changes(row: models.Model, values: Document) -> None:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed or row.pk is None:
        row.save()


def _storing(connector: Connector, user: Any) -> Callable[[Document], dict[str, Any]]:
    """From a row of the document to the fields of a property or header."""

    def stored(row: Document) -> dict[str, Any]:
        plain = {name: value for name, value in row.items() if name not in {"secret", "value"}}
        label = row.get("key") or row["name"]
        secret = _secret_id(connector, row.get("secret"), label, user)
        return {**plain, "value": row.get("value", ""), "is_secret": "secret" in row, "secret_id": secret}

    return stored


def _secret_id(connector: Connector, value: Any, label: str, user: Any) -> Any:
    if not value:
        return None
    if isinstance(value, SecretValue):
        return Secret.store(connector.tenant, value.reveal(), f"{label} of {connector.name}", user).pk
    return Secret.objects.get(pk=value).pk


def _refuse_unknown(values: Document) -> None:
    unknown = values.keys() - {*SETTINGS, *TEXTS, *SECRETS, *MARKET_LISTS.values()}
    if unknown:
        raise TypeError(f"a connector has no {', '.join(sorted(unknown))}")


def _given(name: str, value: Any) -> Any:
    return SecretValue(value) if name in SECRETS and isinstance(value, str) else value


def _property_rows(implementation: type[Provider], properties: Document) -> Iterator[dict[str, Any]]:
    for name, value in properties.items():
        grouped = value.items() if isinstance(value, Mapping) else [(name, value)]
        group = name if isinstance(value, Mapping) else ""
        for key, item in grouped:
            typed = _value(item, is_secret_property(implementation, key))
            yield {"key": key, "key_group": group, "value_type": _type_of(item), **typed}


def _value(value: Any, is_secret: bool) -> dict[str, Any]:
    if isinstance(value, SecretValue):
        return {"secret": value}
    text = _text(value)
    return {"secret": SecretValue(text)} if is_secret else {"value": text}


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    return "File" if isinstance(value, FileValue) else "String"


def _text(value: Any) -> str:
    if isinstance(value, FileValue):
        return value.stored()
    return str(value).lower() if isinstance(value, bool) else str(value)
