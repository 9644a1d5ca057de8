"""Purchases and returns as receipts. A receipt is final; a second one with the same unique id is ignored by Engage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contracts.catalog import CustomerRecord
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.crm import ReceiptExport, ReceiptKind
from connectors.errors import LeftAlone, Misconfigured, Rejected
from connectors.providers.voyado.customers import Customers
from tenants.money import quantum

#: Properties of an order that tell which vouchers and promotions were used, each a list of ids.
VOUCHERS, PROMOTIONS = "LoyaltyVouchers", "LoyaltyPromotions"
_PURCHASE, _RETURN, _ADJUSTMENT = "PURCHASE", "RETURN", "ADJUSTMENT"
_UNPAID = frozenset({"cancelled", "declined", "failed"})


@dataclass(frozen=True, slots=True)
class Row:
    """`weight` is what the pieces were sold for, by which the receipt's amount is spread."""

    sku: str
    article: str
    name: str
    quantity: Decimal
    weight: Decimal
    rate: Decimal


class Receipts(Customers):
    def export_receipt(self, export: ReceiptExport) -> Exported:
        contact_id = self._buyer(export.order)
        body = self._receipt(export, contact_id)
        self.post(self.at("receipts"), body)
        return Exported(
            external_id=body["uniqueReceiptId"],
            message="handed over; Voyado books it within a quarter of an hour",
        )

    def _buyer(self, order: OrderDocument) -> str:
        """The contact that a purchase is of; one is made for whoever is new."""
        customer = order.customer
        known = customer.external_ids.get(str(self.config.connector_id or self.config.name))
        if known:
            return known
        record = CustomerRecord(
            number=customer.number,
            email=customer.email or order.billing.email,
            phone=customer.phone or order.billing.phone,
            first_name=customer.first_name,
            last_name=customer.last_name,
            address=order.billing,
        )
        if self.sends(record):
            return self.ensure(record)
        found = self.contact_id(self.values.unique_identifier, self._identity(record))
        if not found:
            raise LeftAlone("The buyer is unknown to Voyado, and ExportCustomers sends members only")
        return found

    def _receipt(self, export: ReceiptExport, contact_id: str) -> dict[str, Any]:
        order, sign = export.order, 1 if export.kind is ReceiptKind.PURCHASE else -1
        items = list(self._items(export))
        total = sign * sum((item["grossPaidPrice"] for item in items), Decimal(0))
        rate = self.values.exchange_rates.get(export.amount.currency)
        local = export.occurred_at.astimezone(ZoneInfo(self.values.time_zone))
        return {
            "contact": {"matchKey": contact_id, "matchKeyType": "contactId"},
            "uniqueReceiptId": f"{self.values.receipt_prefix}{export.reference}",
            "receiptNumber": export.reference,
            "createdDate": local.replace(microsecond=0).isoformat(),
            "storeExternalId": self._store(order),
            "currency": export.amount.currency,
            **({"exchangeRateToGroupCurrency": rate} if rate else {}),
            "totalGrossPrice": total,
            "paymentMethods": [{"type": _paid_by(order), "value": total}],
            "items": items,
            **(_used(order) if sign > 0 else {}),
        }

    def _store(self, order: OrderDocument) -> str:
        stores = {name.casefold(): str(theirs) for name, theirs in self.values.stores.items()}
        found = stores.get(order.store.casefold(), "") if order.store else ""
        store = found or self.values.store_external_id or order.store
        if not store:
            raise Misconfigured(
                "A receipt needs a store; set the property StoreExternalId to one of Engage's"
            )
        return str(store)

    def _items(self, export: ReceiptExport) -> Iterator[dict[str, Any]]:
        """What was paid or given back, spread over what was bought, so that discounts need no line of their own."""
        kind = _kind(export)
        rows = _rows(export, self.values.shipping_article)
        for row, paid in zip(rows, _spread(export, rows), strict=True):
            if row.sku:
                tax = (paid * row.rate / (100 + row.rate)).quantize(
                    quantum(export.amount.currency), ROUND_HALF_UP
                )
                yield {
                    "type": kind,
                    "sku": row.sku,
                    "articleNumber": row.article,
                    "articleName": row.name,
                    "quantity": _pieces(row.quantity, kind),
                    "grossPaidPrice": paid,
                    "taxAmount": tax,
                    "taxPercent": row.rate,
                }


def _kind(export: ReceiptExport) -> str:
    """Money that was given back for nobody says which pieces brings none back."""
    if export.kind is ReceiptKind.PURCHASE:
        return _PURCHASE
    whole = export.amount.amount >= export.order.total.amount
    return _RETURN if export.lines or whole else _ADJUSTMENT


def _pieces(quantity: Decimal, kind: str) -> Decimal:
    return {_PURCHASE: quantity, _RETURN: -quantity, _ADJUSTMENT: Decimal(-1)}[kind]


def _rows(export: ReceiptExport, shipping_article: str) -> list[Row]:
    """Lines that are told of, and freight where all of the order is; freight without an article has no SKU and stays out."""
    order = export.order
    rows = [
        Row(
            sku=line.sku,
            article=str(line.properties.get("ArticleNumber") or line.sku),
            name=line.name or line.sku,
            quantity=quantity,
            weight=line.total.amount * quantity / line.quantity,
            rate=line.tax_rate,
        )
        for line in order.lines
        if line.quantity
        and (quantity := export.lines.get(line.number, Decimal(0)) if export.lines else line.quantity)
    ]
    freight = order.shipping_total.amount
    if freight and not export.lines:
        rate = max((row.rate for row in rows), default=Decimal(0))
        rows.append(Row(shipping_article, shipping_article, "Shipping", Decimal(1), freight, rate))
    if not any(row.sku for row in rows):
        raise Rejected(f"Order {order.number} has no lines that a receipt could be about")
    return rows


def _spread(export: ReceiptExport, rows: Sequence[Row]) -> list[Decimal]:
    """The amount by the rows' weights, exactly: what rounding leaves over goes to the heaviest."""
    amount, smallest = export.amount.amount, quantum(export.amount.currency)
    weights = [row.weight for row in rows]
    if sum(weights) <= 0:
        weights = [Decimal(1)] * len(rows)
    whole = sum(weights, Decimal(0))
    shares = [(amount * weight / whole).quantize(smallest, ROUND_HALF_UP) for weight in weights]
    shares[weights.index(max(weights))] += amount - sum(shares, Decimal(0))
    return shares


def _paid_by(order: OrderDocument) -> str:
    """The names of the payment methods that stand."""
    payments: Sequence[Mapping[str, Any]] = order.sections.get("payments") or ()
    names = [str(item["payment_method"]) for item in payments if str(item.get("state")) not in _UNPAID]
    return ", ".join(dict.fromkeys(filter(None, names))) or "Other"


def _used(order: OrderDocument) -> dict[str, Any]:
    vouchers = [{"checkNumber": item} for item in _ids(order.properties.get(VOUCHERS))]
    promotions = [{"promotionId": item} for item in _ids(order.properties.get(PROMOTIONS))]
    return {
        **({"usedBonusChecks": vouchers} if vouchers else {}),
        **({"usedPromotions": promotions} if promotions else {}),
    }


def _ids(told: Any) -> list[str]:
    """A list, or texts with commas between them."""
    items = told.split(",") if isinstance(told, str) else told if isinstance(told, list | tuple) else []
    return [text for item in items if (text := str(item).strip())]
