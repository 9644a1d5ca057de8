"""What is checked before an object over a connector goes live. Apps register these for their own kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.checklist import Finding, Going, error
from connectors.contracts.base import Category
from connectors.gateways.fields import implementations
from tenants.models import Market


def changed_account(going: Going) -> str:
    """For a connector: which of the fields that decide whose account is meant change; "" when none does."""
    if going.obj.live is None:
        return ""
    places = _places(going.obj.live.document, going.document)
    return " and ".join(label for label, then, now in places if then != now)


def connector_serves(going: Going, category: Category, refusal: str) -> Iterator[Finding]:
    """`refusal` completes the sentence about a connector of another category, such as "takes no payments"."""
    connector = going.obj.connector
    if connector.type not in dict(implementations(category)):
        yield error("provider", f"{connector} {refusal}; choose another connector.", "Connector")
    elif connector.live is None:
        yield error("connector", f"{connector} is not published; publish it too.", "Connector")


def some_market_is_left(going: Going) -> Iterator[Finding]:
    codes = going.document["valid_on_markets"]
    if codes and not Market.objects.filter(code__in=codes, is_active=True).exists():
        yield error("markets", "All of its markets are switched off; choose others.", "Valid On Markets")


def _places(live: Any, draft: Any) -> list[tuple[str, Any, Any]]:
    account = "merchant_id"
    return [
        ("Type", live["type"], draft["type"]),
        ("Host", live["host"], draft["host"]),
        ("Is Test", live["is_test"], draft["is_test"]),
        ("Merchant ID", live["authentication"][account], draft["authentication"][account]),
    ]
