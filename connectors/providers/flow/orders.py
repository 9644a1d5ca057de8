"""One order of Flow in the words of our contract. Where Flow's names are not public, the connector tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.ecommerce import ImportedLine, ImportedOrder, ImportedPayment, OrderKind
from connectors.errors import Misconfigured
from connectors.field_mapping import Rows, with_mapping
from connectors.providers.flow.numbers import Json, at, moment, number, text
from connectors.providers.flow.people import address_of, buyer_of
from connectors.providers.flow.settings import DEMANDED
from tenants.money import Money, quantum

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Taking:
    """What a connector adds to the orders that it takes over. `values` are its settings, `owner` the key of customers.

    `mark` is where orders that were made from here hold our number; those are not taken over.
    """

    values: Any
    owner: str
    mapping: Rows
    mark: str = ""

    def read(self, order: Any, *, delivered: bool = False) -> list[ImportedOrder]:
        """A sale, a return, or both. Raises Misconfigured while fields are not named, Rejected naming the order."""
        missing = [name for name in DEMANDED if name not in self.values.read_fields]
        if missing:
            raise Misconfigured(
                f"Flow's names for {', '.join(missing)} are not set: add properties of these names with the Key Group"
                " FlowFields, as Flow's own reference of an order has them"
            )
        if self.mark and at(order, self.mark):
            return []
        name = order.get("orderNumber") if isinstance(order, Mapping) else None
        with reading(f"Order {name} of Flow"):
            return self._read(order, delivered)

    def _read(self, order: Json, delivered: bool) -> list[ImportedOrder]:
        lines = [(self._line(item), number(self._named(item, "Quantity")) < 0) for item in order["items"]]
        named = text(order, "type").upper() in self.values.return_types
        back = [line for line, negative in lines if negative or named]
        out = [line for line, negative in lines if not (negative or named)]
        total = number(self._named(order, "OrderTotal"))
        both = bool(back and out)
        parts = [(OrderKind.SALE, out), (OrderKind.RETURN, back)]
        return [
            self._order(order, kind, some, _sum(some) if both else abs(total), both=both, delivered=delivered)
            for kind, some in parts
            if some
        ]

    def _order(
        self,
        order: Json,
        kind: OrderKind,
        lines: Sequence[ImportedLine],
        total: Decimal,
        *,
        both: bool,
        delivered: bool,
    ) -> ImportedOrder:
        currency, uid = self.values.currency, order["orderUid"]
        back = kind is OrderKind.RETURN
        mark = "-R" if back and both else ""
        billing = (
            address_of(order.get("invoiceAddress")) or address_of(order.get("customerAddress")) or Address()
        )
        state = text(order, "deliveryState").upper()
        return ImportedOrder(
            external_id=f"{_uid(uid)}{mark}",
            number=f"{order['orderNumber']}{mark}",
            placed_at=moment(order["createdAt"]),
            modified_at=moment(order["lastModifiedAt"]),
            currency=currency,
            customer=buyer_of(order, self.owner),
            billing=billing,
            shipping=address_of(order.get("shippingAddress")) or billing,
            lines=tuple(lines),
            shipping_total=Money.zero(currency),
            total=Money.of(total, currency),
            location=text(order, "storeUid"),
            order_type=self.values.order_type,
            cancelled=text(order, "orderState").upper() in self.values.cancelled_states,
            payments=() if both else self._payments(order),
            properties=_properties(order),
            raw={"orderUid": uid, "type": order.get("type")},
            kind=kind,
            return_of=_origin(order) if back else "",
            handed_over=delivered or state in self.values.delivered_states,
        )

    def _line(self, item: Json) -> ImportedLine:
        currency = self.values.currency
        pieces, total = (abs(number(self._named(item, name))) for name in ("Quantity", "LineTotal"))
        if not pieces:
            raise ValueError(f"{item.get('name')} has no quantity")
        off = abs(number(item.get("itemDiscountAmount") or 0)) * pieces
        unit = ((total + off) / pieces).quantize(quantum(currency), ROUND_CEILING)
        whole = (unit * pieces).quantize(quantum(currency), ROUND_HALF_UP)
        line = ImportedLine(
            sku=str(self._named(item, "Sku") or ""),
            name=text(item, "name"),
            quantity=pieces,
            unit_price=Money.of(unit, currency),
            discount=Money.of(whole - total, currency),
            tax_rate=self._rate(item),
            external_id=text(item, "orderItemUid"),
        )
        plain = {name: value for name, value in item.items() if isinstance(value, (str, int))}
        return with_mapping(line, self.mapping, plain)

    def _rate(self, item: Json) -> Decimal:
        """In percent; where no field is named for it, what the item's VAT is of its price without it."""
        named = self.values.read_fields.get("VatRate")
        if named:
            return number(at(item, named))
        price, vat = number(item["itemPrice"]), number(item["itemVatAmount"])
        return (vat * 100 / (price - vat)).quantize(Decimal(1), ROUND_HALF_UP) if price != vat else ZERO

    def _payments(self, order: Json) -> tuple[ImportedPayment, ...]:
        """The settlements, where their fields are named."""
        fields = self.values.read_fields
        if "PaymentAmount" not in fields:
            return ()
        return tuple(self._payment(row) for row in order.get("settlements") or ())

    def _payment(self, row: Json) -> ImportedPayment:
        amount = Money.of(abs(number(self._named(row, "PaymentAmount"))), self.values.currency)
        named = {name: str(self._named(row, name) or "") for name in ("PaymentName", "PaymentId")}
        return ImportedPayment(
            method=named["PaymentName"] or "Till",
            provider_id=named["PaymentId"],
            authorized=amount,
            captured=amount,
        )

    def _named(self, document: Json, name: str) -> Any:
        path = self.values.read_fields.get(name)
        return at(document, path) if path else None


def _sum(lines: Sequence[ImportedLine]) -> Decimal:
    rows = (line.unit_price.amount * line.quantity for line in lines)
    off = sum((line.discount.amount for line in lines), ZERO)
    return sum((row.quantize(Decimal("0.01"), ROUND_HALF_UP) for row in rows), ZERO) - off


def _origin(order: Json) -> str:
    """The order that the first item which names one came from."""
    links = (link for item in order["items"] for link in item.get("orderLinks") or ())
    return next((text(link, "orderUid") for link in links if link.get("orderUid")), "")


def _properties(order: Json) -> dict[str, Any]:
    names = {
        "FlowOrderUid": "orderUid",
        "FlowOrderState": "orderState",
        "FlowDeliveryState": "deliveryState",
        "FlowSettleState": "settleState",
        "FlowType": "type",
        "FlowStore": "storeName",
        "FlowVoucherNumber": "voucherNumber",
        "ExternalOrderNumber": "externalOrderNumber",
        "SalesPerson": "tenantUserDisplayName",
        "Note": "note",
    }
    return {ours: text(order, theirs) for ours, theirs in names.items() if text(order, theirs)}


def _uid(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is no Uid")
    return value
