"""A connector of the sandbox's Tripletex, and the calls that are made through it."""

from __future__ import annotations

from typing import Any

from connectors.providers.tripletex import Tripletex
from connectors.schema import SettingsValues
from tests.providers.books_desk import BooksDesk, export

__all__ = ["Desk", "export"]

TOKENS = {"ConsumerToken": "test-consumer-4f7a91", "EmployeeToken": "test-employee-demo"}
METHODS = {"Card": "Kortbetaling", "Bank": "502"}


def values(host: str, **properties: Any) -> SettingsValues:
    filled = {**TOKENS, "TripletexPaymentMethods": METHODS, **properties}
    return Tripletex.settings.compile({"host": host, "is_test": True}, filled)


class Desk(BooksDesk):
    slug, path, writes = "tripletex", "tripletex", ("export", "register")

    def values(self, host: str) -> SettingsValues:
        return values(host, **self.properties)
