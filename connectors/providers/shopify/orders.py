"""One order of Shopify, as its GraphQL tells it, in the words of our contract. Webhooks are brought into that form first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address, Customer
from connectors.contracts.ecommerce import ImportedLine, ImportedOrder
from connectors.errors import Rejected
from connectors.field_mapping import Rows, with_mapping
from connectors.providers.shopify.amounts import Bill, Priced, bill
from connectors.providers.shopify.payments import number_of, payments_of
from tenants.money import Money, quantum

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taking:
    """What a connector adds to the orders that it takes over. `owner` is the key of the shop's own customer numbers."""

    store: str
    owner: str
    mapping: Rows

    def read(self, order: Json, lines: Sequence[Json] | None = None, *, strict: bool = True) -> ImportedOrder:
        """`lines` are all lines where the order itself holds its first page only. Raises Rejected, naming the order.

        Unless `strict`, an order that does not add up is handed on with the shop's own total, for whoever takes many
        orders in to refuse that one alone.
        """
        name = order.get("name") if isinstance(order, Mapping) else None
        with reading(f"Order {name} of Shopify"):
            sums = bill(order, order["lineItems"]["nodes"] if lines is None else lines)
            if sums.rest and strict:
                raise Rejected(
                    f"Order {name} of Shopify does not add up: its lines, shipping and charges come to "
                    f"{sums.total - sums.rest}, its total is {sums.total}; compare them in the Shopify admin"
                )
            return self._read(order, sums)

    def _read(self, order: Json, sums: Bill) -> ImportedOrder:
        currency = order["currencyCode"]
        billing, shipping = (address(order, order[name]) for name in ("billingAddress", "shippingAddress"))
        shipping_lines = order["shippingLines"]["nodes"]
        return ImportedOrder(
            external_id=str(order["legacyResourceId"]),
            number=_text(order["name"]).removeprefix("#"),
            placed_at=moment(order["processedAt"]),
            modified_at=moment(order["updatedAt"]),
            currency=currency,
            customer=self._customer(order),
            billing=billing if order["billingAddress"] else shipping,
            shipping=shipping,
            lines=(*(self._line(item, currency) for item in sums.lines), *_charges(sums, currency)),
            shipping_total=Money.of(sums.shipping, currency),
            shipping_tax_rate=sums.shipping_rate,
            shipping_method=", ".join(line["title"] for line in shipping_lines),
            total=Money.of(sums.total, currency),
            store=self.store,
            cancelled=bool(order["cancelledAt"]),
            payments=payments_of(order),
            tags=tuple(order["tags"]),
            properties=_properties(order),
            raw=_raw(order),
        )

    def _line(self, item: Priced, currency: str) -> ImportedLine:
        node, unit = item.node, item.unit_price(quantum(currency))
        attributes = _attributes(node)
        line = ImportedLine(
            sku=node["sku"] or "",
            name=node["name"],
            quantity=Decimal(item.quantity),
            unit_price=Money.of(unit, currency),
            discount=Money.of(unit * item.quantity - item.total, currency),
            tax_rate=item.rate,
            external_id=number_of(node["id"]),
            properties=attributes,
        )
        return with_mapping(line, self.mapping, {**attributes, **_fields(node)})

    def _customer(self, order: Json) -> Customer:
        customer = order["customer"] or {}
        known = order["billingAddress"] or order["shippingAddress"] or {}
        number = customer.get("legacyResourceId")
        email = (customer.get("defaultEmailAddress") or {}).get("emailAddress")
        phone = (customer.get("defaultPhoneNumber") or {}).get("phoneNumber")
        return Customer(
            email=order["email"] or email or "",
            phone=order["phone"] or phone or "",
            first_name=customer.get("firstName") or known.get("firstName") or "",
            last_name=customer.get("lastName") or known.get("lastName") or "",
            company=known.get("company") or "",
            external_ids={self.owner: str(number)} if number else {},
        )


def address(order: Json, given: Json | None) -> Address:
    """An address with the order's contact; only the contact where there is none."""
    told = given or {}
    names = (told.get("firstName"), told.get("lastName"))
    return Address(
        name=" ".join(filter(None, names)),
        company=told.get("company") or "",
        line1=told.get("address1") or "",
        line2=told.get("address2") or "",
        postal_code=told.get("zip") or "",
        city=told.get("city") or "",
        region=told.get("provinceCode") or "",
        country=told.get("countryCodeV2") or "",
        email=order["email"] or "",
        phone=told.get("phone") or order["phone"] or "",
    )


def moment(text: str) -> datetime:
    """A time with its zone, as UTC. Raises ValueError for one without."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"the time {text} has no zone")
    return found.astimezone(UTC)


def _charges(sums: Bill, currency: str) -> list[ImportedLine]:
    """Duties, fees and tips as lines of their own, since the shopper was charged for them: DUTIES, ADDITIONAL-FEES, TIP."""
    return [
        ImportedLine(
            sku=label.upper().replace(" ", "-"),
            name=label,
            quantity=Decimal(1),
            unit_price=Money.of(value, currency),
            discount=Money.zero(currency),
            tax_rate=Decimal(0),
        )
        for label, value in sums.charges
    ]


def _fields(line: Json) -> dict[str, Any]:
    """What a Field Mapping may name besides the line's own attributes."""
    product, variant = line["product"] or {}, line["variant"] or {}
    names = ("sku", "name", "title", "variantTitle", "vendor", "requiresShipping", "isGiftCard")
    ids = {"productId": product.get("legacyResourceId"), "variantId": variant.get("legacyResourceId")}
    return {**{name: line[name] for name in names}, **{name: str(value or "") for name, value in ids.items()}}


def _attributes(item: Json) -> dict[str, str]:
    return {pair["key"]: pair["value"] or "" for pair in item["customAttributes"]}


def _properties(order: Json) -> dict[str, Any]:
    """The shopper's own attributes, and what steps may want to decide by; an attribute never hides one of those."""
    told = {
        "Note": order["note"],
        "FinancialStatus": order["displayFinancialStatus"],
        "CancelReason": order["cancelReason"],
        "DiscountCodes": ", ".join(order["discountCodes"]),
        "Test": bool(order["test"]),
    }
    return {**_attributes(order), **{name: value for name, value in told.items() if value}}


def _raw(order: Json) -> dict[str, Any]:
    lines = order["shippingLines"]["nodes"]
    return {
        "id": order["id"],
        "name": order["name"],
        "sourceName": order["sourceName"],
        "presentmentCurrencyCode": order["presentmentCurrencyCode"],
        "shippingLines": [
            {"id": number_of(line["id"]), "title": line["title"], "code": line["code"]} for line in lines
        ],
    }


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
