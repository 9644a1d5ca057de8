"""Tripletex, API v2.

Reference: Tripletex's published OpenAPI description and the documents of Tripletex/tripletex-api2, read on 2026-11-26.

There are no idempotency keys. An order's number is ours and is looked for before anything is made. Invoices are found by
customer and date, then by the order that they are of, because they cannot be asked for by order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.contracts.base import Limits, NotExecuted, reading
from connectors.errors import RetryLater
from connectors.providers.tripletex.api import id_of
from connectors.providers.tripletex.changes import Changes
from connectors.providers.tripletex.login import SessionLogin
from connectors.providers.tripletex.payments import Payments
from connectors.providers.tripletex.settings import TripletexSettings
from connectors.providers.tripletex.uploads import Uploads
from connectors.providers.tripletex.webhooks import Webhooks
from connectors.providers.tripletex.words import GUIDE


class Tripletex(Payments, Changes, Uploads, Webhooks):
    slug, label = "tripletex", "Tripletex"
    names = ("Tripletex",)
    aliases = ("TripleTex",)
    hosts = {"live": "https://tripletex.no/v2", "test": "https://api-test.tripletex.tech/v2"}
    settings = TripletexSettings
    auth = SessionLogin()
    check = ("GET", "/token/session/>whoAmI")
    limits = Limits(per_second=8, remaining="X-Rate-Limit-Remaining", reset="X-Rate-Limit-Reset")
    timeout_ms = 30_000
    guide = GUIDE

    def read_check(self, body: Any) -> None:
        with reading("Tripletex's answer about the login", RetryLater):
            id_of({"id": body["value"]["companyId"]})

    def settle(self, operation: str, request: Any) -> Any:
        """Batches of products, prices and customers may be sent again, and a registration takes the former's place;
        everything else is looked for."""
        by_operation: dict[str, Callable[[Any], Any]] = {
            "export_order": self.settle_order,
            "export_invoice": self.settle_invoice,
            "export_payment": self.settle_payment,
            "export_credit_note": self.settle_credit,
        }
        if operation in by_operation:
            return by_operation[operation](request)
        return NotExecuted() if operation in {*self.repeatable, "register_webhook"} else None
