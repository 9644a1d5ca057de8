"""Customers, in and out. They are found by customerExternalId."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    BatchResult,
    CatalogPage,
    CustomerRecord,
    CustomerSink,
    CustomerSource,
    ItemResult,
    ItemState,
)
from connectors.contracts.common import Address
from connectors.errors import Rejected, RetryLater
from connectors.providers.flow import writes
from connectors.providers.flow.api import FlowApi, page_number
from connectors.providers.flow.goods import made_uid
from connectors.providers.flow.numbers import Json, moment, text

PAGE = 100


class Customers(FlowApi, CustomerSource, CustomerSink):
    most_customers = 10

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        """Flow cannot be asked for changes only, so every run reads all customers."""
        at = page_number(cursor)
        items, more = self.page("/customers", PAGE, at)
        with reading("Flow's customers", RetryLater):
            found = tuple(_customer(item) for item in items)
        return CatalogPage(items=found, cursor=str(at + 1) if more else "1", more=more)

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        return BatchResult(items=tuple(map(self._export, customers)))

    def _export(self, customer: CustomerRecord) -> ItemResult:
        key = customer.number or customer.email
        if not customer.number or customer.deleted:
            what = "was deleted" if customer.deleted else "has no number, by which Flow would know it again"
            return ItemResult(key=key, state=ItemState.SKIPPED, message=f"The customer {what}")
        try:
            return ItemResult(key=key, external_id=self._written(customer))
        except Rejected as error:
            return ItemResult(key=key, state=ItemState.FAILED, message=error.message)

    def _written(self, customer: CustomerRecord) -> str:
        values, store = self.values, self.values.store_uids[0]
        body = writes.body_of(
            "Customer", self.config.field_mapping, writes.of_customer(customer), values.customer_values
        )
        items, _ = self.page("/customers", 2, customerExternalId=customer.number)
        with reading("Flow's customers", RetryLater):
            known = [
                str(item["customerUid"]) for item in items if text(item, "externalId") == customer.number
            ]
        if not known:
            method, path = writes.request_of(values, "CustomerCreate", storeUid=store)
            return made_uid(self.call(method, path, body), "customerUid")
        method, path = writes.request_of(values, "CustomerUpdate", storeUid=store, customerUid=known[0])
        self.call(method, path, body)
        return known[0]


def _customer(item: Json) -> CustomerRecord:
    name = " ".join(filter(None, (item.get("firstname"), item.get("lastname"))))
    address = Address(
        name=name,
        company=text(item, "companyName"),
        line1=text(item, "address"),
        postal_code=text(item, "postalCode"),
        city=text(item, "city"),
        country=text(item, "countryCode").upper()[:2],
        email=text(item, "email"),
        phone=text(item, "mobile"),
    )
    consents = item.get("consents") or ()
    modified = item.get("lastModifiedAt")
    return CustomerRecord(
        external_id=str(item["customerUid"]),
        number=text(item, "externalId"),
        email=text(item, "email"),
        phone=text(item, "mobile"),
        first_name=text(item, "firstname"),
        last_name=text(item, "lastname"),
        company=text(item, "companyName"),
        organisation_number=text(item, "vatNumber"),
        address=address if address.line1 or address.city else None,
        consents={str(consent["name"]): consent.get("status") for consent in consents},
        member=True if item.get("loyaltyId") else None,
        modified_at=moment(modified) if modified else None,
        fields={key: value for key, value in item.items() if isinstance(value, (str, int, bool))},
    )
