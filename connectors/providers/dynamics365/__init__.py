"""Dynamics 365 Business Central, API v2.0.

Reference: learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0 and Microsoft's published source of
the API pages (microsoft/ALAppExtensions), read on 2026-11-25.

There are no idempotency keys. Our order number is the External Document No. of the sales order and is looked for before
anything is made; lines carry numbers of ours, each of which Business Central takes only once. An order that has been
invoiced completely is no sales order any more, so invoices are looked through too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.auth import ClientCredentials
from connectors.contracts.base import Limits, NotExecuted
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.erp import OrderExport
from connectors.errors import Rejected, RetryLater
from connectors.providers.dynamics365.bodies import Wanted, wanted
from connectors.providers.dynamics365.credits import Credits
from connectors.providers.dynamics365.masters import Masters
from connectors.providers.dynamics365.odata import CHANGED, LAG, Json, keyed
from connectors.providers.dynamics365.orders import is_done, total_note
from connectors.providers.dynamics365.paid import PaidInvoices
from connectors.providers.dynamics365.payments import Payments
from connectors.providers.dynamics365.settings import Dynamics365Settings, api_url
from connectors.providers.dynamics365.stock import Stock
from connectors.providers.dynamics365.webhooks import CHANGED as NOTICED
from connectors.providers.dynamics365.webhooks import Webhooks
from connectors.providers.dynamics365.words import GUIDE
from connectors.signing import SharedWord


class Dynamics365(Credits, Payments, PaidInvoices, Masters, Stock, Webhooks):
    slug, label = "dynamics365", "Dynamics 365"
    names, aliases = ("Dynamics365",), ("Dynamics 365", "Business Central")
    hosts = dict.fromkeys(("live", "test"), "https://api.businesscentral.dynamics.com")
    settings = Dynamics365Settings
    auth = ClientCredentials("{tenant_url}/{oauth_tenant}/oauth2/v2.0/token", scope="{oauth_resource}")
    check = ("GET", "/customers?$top=1&$select=number")
    limits = Limits(per_second=20, concurrent=5)
    timeout_ms = 30_000
    webhook = SharedWord(key="webhook_secret", items="value", word="clientState")
    webhook_events = tuple(NOTICED)
    webhook_handshake = "validationToken"
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return api_url(values)

    def export_order(self, export: OrderExport) -> Exported:
        order = export.order
        asked = self._wanted(order)
        found = self.find(order)
        if found is None:
            self._check_new(order)
            return self._create(order, asked)
        if found.order is None:
            return Exported(external_id=found.number, message="invoiced there, so nothing was changed")
        return self._update(order, asked, found.order)

    def find_order(self, export: OrderExport) -> Exported | None:
        found = self.find(export.order)
        return Exported(external_id=found.number) if found else None

    def settle(self, operation: str, request: Any) -> Exported | NotExecuted | None:
        """An order that is there but not as it should be is exported again, which only adds what is missing."""
        if operation == "export_invoice":
            return self.find_invoice(request) or NotExecuted(proved_after_s=LAG)
        if operation == "export_credit_note":
            return self.settle_credit(request)
        if operation == "export_payment":
            return self.settle_payment(request)
        if operation != "export_order":
            settled: Exported | NotExecuted | None = super().settle(operation, request)
            return settled
        asked, found = self._wanted(request.order), self.find(request.order)
        if found is None:
            return NotExecuted(proved_after_s=LAG)
        if found.order is not None:
            if self._missing(request.order, asked, found.order):
                return NotExecuted(proved_after_s=LAG)
            if not is_done(found.order) and asked.changes(found.order):
                return NotExecuted()
        return Exported(external_id=found.number, message="found there after its answer was lost")

    def _create(self, order: OrderDocument, asked: Wanted) -> Exported:
        self.check_items(line.sku for line in order.lines)
        customer = self.customer_of(order)
        body = {"customerNumber": customer, **asked.header, "salesOrderLines": list(asked.lines)}
        made = self.read(self.made("/salesOrders", body, lambda: self.sales_order(order)))
        there = self._completed(made, asked.missing(made))
        note = total_note(order, there, strict=True)
        return Exported(external_id=made["number"], message=f"created for customer {customer}{note}")

    def _update(self, order: OrderDocument, asked: Wanted, there: Json) -> Exported:
        missing = self._missing(order, asked, there)
        there = self._completed(there, missing)
        changed = [] if is_done(there) else self._amend(there, asked)
        done = [f"{len(missing)} lines added"] if missing else []
        done += [f"changed {', '.join(changed)}"] if changed else []
        note = total_note(order, there, strict=bool(missing))
        return Exported(
            external_id=there["number"], message=f"{', '.join(done) or 'nothing to change'}{note}"
        )

    def _wanted(self, order: OrderDocument) -> Wanted:
        return wanted(order, self.values, self.config.field_mapping)

    def _check_new(self, order: OrderDocument) -> None:
        """Raises Rejected for an order that was there before: whoever deleted it does not want it again."""
        before = order.external_ids.get(self._own_name)
        if before:
            raise Rejected(
                f"Business Central has sales order {before} no more, neither as an order nor as an invoice. If it is still"
                f" wanted, make it there with {order.number} as External Document No."
            )

    def _missing(self, order: OrderDocument, asked: Wanted, there: Json) -> list[dict[str, Any]]:
        """Lines that an interrupted export has left out. Once an export was completed, a line that is gone was removed
        over there on purpose."""
        known = order.external_ids.get(self._own_name) == there["number"]
        return [] if known else asked.missing(there)

    @property
    def _own_name(self) -> str:
        """Under which an order keeps the number that it has over there."""
        return str(self.config.connector_id or self.config.name)

    def _completed(self, there: Json, missing: Sequence[Json]) -> Json:
        """The order with the missing lines added."""
        for line in missing:
            self.post(f"{keyed('salesOrders', there)}/salesOrderLines", line)
        return self.read(there) if missing else there

    def _amend(self, there: Json, asked: Wanted) -> list[str]:
        """Change what differs in the header; after somebody else's change that is found out once more."""
        try:
            return self._patch(there, asked)
        except RetryLater as error:
            if error.code != CHANGED:
                raise
        return self._patch(self.read(there), asked)

    def _patch(self, there: Json, asked: Wanted) -> list[str]:
        changes = asked.changes(there)
        if changes:
            self.patch(keyed("salesOrders", there), changes, headers={"If-Match": there["@odata.etag"]})
        return list(changes)
