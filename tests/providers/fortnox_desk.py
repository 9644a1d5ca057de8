"""A connector of the sandbox's Fortnox, and the calls that are made through it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.contracts.common import OrderDocument
from connectors.providers.fortnox import Fortnox
from connectors.sandbox.fortnox import COMPANY
from connectors.schema import SettingsValues
from tenants.secret_value import SecretValue
from tests.contract.scenarios.base import ORDER
from tests.providers.books_desk import BooksDesk, export

__all__ = ["Desk", "export"]

CLIENT = "fortnox-demo"
METHODS = {"Card": "KORT", "Invoice": ""}


def values(host: str, **given: Any) -> SettingsValues:
    """Settings as filled in; `given` in capitals are properties, others columns."""
    properties = {
        "FortnoxPaymentMethods": METHODS,
        **{key: given.pop(key) for key in list(given) if key[0].isupper()},
    }
    columns = {
        "client_app_id": CLIENT,
        "client_app_secret": SecretValue("fortnox-secret-0123456789"),
        "tenant_url": host,
        "oauth_tenant": str(COMPANY),
        "host": host,
        "is_test": True,
    }
    return Fortnox.settings.compile({**columns, **given}, properties)


def paid_by(*methods: str, order: OrderDocument = ORDER, state: str = "captured") -> OrderDocument:
    payments = [{"payment_method": method, "state": state} for method in methods]
    return replace(order, sections={"payments": payments})


class Desk(BooksDesk):
    slug, path, writes = "fortnox", "fortnox", ("export",)

    def values(self, host: str) -> SettingsValues:
        return values(host, **self.properties)
