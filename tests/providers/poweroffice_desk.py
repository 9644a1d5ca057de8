"""A connector of the sandbox's PowerOffice Go, and the calls that are made through it."""

from __future__ import annotations

from typing import Any

from connectors.providers.poweroffice import PowerOffice
from connectors.schema import SettingsValues
from tenants.secret_value import SecretValue
from tests.providers.books_desk import BooksDesk, export

__all__ = ["Desk", "export"]

CLIENT = "po-client-demo"
METHODS = {"Card": "1920", "Vipps": "1580"}


def values(host: str, **given: Any) -> SettingsValues:
    """Settings as filled in; `given` in capitals are properties, others columns."""
    properties = {
        "ApplicationKey": SecretValue("po-application-0123456789"),
        "SubscriptionKey": SecretValue("po-subscription-0123456789"),
        "PowerOfficePaymentMethods": METHODS,
        **{key: given.pop(key) for key in list(given) if key[0].isupper()},
    }
    columns = {"client_app_secret": SecretValue(CLIENT), "host": host, "is_test": True}
    return PowerOffice.settings.compile({**columns, **given}, properties)


class Desk(BooksDesk):
    slug, path, writes = "poweroffice", "poweroffice/v2", ("export", "set_")

    def values(self, host: str) -> SettingsValues:
        return values(host, **self.properties)
