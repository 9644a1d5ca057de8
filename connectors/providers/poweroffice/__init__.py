"""PowerOffice Go, API v2.

Reference: PowerOffice's published OpenAPI description and developer.poweroffice.net, read on 2026-11-26.

There are no idempotency keys. ExternalImportReference carries our reference on sales orders, customers and vouchers, and
Go refuses a second one with the same; sales orders cannot be looked for by it, invoices can by CustomMatchingReference.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connectors.contracts.base import Limits, NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import OrderExport
from connectors.errors import Misconfigured, RetryLater
from connectors.providers.poweroffice.api import LAG, Json
from connectors.providers.poweroffice.bodies import order_body, total_note
from connectors.providers.poweroffice.changes import Changes
from connectors.providers.poweroffice.credits import Credits
from connectors.providers.poweroffice.invoices import Invoices, named
from connectors.providers.poweroffice.login import LOGIN
from connectors.providers.poweroffice.payments import Payments
from connectors.providers.poweroffice.settings import PowerOfficeSettings
from connectors.providers.poweroffice.uploads import Uploads
from connectors.providers.poweroffice.words import GUIDE

#: Operations that set what is given, so that they may be sent again.
_SETS = Uploads.repeatable | {"set_inventory"}


class PowerOffice(Invoices, Payments, Credits, Changes, Uploads):
    slug, label = "poweroffice", "PowerOffice Go"
    names = ("PowerOffice",)
    aliases = ("PowerOfficeGo",)
    hosts = {"live": "https://goapi.poweroffice.net/v2", "test": "https://goapi.poweroffice.net/Demo/v2"}
    settings = PowerOfficeSettings
    auth = LOGIN
    check = ("GET", "/ClientIntegrationInformation")
    limits = Limits(per_second=10, shared_by="subscription_key")
    timeout_ms = 30_000
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return str(values.host or "")

    @classmethod
    def account_of(cls, answer: Any) -> str:
        return f"{answer['ClientName']} ({answer['ClientId']})"

    def read_check(self, body: Any) -> None:
        with reading("PowerOffice Go's answer about the integration", RetryLater):
            self.account_of(body)
            valid, invalid = body["ValidPrivileges"] or [], body["InvalidPrivileges"] or []
        if not valid:
            missing = f" ({', '.join(map(str, invalid))} need another subscription)" if invalid else ""
            raise Misconfigured(f"The company has granted the integration no privilege that works{missing}")

    def export_order(self, export: OrderExport) -> Exported:
        there = self.order_of(export.order)
        if there is not None:
            return Exported(external_id=str(there["Id"]), message="there before, so nothing was changed")
        return self._create(export)

    def find_order(self, export: OrderExport) -> Exported | None:
        there = self.order_of(export.order)
        return Exported(external_id=str(there["Id"])) if there else None

    def settle(self, operation: str, request: Any) -> Any:
        """Batches of products, customers and stock may be sent again; everything else is looked for."""
        by_operation: dict[str, Callable[[Any], Any]] = {
            "export_order": self._settle_order,
            "export_invoice": self.settle_invoice,
            "export_payment": self.settle_payment,
            "export_credit_note": self.settle_credit,
        }
        if operation in by_operation:
            return by_operation[operation](request)
        return NotExecuted() if operation in _SETS else None

    def _settle_order(self, export: OrderExport) -> Any:
        there = self.order_of(export.order)
        if there is None:
            return NotExecuted(proved_after_s=LAG)
        return Exported(external_id=str(there["Id"]), message="found there after its answer was lost")

    def _create(self, export: OrderExport) -> Exported:
        order = export.order
        ours = self.reference(order)
        products = self.make_products(order)
        customer, fresh = self.customer_for(order)
        with reading("PowerOffice Go's customer", RetryLater):
            identifier = int(customer["Id"])
        body = order_body(order, identifier, ours, self.values, self.config.field_mapping)
        made = self.made("/SalesOrders/Complete", body)
        wanted: Decimal = order.total.amount
        note = total_note(order, wanted, made.get("TotalAmount"), document=named(made))
        said = f"{named(made)} {_created(customer, products, fresh=fresh)}{note}"
        return Exported(external_id=str(made["Id"]), message=said)


def _created(customer: Json, products: list[str], *, fresh: bool) -> str:
    """What an export has made besides the sales order itself."""
    made = f", with new products {', '.join(products)}" if products else ""
    return f"for {'new ' if fresh else ''}customer {customer.get('Number', '')}{made}"
