"""Products, prices and customers sent to Tripletex, one by one: made where they are missing, else only what differs is
changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.catalog import (
    BatchResult,
    CustomerRecord,
    CustomerSink,
    ItemResult,
    ItemState,
    PriceRecord,
    PriceSink,
    ProductRecord,
    ProductSink,
)
from connectors.errors import Rejected
from connectors.providers.tripletex.api import Json, id_of
from connectors.providers.tripletex.masters import Masters

_PRODUCT = (
    "id,version,number,name,description,ean,isInactive,priceIncludingVatCurrency,priceExcludingVatCurrency,"
    "weight,weightUnit,vatType(id)"
)
_CUSTOMER = (
    "id,version,customerNumber,name,email,invoiceEmail,phoneNumberMobile,organizationNumber,isPrivateIndividual,"
    "postalAddress(id,addressLine1,addressLine2,postalCode,city,country(id))"
)
#: Attributes of our products by the fields over there.
_ATTRIBUTES = {
    "ean": "gtin",
    "isInactive": "active",
    "priceIncludingVatCurrency": "price",
    "vatType": "tax_rate",
    "weight": "weight_g",
    "weightUnit": "weight_g",
}

Sent = tuple[ItemState, str]


class Uploads(Masters, ProductSink, PriceSink, CustomerSink):
    most_products = most_prices = most_customers = 20

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        return BatchResult(items=tuple(_tried(item.sku, self._product, item) for item in products))

    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        return BatchResult(items=tuple(_tried(item.sku, self._price, item) for item in prices))

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        """By their id there, else by e-mail address."""
        return BatchResult(
            items=tuple(_tried(item.number or item.email, self._customer, item) for item in customers)
        )

    def _product(self, item: ProductRecord) -> Sent:
        there, told = self.product(item.sku, _PRODUCT), self._product_told(item)
        if there is None:
            body = {**self.values.product_fields, "name": item.sku, **told, "number": item.sku}
            return ItemState.DONE, str(id_of(self.made("/product", body)))
        kept = [name for name in told if _ATTRIBUTES.get(name, name) in item.keep and there.get(name)]
        wanted = {name: value for name, value in told.items() if name not in kept}
        return self._updated("/product", wanted, there)

    def _product_told(self, item: ProductRecord) -> dict[str, Any]:
        weight = item.weight_g
        return _told(
            name=item.name,
            description=item.description,
            ean=item.gtin,
            isInactive=None if item.active is None else not item.active,
            priceIncludingVatCurrency=item.price.amount if item.price else None,
            vatType=self.vat_type(item.tax_rate) if item.tax_rate is not None else None,
            weight=weight,
            weightUnit="g" if weight is not None else None,
            **item.fields,
        )

    def _price(self, item: PriceRecord) -> Sent:
        there = self.product(item.sku, _PRODUCT)
        if there is None:
            raise Rejected(f"Tripletex has no product {item.sku}; export products first")
        field = "priceIncludingVatCurrency" if item.includes_tax else "priceExcludingVatCurrency"
        return self._updated("/product", {field: item.price.amount}, there)

    def _customer(self, item: CustomerRecord) -> Sent:
        there = self.known_customer(item.external_id, item.email, _CUSTOMER)
        told = self._customer_told(item)
        if there is None:
            body = {**self.values.customer_fields, **told}
            return ItemState.DONE, str(id_of(self.made("/customer", body)))
        address = there.get("postalAddress") or {}
        if "postalAddress" in told and "id" in address:
            told["postalAddress"] = {"id": address["id"], **told["postalAddress"]}
        return self._updated("/customer", told, there)

    def _customer_told(self, item: CustomerRecord) -> dict[str, Any]:
        person = f"{item.first_name} {item.last_name}".strip()
        return _told(
            name=item.company or person or item.email,
            email=item.email,
            invoiceEmail=item.email,
            phoneNumberMobile=item.phone,
            organizationNumber=item.organisation_number,
            isPrivateIndividual=not item.company,
            postalAddress=self.address(item.address) if item.address else None,
            **item.fields,
        )

    def _updated(self, path: str, told: Mapping[str, Any], there: Json) -> Sent:
        """The version sees to it that nobody else has changed the record meanwhile."""
        found = id_of(there)
        different = {name: value for name, value in told.items() if not _same(value, there.get(name))}
        if not different:
            return ItemState.UNCHANGED, str(found)
        self.changed(f"{path}/{found}", {"id": found, "version": there.get("version"), **different})
        return ItemState.DONE, str(found)


def _tried(key: str, export: Callable[[Any], Sent], item: Any) -> ItemResult:
    """What Tripletex refuses stops no other item."""
    try:
        state, number = export(item)
    except Rejected as error:
        return ItemResult(key=key, state=ItemState.FAILED, message=error.message)
    return ItemResult(key=key, state=state, external_id=number)


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and all(
            _same(value, theirs.get(name)) for name, value in ours.items()
        )
    if isinstance(ours, Decimal):
        return theirs is not None and Decimal(str(theirs)) == ours
    return str(ours) == str(theirs)


def _told(**fields: Any) -> dict[str, Any]:
    """Empty and None are "not told" and overwrite nothing."""
    return {name: value for name, value in fields.items() if value not in ("", None, {})}
