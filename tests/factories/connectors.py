"""Rows of connectors/. Nothing here needs a scope."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors import drafts
from connectors.compiled import ConnectorConfig
from connectors.models import Connector
from connectors.publishing import publish
from connectors.runtime import runtime
from tenants.models import Tenant
from tenants.scoping import tenant_scope

SECRET_KEY = "sk_test_0123456789abcdef0001"


def make_connector(tenant: Tenant, type: str = "webhook", **values: Any) -> Connector:
    """A draft; values as in drafts.create_connector. A webhook gets a host, a stripe connector a key and test mode."""
    return drafts.create_connector(tenant, type, **{**DEFAULTS.get(type, {}), **values})


def publish_connector(tenant: Tenant, type: str = "webhook", **values: Any) -> ConnectorConfig:
    """A published connector, compiled."""
    connector = make_connector(tenant, type, **values)
    with tenant_scope(tenant):
        publish(connector)
    return runtime(tenant.pk).connectors[connector.pk]


def with_values(config: ConnectorConfig, **values: Any) -> ConnectorConfig:
    """A copy of a compiled connector with other values."""
    return replace(config, **values)


DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "webhook": {"host": "https://hooks.example.com"},
    "stripe": {"is_test": True, "bearer_token": SECRET_KEY},
}
