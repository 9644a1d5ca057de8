"""Accounts and price gateways of a shipping provider, written back from a publication."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from connectors.models import Connector
from shipping.models import ShippingAccount, ShippingProvider
from tenants.models import Market, Store


def read_accounts(document: Mapping[str, Any]) -> list[ShippingAccount]:
    """Rows that are not saved. Raises ValidationError when what they refer to is gone."""
    rows: Sequence[Mapping[str, Any]] = document.get("accounts", ())
    _check_connectors(row["connector"] for row in rows)
    return [
        ShippingAccount(
            market=_place(Market, row["market"]),
            store=_place(Store, row["store"]),
            connector_id=row["connector"],
        )
        for row in rows
    ]


def restore_accounts(provider: ShippingProvider, wanted: Sequence[ShippingAccount], user: Any) -> None:
    for row in provider.accounts.all():
        row._history_user = user  # type: ignore[attr-defined]
        row.delete()
    for row in wanted:
        row.provider = provider
        row._history_user = user  # type: ignore[attr-defined]
        row.save()


def check_price_connectors(document: Mapping[str, Any]) -> None:
    """Raises ValidationError when a Shipping Price Gateway is gone."""
    named = (option.get("price_connector") for option in document["shipment_options"])
    _check_connectors(key for key in named if key is not None)


def _check_connectors(keys: Iterable[int]) -> None:
    wanted = set(keys)
    if Connector.objects.filter(pk__in=wanted).count() < len(wanted):
        raise ValidationError("A connector that it used is gone.")


def _place(model: Any, code: str) -> Any:
    if not code:
        return None
    found = model.objects.filter(code=code).first()
    if found is None:
        raise ValidationError(f"There is no {model._meta.verbose_name} {code} any more.")
    return found
