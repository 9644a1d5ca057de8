"""Products, customers and stock sent to PowerOffice Go: made where they are missing, else only what differs is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.catalog import (
    BatchResult,
    CustomerRecord,
    CustomerSink,
    ItemResult,
    ItemState,
    ProductRecord,
    ProductSink,
)
from connectors.contracts.common import Exported
from connectors.contracts.erp import StockLevel, StockSink
from connectors.errors import ReadBack, Rejected
from connectors.providers.poweroffice.api import Json, short
from connectors.providers.poweroffice.bodies import MOST_DESCRIPTION
from connectors.providers.poweroffice.masters import Masters, mail_address, named, product, told
from connectors.providers.poweroffice.settings import typed

#: Codes of one look-up.
_AT_ONCE = 50


class Uploads(Masters, ProductSink, CustomerSink, StockSink):
    most_products = most_customers = 20

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        return BatchResult(items=tuple(self._tried(item.sku, self._product, item) for item in products))

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        """By their number there, else by ours."""
        return BatchResult(
            items=tuple(
                self._tried(item.number or item.email, self._customer_sent, item) for item in customers
            )
        )

    def set_inventory(self, levels: Sequence[StockLevel]) -> Exported:
        """Nothing is changed before it is known that all of them can be. Setting the same again changes nothing."""
        there = self._stocked([level.sku for level in levels])
        changed = [
            level
            for level in levels
            if Decimal(str(there[level.sku].get("StockOnHand") or 0)) != level.quantity
        ]
        for level in changed:
            self.changed(f"/Products/{there[level.sku]['Id']}", {"StockOnHand": level.quantity})
        return Exported(message=f"{len(changed)} of {len(levels)} levels were changed")

    def _stocked(self, codes: Sequence[str]) -> dict[str, Json]:
        wanted = sorted(set(codes))
        there: dict[str, Json] = {}
        for at in range(0, len(wanted), _AT_ONCE):
            there |= self.products(wanted[at : at + _AT_ONCE])
        missing = [code for code in wanted if code not in there]
        if missing:
            raise Rejected(f"PowerOffice Go has no product {', '.join(missing)}; create it there first")
        uncounted = [code for code in wanted if there[code].get("IsStockItem") is not True]
        if uncounted:
            raise Rejected(
                f"PowerOffice Go keeps no stock of {', '.join(uncounted)}; make it a stock item there first"
            )
        return there

    def _tried(self, key: str, export: Callable[[Any], tuple[ItemState, str]], item: Any) -> ItemResult:
        """What Go refuses stops no other item."""
        try:
            state, identifier = export(item)
        except (Rejected, ReadBack) as error:
            return ItemResult(key=key, state=ItemState.FAILED, message=error.message)
        return ItemResult(key=key, state=state, external_id=identifier)

    def _product(self, item: ProductRecord) -> tuple[ItemState, str]:
        there = self.product(item.sku)
        known = told(
            Name=item.name[:MOST_DESCRIPTION],
            Description=item.description,
            Gtin=item.gtin,
            IsArchived=None if item.active is None else not item.active,
            **_typed(item.fields),
        )
        if there is None:
            body = {**product(item.sku, item.name, item.tax_rate, self.values), **known}
            return ItemState.DONE, str(self.made("/Products", body)["Id"])
        return self._updated(f"/Products/{there['Id']}", known, there), str(there["Id"])

    def _customer_sent(self, item: CustomerRecord) -> tuple[ItemState, str]:
        known = f"{self.values.reference_prefix}{item.number or item.email}"
        ours = short(known) if item.number or item.email else ""
        there = self.known_customer(item.external_id, ours)
        body = _customer_told(item)
        if there is None:
            fresh = {**self.values.customer_fields, **body, **mail_address(item.address)}
            there, _ = self.make_customer({**fresh, "ExternalImportReference": ours})
            return ItemState.DONE, str(there["Number"])
        return self._updated(f"/Customers/{there['Id']}", body, there), str(there["Number"])

    def _updated(self, path: str, known: dict[str, Any], there: Json) -> ItemState:
        different = {field: value for field, value in known.items() if there.get(field) != value}
        if not different:
            return ItemState.UNCHANGED
        self.changed(path, different)
        return ItemState.DONE


def _customer_told(item: CustomerRecord) -> dict[str, Any]:
    """Names that are not told change none."""
    names = told(Name=item.company, FirstName=item.first_name, LastName=item.last_name)
    full = item.address.name if item.address else ""
    who = named(item.company, item.first_name, item.last_name, full, item.email) if names else {}
    return {
        **who,
        **told(EmailAddress=item.email, PhoneNumber=item.phone, OrganizationNumber=item.organisation_number),
        **_typed(item.fields),
    }


def _typed(fields: Any) -> dict[str, Any]:
    try:
        return {name: typed(name, value) for name, value in fields.items()}
    except ValueError as error:
        raise Rejected(f"Field Mapping: {error}") from None
