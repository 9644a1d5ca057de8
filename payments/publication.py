"""Publishing a payment method publishes its connector too; the checks of both are in publish_checks.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors import publishing
from connectors.gateways.publication import connector_of, markets_of, publish_with_connector
from connectors.references import Reference, register_references
from connectors.runtime import TenantRuntime, register_compiler
from payments.methods import KIND, SCHEMA_VERSION, compile_method, method_document, methods_of
from payments.models import PaymentMethod

publish_method = publish_with_connector


def register() -> None:
    """Make payment methods publishable, let the runtime compile them, and tell whom they use."""
    publishing.register(KIND, PaymentMethod, method_document, schema_version=SCHEMA_VERSION, restore=restore)
    register_compiler(KIND, compile_method)
    register_references(uses)


def restore(method: PaymentMethod, document: Mapping[str, Any], user: Any) -> None:
    """Rewrite the draft from a document. Raises ValidationError when its connector or a market is gone, or its name
    taken."""
    markets, connector = markets_of(document), connector_of(document)
    for name in ("name", "payment_method_name", "options"):
        setattr(method, name, document[name])
    method.connector = connector
    method.validate_constraints()
    method.save()
    method.valid_on_markets.set(markets)


def uses(runtime: TenantRuntime) -> Iterator[Reference]:
    """Which connectors the published payment methods use."""
    for method in methods_of(runtime):
        yield Reference(where=f"Payment method {method.name}", object_id=method.connector)
