"""A published connector as the runtime uses it: frozen, without database, secrets opened but masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from connectors.field_rules import MappedField
from tenants.secret_value import SecretValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorConfig:
    """`host` is the base URL in force (explicit, else the implementation's live or test host), without trailing slash.

    Market, group and store codes are lower case. `values` gives the implementation's settings by attribute.
    Times: `timeout_ms` in milliseconds, `handler_lifetime_s` in seconds. `secrets` is every live secret value, for
    redaction. `field_mapping` is (Property, Connector Property), `field_rules` the same rows with their rules.
    `revision` changes whenever anything of it changes and names the session cache. A `retired` connector
    serves only what it began; one with a `problem` (a text for staff) cannot be used at all; `problems` are the settings
    that are to blame, as (label, column or property key, message).
    """

    id: int
    tenant_id: int
    tenant_uid: UUID
    revision: str
    slug: str
    name: str
    connector_id: str = ""
    display_name: str = ""
    category: str = ""
    host: str = ""
    is_test: bool = False
    values: Any = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str | SecretValue], ...] = ()
    timeout_ms: int = 18_000
    handler_lifetime_s: int = 300
    authenticated_manually: bool = False
    disable_standard_error_policy: bool = False
    enabled_markets: frozenset[str] = frozenset()
    disabled_markets: frozenset[str] = frozenset()
    enabled_market_groups: frozenset[str] = frozenset()
    disabled_market_groups: frozenset[str] = frozenset()
    store: str = ""
    field_mapping: tuple[tuple[str, str], ...] = ()
    field_rules: tuple[MappedField, ...] = ()
    secrets: tuple[SecretValue, ...] = ()
    public_url: str = ""
    retired: bool = False
    problem: str = ""
    problems: tuple[tuple[str, str, str], ...] = ()

    @property
    def is_global(self) -> bool:
        return not (self.enabled_markets or self.enabled_market_groups)
