"""Products and customers of the shop, as they come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    CatalogPage,
    CustomerRecord,
    CustomerSource,
    ProductRecord,
    ProductSource,
)
from connectors.contracts.common import Address
from connectors.errors import RetryLater
from connectors.providers.magento.amounts import amount
from connectors.providers.magento.api import Filter, Json, MagentoApi
from connectors.providers.magento.cursor import Cursor, moment
from tenants.money import Money, quantum

#: Of the shop's unit of weight, in grams.
GRAMS = {"kgs": Decimal(1000), "lbs": Decimal("453.59237")}
_ENABLED = 1
#: Types that group articles and are never in an order themselves.
_NOT_SOLD = {"configurable", "grouped"}
_MOST = 100


class Catalog(MagentoApi, ProductSource, CustomerSource):
    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        items, position, more, total = self._page("/V1/products", cursor)
        config = self.store_config if items else {}
        with reading("Magento's products", RetryLater):
            parents = dict(_variants(items))
            articles = [item for item in items if item.get("type_id") not in _NOT_SOLD]
            articles += self._absent(articles, parents)
            records = tuple(self._product(item, config, parents) for item in articles)
        return CatalogPage(items=records, cursor=position, more=more, total=total)

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        items, position, more, total = self._page("/V1/customers/search", cursor)
        with reading("Magento's customers", RetryLater):
            records = tuple(customer(item, self.values.customer_id_field) for item in items)
        return CatalogPage(items=records, cursor=position, more=more, total=total)

    def _page(self, path: str, cursor: str) -> tuple[Sequence[Json], str, bool, int]:
        at, size = Cursor.read(cursor), self.values.page_size
        found = self.search(
            path, *at.filters("updated_at"), page=at.number, size=size, order=("updated_at", "entity_id")
        )
        more = found.goes_on(at.number, size)
        with reading(f"Magento's list {path}", RetryLater):
            changes = [moment(item["updated_at"]) for item in found.items]
        return found.items, at.next(changes, more=more).text(), more, found.total

    def _absent(self, articles: Sequence[Json], parents: Mapping[str, str]) -> list[Json]:
        """The variants of products on this page that are not on it themselves: only the product tells whose they are."""
        missing = sorted(set(parents) - {str(item["id"]) for item in articles}, key=int)
        found: list[Json] = []
        for start in range(0, len(missing), _MOST):
            ids = ",".join(missing[start : start + _MOST])
            found += self.search("/V1/products", Filter("entity_id", ids, "in"), size=_MOST).items
        return found

    def _product(self, item: Json, config: Json, parents: Mapping[str, str]) -> ProductRecord:
        own = attributes(item)
        values = self.values
        return ProductRecord(
            sku=str(item["sku"]),
            external_id=str(int(item["id"])),
            name=str(item.get("name") or ""),
            description=str(own.get("description") or own.get("short_description") or ""),
            brand=str(own.get(values.brand_attribute) or ""),
            gtin=str(own.get(values.gtin_attribute) or ""),
            active=item.get("status") == _ENABLED,
            price=self._shown_price(item, config),
            weight_g=_grams(item, config),
            parent=parents.get(str(item["id"]), ""),
            url=_url(own, config),
            images=tuple(_images(item, config)),
            modified_at=moment(item["updated_at"]),
            fields={**_plain(item), **own},
        )

    def _shown_price(self, item: Json, config: Json) -> Money | None:
        """Prices without tax say nothing of what a shopper pays."""
        if item.get("price") is None or not self.values.prices_include_tax:
            return None
        currency = str(config["base_currency_code"])
        return Money.of(amount(item, "price").quantize(quantum(currency)), currency)


def customer(item: Json, number_field: str) -> CustomerRecord:
    home = _home(item)
    email, phone = str(item.get("email") or ""), str(home.get("telephone") or "")
    subscribed = (item.get("extension_attributes") or {}).get("is_subscribed")
    return CustomerRecord(
        external_id=str(int(item["id"])),
        number=email if number_field == "email" else phone,
        email=email,
        phone=phone,
        first_name=str(item.get("firstname") or ""),
        last_name=str(item.get("lastname") or ""),
        company=str(home.get("company") or ""),
        organisation_number=str(item.get("taxvat") or home.get("vat_id") or ""),
        address=_address(home, email) if home else None,
        consents={"email": subscribed} if isinstance(subscribed, bool) else {},
        modified_at=moment(item["updated_at"]),
        fields={**_plain(item), **attributes(item)},
    )


def attributes(item: Json) -> dict[str, Any]:
    """The shop's own attributes by their codes. Of choices they hold the ids."""
    found = item.get("custom_attributes") or ()
    return {str(one["attribute_code"]): one.get("value") for one in found if isinstance(one, Mapping)}


def _home(item: Json) -> Json:
    """The customer's address for bills, else the first."""
    known = [one for one in item.get("addresses") or () if isinstance(one, Mapping)]
    return next((one for one in known if one.get("default_billing")), known[0] if known else {})


def _address(home: Json, email: str) -> Address:
    street = [str(line) for line in home.get("street") or () if line]
    region = home.get("region") or {}
    return Address(
        name=" ".join(str(home[name]) for name in ("firstname", "lastname") if home.get(name)),
        company=str(home.get("company") or ""),
        line1=street[0] if street else "",
        line2=", ".join(street[1:]),
        postal_code=str(home.get("postcode") or ""),
        city=str(home.get("city") or ""),
        region=str(region.get("region_code") or "") if isinstance(region, Mapping) else "",
        country=str(home.get("country_id") or ""),
        email=email,
        phone=str(home.get("telephone") or ""),
    )


def _plain(item: Json) -> dict[str, Any]:
    """The record's own fields that are one value."""
    return {name: value for name, value in item.items() if isinstance(value, str | int | Decimal)}


def _variants(items: Sequence[Json]) -> Iterator[tuple[str, str]]:
    """The ids of variants, each with that of the product that groups them."""
    for item in items:
        for number in (item.get("extension_attributes") or {}).get("configurable_product_links") or ():
            yield str(int(number)), str(item["id"])


def _grams(item: Json, config: Json) -> Decimal | None:
    unit = GRAMS.get(str(config.get("weight_unit")))
    return amount(item, "weight") * unit if unit and item.get("weight") is not None else None


def _url(own: Json, config: Json) -> str:
    key, base = own.get("url_key"), str(config.get("secure_base_url") or "")
    return f"{base}{key}.html" if key and base else ""


def _images(item: Json, config: Json) -> list[str]:
    base = str(config.get("secure_base_media_url") or "").rstrip("/")
    files = [
        entry.get("file") for entry in item.get("media_gallery_entries") or () if not entry.get("disabled")
    ]
    return [f"{base}/catalog/product{file}" for file in files if base and file]
