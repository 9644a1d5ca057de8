"""A connector's draft as the document that is published: codes and secret ids, never values or keys of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from connectors.field_rules import Rule
from connectors.models import (
    Connector,
    ConnectorAuthentication,
    ConnectorFieldMapping,
    ConnectorHeader,
    ConnectorMarkets,
    ConnectorProperty,
)

KIND = "connector"
SCHEMA_VERSION = 1
PARTS = (
    ConnectorAuthentication,
    ConnectorProperty,
    ConnectorHeader,
    ConnectorMarkets,
    ConnectorFieldMapping,
)

SETTINGS = (
    "name",
    "display_name",
    "type",
    "connector_id",
    "category",
    "host",
    "is_test",
    "timeout_ms",
    "handler_lifetime_s",
    "authenticated_manually",
    "disable_standard_error_policy",
)
TEXTS = ("merchant_id", "username", "client_app_id", "tenant_url", "oauth_tenant", "oauth_resource")
SECRETS = ("bearer_token", "password", "client_app_secret")
MARKET_LISTS = {
    "enabled": "enabled_markets",
    "disabled": "disabled_markets",
    "enabled_groups": "enabled_market_groups",
    "disabled_groups": "disabled_market_groups",
}


def connector_document(connector: Connector) -> dict[str, Any]:
    """Everything of a draft, in an order that depends neither on when its rows were made nor on the database."""
    return {
        **{name: getattr(connector, name) for name in SETTINGS},
        "webhook_token": connector.webhook_token,
        "authentication": _authentication(authentication_of(connector)),
        "properties": [_property(row) for row in _sorted(connector.properties, "key_group", "key")],
        "headers": [_header(row) for row in _sorted(connector.headers, "name")],
        "markets": _markets(markets_of(connector)),
        "field_mapping": [_mapping(row) for row in _sorted(connector.field_mapping, "property")],
    }


#: What connector_document reads besides the row, for prefetch_related.
PREFETCH = (
    "properties",
    "headers",
    "field_mapping",
    *(f"markets__{field}" for field in MARKET_LISTS.values()),
)


def connector_rows(connector: Connector) -> Iterable[models.Model]:
    """The inline rows of a draft."""
    single = [row for row in (authentication_of(connector), markets_of(connector)) if row.pk]
    return chain(single, connector.properties.all(), connector.headers.all(), connector.field_mapping.all())


def overlapping(document: Mapping[str, Any]) -> str:
    """What is said of markets and groups that are both enabled and disabled; "" where none is."""
    lists = document["markets"]
    both = {*lists["enabled"]} & {*lists["disabled"]} | {*lists["enabled_groups"]} & {
        *lists["disabled_groups"]
    }
    return f"{', '.join(sorted(both))} is both enabled and disabled: disabled wins." if both else ""


def label_of(model: type[models.Model], field: str) -> str:
    """What the admin calls a field."""
    found: Any = model._meta.get_field(field)
    return str(found.verbose_name)


def labels() -> dict[str, str]:
    """What staff call the names of the document that are no field's."""
    return {name: label_of(ConnectorMarkets, field) for name, field in MARKET_LISTS.items()}


def authentication_of(connector: Connector) -> ConnectorAuthentication:
    """The row of the Authentication tab, a new one when there is none yet."""
    try:
        return connector.authentication
    except ObjectDoesNotExist:
        return ConnectorAuthentication(tenant_id=connector.tenant_id, connector=connector)


def markets_of(connector: Connector) -> ConnectorMarkets:
    """The row of the Markets tab, a new one when there is none yet."""
    try:
        return connector.markets
    except ObjectDoesNotExist:
        return ConnectorMarkets(tenant_id=connector.tenant_id, connector=connector)


def _sorted(rows: Any, *names: str) -> list[Any]:
    """Sorted here and not by the database, so that prefetched rows serve a list of connectors."""
    return sorted(rows.all(), key=lambda row: tuple(getattr(row, name) for name in names))


def _authentication(row: ConnectorAuthentication) -> dict[str, Any]:
    texts = {name: getattr(row, name) for name in TEXTS}
    return texts | {name: _reference(getattr(row, f"{name}_id")) for name in SECRETS}


def _property(row: Any) -> dict[str, Any]:
    return {"key": row.key, "key_group": row.key_group, "value_type": row.value_type, **_value(row)}


def _header(row: Any) -> dict[str, Any]:
    return {"name": row.name, **_value(row)}


def _value(row: Any) -> dict[str, Any]:
    return {"secret": _reference(row.secret_id)} if row.is_secret else {"value": row.value}


def _mapping(row: ConnectorFieldMapping) -> dict[str, str]:
    """A rule is named only where it is not the usual one, so that documents without any stay the same."""
    rules = {"on_import": row.on_import, "on_export": row.on_export}
    named = {name: rule for name, rule in rules.items() if rule != Rule.OVERWRITE}
    return {"property": row.property, "connector_property": row.connector_property, **named}


def _markets(row: ConnectorMarkets) -> dict[str, list[str]]:
    if not row.pk:
        return {name: [] for name in MARKET_LISTS}
    return {
        name: sorted(area.code for area in getattr(row, field).all()) for name, field in MARKET_LISTS.items()
    }


def _reference(secret_id: Any) -> str | None:
    return str(secret_id) if secret_id else None
