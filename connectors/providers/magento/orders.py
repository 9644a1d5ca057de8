"""One order of Magento in the words of our contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address, Customer
from connectors.contracts.ecommerce import ImportedLine, ImportedOrder, ImportedPayment
from connectors.field_mapping import Rows, with_mapping
from connectors.providers.magento.amounts import Bill, Extra, Priced, amount, bill
from connectors.providers.magento.cursor import moment
from connectors.providers.magento.lines import article_of, chosen_lines, contents_of
from connectors.providers.magento.words import Standing, standing
from tenants.money import Money, quantum

Json = Mapping[str, Any]

_METHOD_NAMES = ("name", "title", "shipping_method", "method", "id")
#: Fields of a line that a Field Mapping may name.
_MAPPED = ("sku", "name", "product_type", "product_id", "weight", "description", "store_id")


@dataclass(frozen=True, slots=True)
class Taking:
    """What a connector adds to the orders that it takes over. `stores` leads Magento's store ids to codes of ours, `owner`
    is the key of the shop's own customer ids, `skus` the articles' own SKUs by product id where they are to be taken,
    `method_attribute` the extension attribute with the shipping method where it is not the order's own."""

    store: str
    stores: Mapping[str, Any]
    owner: str
    customer_id_field: str
    mapping: Rows
    skus: Mapping[str, str]
    method_attribute: str = ""

    def read(self, order: Json) -> ImportedOrder:
        """Raises Rejected, naming the order, for what cannot be read."""
        name = order.get("increment_id") or order.get("entity_id")
        with reading(f"Order {name} of Magento"):
            return self._read(order, bill(order, chosen_lines(order)))

    def _read(self, order: Json, sums: Bill) -> ImportedOrder:
        currency = str(order["order_currency_code"])
        billing = address(order, order.get("billing_address"))
        target = _shipping(order)
        return ImportedOrder(
            external_id=str(int(order["entity_id"])),
            number=str(order["increment_id"]),
            placed_at=moment(order["created_at"]),
            modified_at=moment(order["updated_at"]),
            currency=currency,
            customer=self._customer(order),
            billing=billing,
            shipping=address(order, target["address"]) if target.get("address") else billing,
            lines=(
                *(self._line(item, order, currency) for item in sums.lines),
                *(_extra(item, currency) for item in sums.extras),
            ),
            shipping_total=Money.of(sums.shipping, currency),
            shipping_tax_rate=sums.shipping_rate,
            shipping_method=self._shipping_method(order, target),
            total=Money.of(sums.total, currency),
            store=str(self.stores.get(str(order.get("store_id"))) or self.store),
            cancelled=standing(order["state"]) is Standing.CANCELLED,
            payments=tuple(_payments(order, sums, currency)),
            properties=_properties(order),
            raw=_raw(order, target),
        )

    def _line(self, priced: Priced, order: Json, currency: str) -> ImportedLine:
        item = priced.item
        whole = (priced.unit * priced.quantity).quantize(quantum(currency), ROUND_HALF_UP)
        line = ImportedLine(
            sku=self.skus.get(str(article_of(item, order).get("product_id"))) or str(item["sku"]),
            name=str(item.get("name") or item["sku"]),
            quantity=priced.quantity,
            unit_price=Money.of(priced.unit, currency),
            discount=Money.of(whole - priced.total, currency),
            tax_rate=priced.rate,
            external_id=str(int(item["item_id"])),
            properties=contents_of(item, order),
        )
        return with_mapping(line, self.mapping, {name: item.get(name) for name in _MAPPED})

    def _shipping_method(self, order: Json, target: Json) -> str:
        """What the shopper chose in the payment's own checkout goes before what the shop calls it."""
        chosen = (order.get("extension_attributes") or {}).get(self.method_attribute)
        if isinstance(chosen, Mapping):
            chosen = next((chosen[name] for name in _METHOD_NAMES if chosen.get(name)), None)
        return str(chosen or order.get("shipping_description") or target.get("method") or "")

    def _customer(self, order: Json) -> Customer:
        known = order.get("billing_address") or {}
        email, phone = str(order.get("customer_email") or ""), str(known.get("telephone") or "")
        number = order.get("customer_id")
        return Customer(
            number=email if self.customer_id_field == "email" else phone,
            email=email,
            phone=phone,
            first_name=str(order.get("customer_firstname") or known.get("firstname") or ""),
            last_name=str(order.get("customer_lastname") or known.get("lastname") or ""),
            company=str(known.get("company") or ""),
            external_ids={self.owner: str(number)} if number else {},
        )


def address(order: Json, given: Json | None) -> Address:
    """An address with the order's contact; only the contact where there is none."""
    told = given or {}
    street = [str(line) for line in told.get("street") or () if line]
    return Address(
        name=" ".join(str(told[name]) for name in ("firstname", "middlename", "lastname") if told.get(name)),
        company=str(told.get("company") or ""),
        line1=street[0] if street else "",
        line2=", ".join(street[1:]),
        postal_code=str(told.get("postcode") or ""),
        city=str(told.get("city") or ""),
        region=str(told.get("region_code") or told.get("region") or ""),
        country=str(told.get("country_id") or ""),
        email=str(told.get("email") or order.get("customer_email") or ""),
        phone=str(told.get("telephone") or ""),
    )


def _shipping(order: Json) -> Json:
    """Where the goods go and how; {} for an order of nothing but services and downloads."""
    assigned = (order.get("extension_attributes") or {}).get("shipping_assignments") or ()
    return next((item["shipping"] for item in assigned if item.get("shipping")), {})


def _extra(item: Extra, currency: str) -> ImportedLine:
    return ImportedLine(
        sku=item.sku,
        name=item.name,
        quantity=Decimal(1),
        unit_price=Money.of(item.total, currency),
        discount=Money.zero(currency),
        tax_rate=item.rate,
    )


def _payments(order: Json, sums: Bill, currency: str) -> Iterator[ImportedPayment]:
    """The order's payment with what the shop has reserved and taken, and the credits that were taken at once."""
    for method, value in sums.credits.items():
        money = Money.of(value, currency)
        yield ImportedPayment(method=method, provider_id="", authorized=money, captured=money)
    payment = order.get("payment") or {}
    captured = amount(payment, "amount_paid") or amount(order, "total_paid")
    authorized = max(amount(payment, "amount_authorized"), captured)
    if authorized:
        yield ImportedPayment(
            method=str(payment["method"]),
            provider_id=str(payment.get("last_trans_id") or ""),
            authorized=Money.of(authorized, currency),
            captured=Money.of(captured, currency),
        )


def _properties(order: Json) -> dict[str, Any]:
    """What steps may want to decide by."""
    told = {
        "State": order["state"],
        "Status": order.get("status"),
        "PaymentMethod": (order.get("payment") or {}).get("method"),
        "PurchaseOrderNumber": (order.get("payment") or {}).get("po_number"),
        "CouponCode": order.get("coupon_code"),
        "Note": order.get("customer_note"),
        "PickupLocation": (order.get("extension_attributes") or {}).get("pickup_location_code"),
        "OnHold": standing(order["state"]) is Standing.HELD,
        "Virtual": bool(order.get("is_virtual")),
    }
    return {name: value for name, value in told.items() if value}


def _raw(order: Json, shipping: Json) -> dict[str, Any]:
    names = ("entity_id", "store_id", "store_name", "base_currency_code", "customer_group_id", "ext_order_id")
    return {**{name: order.get(name) for name in names}, "shipping_method": shipping.get("method")}
