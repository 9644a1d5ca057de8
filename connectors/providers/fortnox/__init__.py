"""Fortnox, API v3.

Reference: Fortnox's published OpenAPI description and the guides at fortnox.se/developer, read on 2026-11-26.

There are no idempotency keys. ExternalInvoiceReference1 carries our reference on orders, invoices, payments and credit
notes and is looked for before anything is made; Fortnox does not see to it that it is there only once. Refresh tokens
are good for one use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.auth import ClientCredentials
from connectors.authorization import AuthorizationCode
from connectors.contracts.base import Limits, NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import OrderExport
from connectors.errors import RetryLater
from connectors.providers.fortnox.api import LAG
from connectors.providers.fortnox.bodies import order_body, total_note
from connectors.providers.fortnox.changes import Changes
from connectors.providers.fortnox.credits import Credits
from connectors.providers.fortnox.documents import number_of
from connectors.providers.fortnox.invoices import Invoices, created
from connectors.providers.fortnox.payments import Payments
from connectors.providers.fortnox.settings import API, FortnoxSettings, api_host
from connectors.providers.fortnox.uploads import Uploads
from connectors.providers.fortnox.words import GUIDE

_TOKEN = "{login_url}/oauth-v1/token"  # noqa: S105 - an address


class Fortnox(Invoices, Payments, Credits, Changes, Uploads):
    slug, label = "fortnox", "Fortnox"
    names = ("Fortnox",)
    hosts = dict.fromkeys(("live", "test"), API)
    settings = FortnoxSettings
    auth = AuthorizationCode(
        authorize="{login_url}/oauth-v1/auth",
        token=_TOKEN,
        revoke="{login_url}/oauth-v1/revoke",
        id="client_id",
        secret="client_secret",  # noqa: S106 - the name of a setting
        scope="{scopes}",
        style="basic",
        parameters={"access_type": "offline", "account_type": "service"},
        renewable_days=45,
        unless="tenant_id",
        instead=ClientCredentials(
            _TOKEN,
            id="client_id",
            secret="client_secret",  # noqa: S106
            style="basic",
            headers={"TenantId": "tenant_id"},
        ),
    )
    check = ("GET", "/3/companyinformation")
    limits = Limits(per_second=4)
    timeout_ms = 30_000
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return api_host(values.host)

    @classmethod
    def account_of(cls, answer: Any) -> str:
        company = answer["CompanyInformation"]
        return f"{company['CompanyName']} ({company['DatabaseNumber']})"

    def read_check(self, body: Any) -> None:
        with reading("Fortnox's company", RetryLater):
            self.account_of(body)

    def export_order(self, export: OrderExport) -> Exported:
        self.check_payments(export.order)
        found = self.find_order(export)
        if found is not None:
            return Exported(external_id=found.external_id, message="there before, so nothing was changed")
        return self._create(export)

    def find_order(self, export: OrderExport) -> Exported | None:
        order = export.order
        invoices = self.values.export_as == "Invoice"
        there = self.invoice_by(self.reference(order)) if invoices else self.order_of(order)
        return Exported(external_id=number_of(there)) if there else None

    def settle(self, operation: str, request: Any) -> Any:
        """Batches of products and customers may be sent again; everything else is looked for."""
        by_operation: dict[str, Callable[[Any], Any]] = {
            "export_invoice": self.settle_invoice,
            "export_payment": self.settle_payment,
            "export_credit_note": self.settle_credit,
        }
        if operation in by_operation:
            return by_operation[operation](request)
        if operation != "export_order":
            return NotExecuted() if operation in self.repeatable else None
        found = self.find_order(request)
        if found is None:
            return NotExecuted(proved_after_s=LAG)
        return Exported(external_id=found.external_id, message="found there after its answer was lost")

    def _create(self, export: OrderExport) -> Exported:
        order = export.order
        if self.values.export_as == "Invoice":
            invoice, said = self.make_invoice(order)
            return Exported(external_id=number_of(invoice), message=said)
        customer, articles = self.customer_for(order), self.make_articles(order)
        body = order_body(order, customer, self.values, self.config.field_mapping)
        made = self.made("/3/orders", "Order", body)
        note = total_note(order, made.get("Total"), document=f"order {number_of(made)}")
        return Exported(external_id=number_of(made), message=f"{created(customer, articles)}{note}")
