"""Finding and reading sales orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.contracts.base import reading
from connectors.contracts.common import OrderDocument
from connectors.errors import Rejected, RetryLater
from connectors.providers.dynamics365.bodies import external_number
from connectors.providers.dynamics365.odata import BusinessCentral, Json, equal, keyed
from tenants.money import quantum

_LINES = {"$expand": "salesOrderLines"}


@dataclass(frozen=True, slots=True)
class Found:
    """A sales order of ours; without `order` it is invoiced, and only its number is left."""

    number: str
    order: Json | None = None


class Orders(BusinessCentral):
    def find(self, order: OrderDocument) -> Found | None:
        """By External Document No. Raises Rejected where several sales orders carry it."""
        there = self.sales_order(order)
        if there is not None:
            return Found(there["number"], there)
        with reading("Business Central's invoices", RetryLater):
            rows = self.rows("/salesInvoices", self._invoices(order))
            numbers = {str(row["orderNumber"] or row["number"]) for row in rows}
        return Found(min(numbers)) if numbers else None

    def sales_order(self, order: OrderDocument) -> Json | None:
        query = self._ours(order)
        orders = [_checked(row) for row in self.rows("/salesOrders", {**query, **_LINES})]
        if len(orders) > 1:
            raise Rejected(
                f"Business Central has several sales orders for {order.number}: {_numbers(orders)}; delete all but one"
            )
        return orders[0] if orders else None

    def read(self, there: Json) -> Json:
        """A sales order as it is now, with its lines."""
        return _checked(self.call("GET", keyed("salesOrders", there), query=_LINES))

    def _invoices(self, order: OrderDocument) -> dict[str, str]:
        return {**self._ours(order), "$select": "number,orderNumber,externalDocumentNumber"}

    def _ours(self, order: OrderDocument) -> dict[str, str]:
        number = external_number(order, self.values.external_number_prefix)
        return {"$filter": equal("externalDocumentNumber", number)}


def is_done(there: Json) -> bool:
    """Whether all goods have left. Without lines nothing is left to ship either, so that says nothing."""
    return bool(there["fullyShipped"] and there["salesOrderLines"])


def total_note(order: OrderDocument, there: Json, *, strict: bool) -> str:
    """How the total over there differs from the order's; "" when it does not.

    Where `strict`, more than rounding is Rejected: Business Central counts another tax or another currency.
    """
    theirs, ours = Decimal(there["totalAmountIncludingTax"]), order.total.amount
    if theirs == ours:
        return ""
    if strict and abs(theirs - ours) > quantum(order.currency) * (len(order.lines) + 1):
        raise Rejected(
            f"Business Central has made sales order {there['number']} with a total of {theirs} {order.currency} instead"
            f" of {ours}. Check the VAT or tax groups of its customer and items, and the connector's property"
            " PricesIncludeTax, then correct the order there"
        )
    return f"; its total there is {theirs}, here {ours} {order.currency}"


def _checked(row: Json) -> Json:
    """The record with everything that is read of it later. Raises RetryLater where something is missing."""
    with reading("Business Central's sales order", RetryLater):
        texts = (row["id"], row["number"], row["externalDocumentNumber"], row["@odata.etag"])
        fits = all(isinstance(text, str) and text for text in texts)
        lines = [int(line["sequence"]) for line in row["salesOrderLines"]]
        if not fits or not isinstance(row["fullyShipped"], bool) or len(lines) != len(row["salesOrderLines"]):
            raise TypeError("it is not complete")
        Decimal(row["totalAmountIncludingTax"])
    return row


def _numbers(orders: Iterable[Json]) -> str:
    return ", ".join(str(there["number"]) for there in orders)
