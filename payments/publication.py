"""Publishing a payment method publishes its connector too; the checks of both are in publish_checks.py."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from connectors import publishing
from connectors.models import Connector, Publication
from connectors.publishing import publish
from connectors.references import Reference, register_references
from connectors.runtime import TenantRuntime, register_compiler
from payments.methods import KIND, SCHEMA_VERSION, compile_method, method_document, methods_of
from payments.models import PaymentMethod
from tenants.models import Market
from tenants.scoping import tenant_scope


def register() -> None:
    """Make payment methods publishable, let the runtime compile them, and tell whom they use."""
    publishing.register(KIND, PaymentMethod, method_document, schema_version=SCHEMA_VERSION, restore=restore)
    register_compiler(KIND, compile_method)
    register_references(uses)


def publish_method(
    method: PaymentMethod,
    *,
    user: Any = None,
    comment: str = "",
    expected: int | None = None,
    confirmed: Collection[str] | None = None,
) -> Publication:
    """Publish the method and, where its draft differs, the connector, in one transaction.

    Raises what connectors.publishing.publish raises; nothing is published then.
    """
    with transaction.atomic(), tenant_scope(method.tenant_id):
        publish(method.connector, user=user, comment=comment, confirmed=confirmed)
        return publish(method, user=user, comment=comment, expected=expected, confirmed=confirmed)


def restore(method: PaymentMethod, document: Mapping[str, Any], user: Any) -> None:
    """Rewrite the draft from a document. Raises ValidationError when its connector or a market is gone, or its name
    taken."""
    codes = document["valid_on_markets"]
    markets = list(Market.objects.filter(code__in=codes))
    missing = sorted(set(codes) - {market.code for market in markets})
    if missing:
        raise ValidationError(f"There is no market {', '.join(missing)} any more.")
    connector = Connector.objects.filter(pk=document["connector"]).first()
    if connector is None:
        raise ValidationError("Its connector is gone.")
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
