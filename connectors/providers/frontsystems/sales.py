"""Sales of the tills in the words of our contract: a sale, a return, or both where goods went both ways.

OData tells headers (Sales) and rows (Saleslines). Prices are per piece, tax included and after discount; what
came back has a negative quantity. A header's total is exactly what its rows come to. Voided sales are flagged in
the headers and have no rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address, Customer
from connectors.contracts.ecommerce import ImportedLine, ImportedOrder, ImportedPayment, OrderKind
from connectors.errors import RetryLater
from connectors.field_mapping import Rows, with_mapping
from connectors.providers.frontsystems.api import Json, told
from connectors.providers.frontsystems.cursor import moment
from tenants.money import Money, quantum

RETURN_MARK = "-R"
_NEW = timedelta(minutes=10)
HEADER = (
    *("SALEID", "STOREID_FK", "POSID_FK", "SaleDate", "SaleDateTime", "Total"),
    *("IsVoided", "IsComplete", "IsTest", "IsWeb"),
)
#: Rows hold names and addresses of buyers, too, which are never asked for.
ROW = (
    *("SALESLINEID", "SALEID", "STOREID_FK", "STOCKID_FK", "PRODUCTID_FK", "CUSTOMERID_FK", "SaleDateTime"),
    *("Qty", "Price", "FullPrice", "Discount", "VATPercent", "Currency", "IsVoided"),
    *("EAN", "Name", "Brand", "Group", "SizeLabel"),
)
_MAPPED = ("ean", "productid_fk", "name", "brand", "group", "sizelabel")


@dataclass(frozen=True, slots=True)
class Taking:
    """What a connector adds to the sales that it takes over. `stocks` are the locations that are wanted, empty
    for all."""

    owner: str
    order_type: str
    tills_only: bool
    payment_method: str
    stocks: frozenset[str]
    mapping: Rows

    def read(self, headers: Iterable[Json], rows: Iterable[Json]) -> list[ImportedOrder]:
        """The sales that count, oldest first. Raises RetryLater where headers and rows do not fit together yet."""
        by_sale: dict[str, list[Json]] = defaultdict(list)
        with reading("Front Systems' sales", RetryLater):
            known = {str(header["saleid"]): header for header in headers}
            for row in rows:
                if not row.get("isvoided"):
                    by_sale[str(row["saleid"])].append(row)
            for sale in by_sale.keys() - known.keys():
                _check_age(sale, by_sale.pop(sale)[0])
        found = [one for sale, header in known.items() for one in self._sale(header, by_sale.get(sale, []))]
        return sorted(found, key=lambda one: one.modified_at)

    def _sale(self, header: Json, rows: Sequence[Json]) -> list[ImportedOrder]:
        with reading(f"Sale {header['saleid']} of Front Systems", RetryLater):
            if not self._counts(header):
                return []
            total = sum((_number(row["qty"]) * _number(row["price"]) for row in rows), Decimal(0))
            if total != _number(header["total"]):
                raise ValueError(f"its rows come to {total}, itself to {header['total']}")
            wanted = not self.stocks or any(told(row, "stockid_fk") in self.stocks for row in rows)
            sides = {sign: [row for row in rows if _number(row["qty"]) * sign > 0] for sign in (1, -1)}
            both = all(sides.values())
            return [self._order(header, side, sign, both) for sign, side in sides.items() if side and wanted]

    def _counts(self, header: Json) -> bool:
        """Only sales that are finished and real."""
        if header.get("isvoided") or not header.get("iscomplete") or header.get("istest"):
            return False
        return not (self.tills_only and header.get("isweb"))

    def _order(self, header: Json, rows: Sequence[Json], sign: int, both: bool) -> ImportedOrder:
        first, sale = rows[0], told(header, "saleid")
        back = sign < 0
        mark = RETURN_MARK if back and both else ""
        lines = [self._line(row) for row in rows]
        total = _sum(lines, told(first, "currency"))
        net = _number(header["total"])
        at = moment(header["saledatetime"])
        return ImportedOrder(
            external_id=f"{sale}{mark}",
            number=f"{sale}{mark}",
            placed_at=at,
            modified_at=at,
            currency=total.currency,
            customer=self._customer(first),
            billing=Address(),
            shipping=Address(),
            lines=tuple(lines),
            shipping_total=Money.zero(total.currency),
            total=total,
            location=told(first, "stockid_fk"),
            order_type=self.order_type,
            payments=self._payments(sale, total, net * sign, both),
            properties=_properties(header, first),
            raw={"saleid": header["saleid"], "total": str(header["total"])},
            kind=OrderKind.RETURN if back else OrderKind.SALE,
            handed_over=True,
        )

    def _line(self, row: Json) -> ImportedLine:
        pieces, price = abs(_number(row["qty"])), _number(row["price"])
        currency = told(row, "currency")
        unit = max(_number(row.get("fullprice") or price), price)
        whole = (pieces * unit).quantize(quantum(currency), ROUND_HALF_UP)
        sku = told(row, "ean") or f"PRODUCT-{told(row, 'productid_fk') or told(row, 'saleslineid')}"
        line = ImportedLine(
            sku=sku,
            name=told(row, "name") or sku,
            quantity=pieces,
            unit_price=Money.of(unit, currency),
            discount=Money.of(whole - (pieces * price).quantize(quantum(currency), ROUND_HALF_UP), currency),
            tax_rate=percent(row["vatpercent"]),
            external_id=told(row, "saleslineid"),
        )
        return with_mapping(line, self.mapping, {name: row.get(name) for name in _MAPPED})

    def _customer(self, row: Json) -> Customer:
        number = told(row, "customerid_fk")
        return Customer(external_ids={self.owner: number} if number not in {"", "0"} else {})

    def _payments(self, sale: str, total: Money, net: Decimal, both: bool) -> tuple[ImportedPayment, ...]:
        """A finished sale is settled: by money, and where goods went both ways by the smaller side."""
        paid = Money.of(max(net, Decimal(0)), total.currency)
        settled = total - paid
        shares = {self.payment_method: paid, **({"Exchange": settled} if both else {})}
        return tuple(
            ImportedPayment(method=method, provider_id=sale, authorized=share, captured=share)
            for method, share in shares.items()
            if share
        )


def percent(value: Any) -> Decimal:
    """A tax rate in percent of one that is written as a fraction, or in percent already."""
    rate = _number(value)
    found = rate * 100 if rate <= 1 else rate
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize()


def _check_age(sale: str, row: Json) -> None:
    """Headers are read before rows, so that the newest rows may be without one, and no others."""
    if moment(row["saledatetime"]) < datetime.now(UTC) - _NEW:
        raise ValueError(f"there are rows of the sale {sale}, but the sale itself is missing")


def _sum(lines: Sequence[ImportedLine], currency: str) -> Money:
    whole = (line.quantity * line.unit_price.amount - line.discount.amount for line in lines)
    return Money.of(sum(whole, Decimal(0)).quantize(quantum(currency), ROUND_HALF_UP), currency)


def _number(value: Any) -> Decimal:
    """OData writes decimals as text. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise TypeError(f"{value!r} is no number")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value!r} is no number")
    return number


def _properties(header: Json, row: Json) -> Mapping[str, str]:
    named = {
        "FrontSystemsSaleId": told(header, "saleid"),
        "FrontSystemsStoreId": told(header, "storeid_fk"),
        "FrontSystemsPosId": told(header, "posid_fk"),
        "FrontSystemsStockId": told(row, "stockid_fk"),
    }
    return {name: text for name, text in named.items() if text}
