"""Items and customers, which an order needs before it can be made."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.contracts.base import reading
from connectors.contracts.common import OrderDocument
from connectors.errors import Rejected, RetryLater
from connectors.providers.dynamics365.bodies import new_customer
from connectors.providers.dynamics365.odata import TAKEN, BusinessCentral, Json, equal

#: Numbers in one filter, so that the address stays short.
CHUNK = 20
MOST_NUMBER = 20


class Masters(BusinessCentral):
    def check_items(self, skus: Iterable[str]) -> None:
        """Raises Rejected that names what Business Central, which only says that an item does not exist, does not know."""
        asked = list(dict.fromkeys(skus))
        fitting = [sku for sku in asked if len(sku) <= MOST_NUMBER]
        known: set[str] = set()
        for start in range(0, len(fitting), CHUNK):
            query = {"$filter": equal("number", *fitting[start : start + CHUNK]), "$select": "number"}
            with reading("Business Central's items", RetryLater):
                known |= {row["number"].casefold() for row in self.rows("/items", query)}
        unknown = [sku for sku in asked if sku.casefold() not in known]
        if unknown:
            raise Rejected(
                f"Business Central has no item {', '.join(unknown)}; create it there, or correct the SKU"
            )

    def customer_of(self, order: OrderDocument) -> str:
        """The number of the order's customer, who is made when neither number nor e-mail address is known there."""
        if self.values.customer_number:
            return str(self.values.customer_number)
        found = self._customer_of(order)
        if found is None:
            return self._new_customer(order)
        with reading("Business Central's customers", RetryLater):
            return str(found["number"])

    def _customer_of(self, order: OrderDocument) -> Json | None:
        number, email = order.customer.number, order.customer.email or order.billing.email
        found = self._first("number", number) if 0 < len(number) <= MOST_NUMBER else None
        return found or (self._first("email", email, email.lower()) if email else None)

    def _first(self, field: str, *texts: str) -> Json | None:
        """The one of the lowest number, so that it is always the same where several share an e-mail address."""
        query = {"$filter": equal(field, *dict.fromkeys(texts)), "$select": "id,number"}
        with reading("Business Central's customers", RetryLater):
            return min(self.rows("/customers", query), key=lambda row: str(row["number"]), default=None)

    def _new_customer(self, order: OrderDocument) -> str:
        body = new_customer(order, self.values)
        if not body["email"] and "number" not in body:
            raise Rejected(
                "The order's customer has no e-mail address to be found by in Business Central; enter one, or set the"
                " connector's property CustomerNumber"
            )
        try:
            return str(self.made("/customers", body, lambda: self._customer_of(order))["number"])
        except Rejected as error:
            # Somebody else has made the same customer since we looked.
            found = self._customer_of(order) if error.code == TAKEN else None
            if found is None:
                raise
            return str(found["number"])
