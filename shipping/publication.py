"""Publishing a shipping provider publishes its connector too; the checks of both are in publish_checks.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from connectors import publishing
from connectors.gateways.publication import connector_of, markets_of
from connectors.references import Reference, register_references
from connectors.runtime import TenantRuntime, register_compiler
from shipping.models import ShipmentOption, ShippingAccount, ShippingProvider
from shipping.providers import KIND, SCHEMA_VERSION, compile_provider, provider_document, providers_of
from shipping.restoring import check_price_connectors, read_accounts, restore_accounts
from tenants.models import Store


def register() -> None:
    """Make shipping providers publishable, let the runtime compile them, and tell whom they use."""
    publishing.register(
        KIND,
        ShippingProvider,
        provider_document,
        rows=lambda provider: [*provider.shipment_options.all(), *provider.accounts.all()],
        parts=(ShipmentOption, ShippingAccount),
        labels={"shipment_options": "Shipment Options", "accounts": "Auth Settings"},
        schema_version=SCHEMA_VERSION,
        restore=restore,
    )
    register_compiler(KIND, compile_provider)
    register_references(uses)


def restore(provider: ShippingProvider, document: Mapping[str, Any], user: Any) -> None:
    """Rewrite the draft with its options from a document. Raises ValidationError when what it refers to is gone."""
    markets, provider.connector = markets_of(document), connector_of(document)
    stores = _stores(document)
    accounts = read_accounts(document)
    check_price_connectors(document)
    provider.name, provider.properties = document["name"], document["properties"]
    provider.validate_constraints()
    provider.save()
    provider.valid_on_markets.set(markets)
    _restore_options(provider, document["shipment_options"], stores, user)
    restore_accounts(provider, accounts, user)


def uses(runtime: TenantRuntime) -> Iterator[Reference]:
    """Which connectors the published shipping providers use."""
    for provider in providers_of(runtime):
        where = f"Shipping provider {provider.name}"
        yield Reference(where=where, object_id=provider.connector)
        for account in provider.accounts:
            yield Reference(where=f"{where}, account of {account.place}", object_id=account.connector)
        for option in provider.options:
            if option.price_connector is not None:
                yield Reference(where=f"{where}, prices of {option.name}", object_id=option.price_connector)


def _stores(document: Mapping[str, Any]) -> dict[str, Store | None]:
    """The stores of the options by code; that of no code is none."""
    codes = {option["store"] for option in document["shipment_options"]} - {""}
    found: dict[str, Store | None] = {store.code: store for store in Store.objects.filter(code__in=codes)}
    missing = sorted(codes - found.keys())
    if missing:
        raise ValidationError(f"There is no store {', '.join(missing)} any more.")
    return found | {"": None}


def _restore_options(
    provider: ShippingProvider,
    wanted: list[Mapping[str, Any]],
    stores: Mapping[str, Store | None],
    user: Any,
) -> None:
    """Rows keep their identity by name, so that the history of each goes on."""
    present = {row.name.lower(): row for row in provider.shipment_options.all()}
    kept = {option["name"].lower() for option in wanted}
    for name, row in present.items():
        if name not in kept:
            row._history_user = user  # type: ignore[attr-defined]
            row.delete()
    for option in wanted:
        row = present.get(option["name"].lower()) or ShipmentOption(provider=provider)
        values = {**option, "store": stores[option["store"]]}
        row.price_connector_id = values.pop("price_connector", None)
        for field, value in values.items():
            setattr(row, field, value)
        row._history_user = user  # type: ignore[attr-defined]
        row.save()
