"""One order of Sitoo in the words of our contract: a sale, a return, or both where goods went both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address, Customer
from connectors.contracts.ecommerce import ImportedLine, ImportedOrder, OrderKind
from connectors.field_mapping import Rows, with_mapping
from connectors.providers.sitoo.amounts import Json, Part, Row, extra_lines, money, parts_of
from connectors.providers.sitoo.payments import payments_of
from tenants.money import Money

OPEN, CLOSED, CANCELLED, ABANDONED = 0, 10, 20, -1
#: What Sitoo's order states mean. Any other is kept as a property and never taken for the end of anything.
STATES = {OPEN: "open", CLOSED: "closed", CANCELLED: "cancelled", ABANDONED: "abandoned"}
#: Marks orders that were made from here.
OURS = "crossdock-order"
RETURN_MARK = "-R"

#: Everything that is read of an order.
FIELDS = (
    *(
        "orderid",
        "eshopid",
        "externalid",
        "creditorderid",
        "email",
        "namefirst",
        "namelast",
        "company",
        "phone",
    ),
    *(
        f"{kind}_{part}"
        for kind in ("invoice", "delivery")
        for part in ("address", "address2", "zip", "city")
    ),
    *("invoice_state", "invoice_countryid", "delivery_state", "delivery_countryid", "comment"),
    *("moneytotal_gross_checkout", "moneytotal_gross_delivery", "moneytotal_gross_roundoff"),
    *("moneytotal_gross_all", "orderdate", "orderstateid", "paymentstateid", "ordertypeid", "registerid"),
    *(
        "warehouseid",
        "currencycode",
        "additionaldata",
        "orderitems",
        "payments",
        "reservedpayments",
        "orderlogitems",
    ),
)
_MAPPED = (
    "productid",
    "sku",
    "productname",
    "productattributes",
    "unitlabel",
    "externalinput",
    "vouchercode",
)


@dataclass(frozen=True, slots=True)
class Taking:
    """What a connector adds to the orders that it takes over. `tills_only` leaves web orders out."""

    owner: str
    order_type: str
    tills_only: bool
    mapping: Rows

    def read(self, order: Json) -> list[ImportedOrder]:
        """Nothing for an order that was made from here, or that is not wanted. Raises Rejected, naming the order."""
        number = order.get("orderid") if isinstance(order, dict) else None
        with reading(f"Order {number} of Sitoo"):
            more = order.get("additionaldata") or {}
            if OURS in more or (self.tills_only and not order.get("registerid")):
                return []
            parts = parts_of(order)
            total = money(order, "moneytotal_gross_all")
            return [self._order(order, part, parts, total) for part in parts]

    def _order(self, order: Json, part: Part, parts: Sequence[Part], total: Decimal) -> ImportedOrder:
        currency, more = order["currencycode"], order.get("additionaldata") or {}
        back = part.sign < 0
        mark = RETURN_MARK if back and len(parts) > 1 else ""
        state = order["orderstateid"]
        invoice, delivery = (_address(order, kind) for kind in ("invoice", "delivery"))
        billing = invoice if invoice.line1 or not delivery.line1 else delivery
        lines = [self._line(row, currency) for row in part.rows]
        return ImportedOrder(
            external_id=f"{int(order['orderid'])}{mark}",
            number=f"{more.get('pos-receiptid') or order['orderid']}{mark}",
            placed_at=_moment(order["orderdate"]),
            modified_at=_changed_at(order),
            currency=currency,
            customer=self._customer(order),
            billing=billing,
            shipping=delivery if delivery.line1 else billing,
            lines=(*lines, *extra_lines(part, currency)),
            shipping_total=Money.of(part.shipping, currency),
            total=Money.of(part.total if len(parts) > 1 else total * part.sign, currency),
            location=str(order.get("warehouseid") or ""),
            order_type=self.order_type,
            cancelled=state in {CANCELLED, ABANDONED},
            payments=payments_of(order, part, parts, total),
            properties=_properties(order, more),
            raw={"orderid": order["orderid"], "externalid": order.get("externalid")},
            kind=OrderKind.RETURN if back else OrderKind.SALE,
            return_of=str(order.get("creditorderid") or more.get("pos-originalsales-orderid") or "")
            if back
            else "",
            handed_over=state == CLOSED and bool(order.get("registerid")),
        )

    def _line(self, row: Row, currency: str) -> ImportedLine:
        item = row.item
        product = item.get("productid")
        sku = str(item.get("sku") or "") or (f"PRODUCT-{product}" if product else "POS-ITEM")
        return with_mapping(row.line(currency, sku), self.mapping, {name: item.get(name) for name in _MAPPED})

    def _customer(self, order: Json) -> Customer:
        more = order.get("additionaldata") or {}
        crm = more.get("crm-customerid") or more.get("voyado-contactid") or ""
        names = {"first_name": "namefirst", "last_name": "namelast", "company": "company", "phone": "phone"}
        told = {ours: str(order.get(theirs) or "") for ours, theirs in names.items()}
        return Customer(
            email=str(order.get("email") or ""), external_ids={self.owner: crm} if crm else {}, **told
        )


def is_open(order: Json) -> bool:
    """Whether something may still happen to it; of an unknown state, too."""
    return order.get("orderstateid") not in {CLOSED, CANCELLED, ABANDONED}


def _properties(order: Json, more: Json) -> dict[str, Any]:
    state = order["orderstateid"]
    told = {
        "SitooOrderId": str(order["orderid"]),
        "SitooOrderState": STATES.get(state, f"unknown ({state})"),
        "SitooRegisterId": order.get("registerid"),
        "SitooWarehouseId": order.get("warehouseid"),
        "SitooReceiptId": more.get("pos-receiptid"),
        "ReturnReason": more.get("refundreasoncode-reasoncode"),
        "Note": order.get("comment"),
        "SalesPerson": more.get("pos-staffsales-name") or more.get("pos-staff-externalid"),
    }
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _address(order: Json, kind: str) -> Address:
    def told(name: str) -> str:
        return str(order.get(f"{kind}_{name}") or "")

    return Address(
        name=" ".join(filter(None, (order.get("namefirst"), order.get("namelast")))),
        company=str(order.get("company") or ""),
        line1=told("address"),
        line2=told("address2"),
        postal_code=told("zip"),
        city=told("city"),
        region=told("state"),
        country=told("countryid").upper(),
        email=str(order.get("email") or ""),
        phone=str(order.get("phone") or ""),
    )


def _changed_at(order: Json) -> datetime:
    """The last entry of the order's log; Sitoo has no other time of change."""
    logged = [entry["datelog"] for entry in order.get("orderlogitems") or () if entry.get("datelog")]
    return _moment(max([order["orderdate"], *logged]))


def _moment(seconds: Any) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise TypeError(f"{seconds!r} is no time in seconds")
    return datetime.fromtimestamp(seconds, UTC)
