"""Reads an order out of any JSON: our own shape, or another one that a Field Mapping describes. Knows no Django.

Our own shape is that of the order API and of what exports send: number, currency, placed_at, customer, billing, shipping,
lines with sku, name, quantity, unit_price, discount, tax_rate, and shipping_total, total, tags, properties. Rows of a Field
Mapping are (Property, Connector Property): ours, such as Number or Lines.SKU, and the path with dots that leads to it there,
such as order.reference; those of lines lead on from the line. Names compare without case, spaces and underscores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contracts.common import Address, Customer
from connectors.contracts.ecommerce import ImportedLine, ImportedOrder
from connectors.errors import Rejected
from tenants.money import Money, MoneyError

_ADDRESS = tuple(item.name for item in fields(Address))
_CUSTOMER = ("number", "email", "phone", "first_name", "last_name", "company")
_ORDER = (
    "external_id",
    "number",
    "placed_at",
    "modified_at",
    "currency",
    "lines",
    "shipping_total",
    "shipping_tax_rate",
    "shipping_method",
    "total",
    "store",
    "cancelled",
    "tags",
    "properties",
    *(f"customer.{name}" for name in _CUSTOMER),
    *(f"{kind}.{name}" for kind in ("billing", "shipping") for name in _ADDRESS),
)
_LINE = ("sku", "name", "quantity", "unit_price", "discount", "tax_rate", "external_id", "properties")
#: What stands for the one that is not there.
_ELSE = {"externalid": "id", "modifiedat": "placed_at"}


def plain_name(name: str) -> str:
    return name.replace("_", "").replace(" ", "").casefold()


_KNOWN = {plain_name(name): name for name in (*_ORDER, *(f"lines.{name}" for name in _LINE))}


def at(document: Any, path: str) -> Any:
    """What stands at a path with dots, where a number is a place in a list; None where there is nothing."""
    for part in path.split("."):
        if isinstance(document, Mapping):
            wanted = plain_name(part)
            document = next((item for key, item in document.items() if plain_name(str(key)) == wanted), None)
        elif isinstance(document, (list, tuple)) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def mapping_problems(rows: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Rows that name no property of an order; any name below Properties is one."""
    for ours, _ in rows:
        name = plain_name(ours)
        if name not in _KNOWN and not name.startswith(("properties.", "lines.properties.")):
            yield (
                ours,
                f"{ours} is no property of an order; use one such as Number, Lines.SKU, Total or Properties.Gift",
            )


class OrderReader:
    """Reads orders by one mapping. `store` is where all of them go."""

    def __init__(self, rows: Sequence[tuple[str, str]] = (), store: str = "") -> None:
        mapped = {plain_name(ours): theirs for ours, theirs in rows}
        self._paths = {name: path for name, path in mapped.items() if not name.startswith("lines.")}
        self._of_lines = {
            name.removeprefix("lines."): path for name, path in mapped.items() if name.startswith("lines.")
        }
        self._store = store

    def read(self, document: Any, seen_at: datetime | None = None) -> ImportedOrder:
        """`seen_at` is the time of change where the document tells none. Raises Rejected that says what is missing."""
        order = _Read(document, self._paths, "the order")
        currency = order.text("currency").upper()
        if not currency:
            raise Rejected("currency is missing; send it, such as NOK")
        lines = tuple(
            self._line(item, currency, place) for place, item in enumerate(order.rows("lines"), start=1)
        )
        shipping = order.money("shipping_total", currency, "0")
        number = order.text("number") or order.text("external_id")
        if not number:
            raise Rejected("number is missing; send the order's number")
        placed = order.moment("placed_at") or seen_at
        if placed is None:
            raise Rejected("placed_at is missing; send the time of the order, such as 2026-05-31T12:00:00Z")
        billing, delivery = (
            order.part(Address, "billing", _ADDRESS),
            order.part(Address, "shipping", _ADDRESS),
        )
        return ImportedOrder(
            external_id=order.text("external_id") or number,
            number=number,
            placed_at=placed,
            modified_at=order.moment("modified_at") or seen_at or placed,
            currency=currency,
            customer=order.part(Customer, "customer", _CUSTOMER),
            billing=billing if any(_values(billing)) else delivery,
            shipping=delivery if any(_values(delivery)) else billing,
            lines=lines,
            shipping_total=shipping,
            shipping_tax_rate=order.number("shipping_tax_rate", "0"),
            shipping_method=order.text("shipping_method"),
            total=order.money("total", currency, str(_total(lines, shipping).amount)),
            store=self._store or order.text("store"),
            cancelled=order.flag("cancelled"),
            tags=tuple(str(tag) for tag in order.rows("tags", required=False)),
            properties=order.properties(),
        )

    def _line(self, item: Any, currency: str, place: int) -> ImportedLine:
        line = _Read(item, self._of_lines, f"line {place}")
        return ImportedLine(
            sku=line.text("sku"),
            name=line.text("name"),
            quantity=line.number("quantity", "1"),
            unit_price=line.money("unit_price", currency),
            discount=line.money("discount", currency, "0"),
            tax_rate=line.number("tax_rate", "0"),
            external_id=line.text("external_id"),
            properties=line.properties(),
        )


class _Read:
    """One object, read by the mapped paths, else by our own names. `what` names it for staff."""

    def __init__(self, document: Any, paths: Mapping[str, str], what: str) -> None:
        if not isinstance(document, Mapping):
            raise Rejected(f"{what} is no JSON object")
        self.document, self.paths, self.what = document, paths, what

    def value(self, name: str) -> Any:
        key = plain_name(name)
        found = at(self.document, self.paths.get(key, name))
        return (
            at(self.document, _ELSE[key])
            if found is None and key in _ELSE and key not in self.paths
            else found
        )

    def text(self, name: str) -> str:
        found = self.value(name)
        if found is None or isinstance(found, (Mapping, list)):
            return ""
        return format(found, "f") if isinstance(found, Decimal) else str(found).strip()

    def number(self, name: str, default: str = "") -> Decimal:
        raw = self.text(name) or default
        try:
            number = Decimal(raw)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise Rejected(f"{name} of {self.what} is {raw!r}; send a number with a decimal point")
        return number

    def money(self, name: str, currency: str, default: str = "") -> Money:
        raw = self.text(name) or default
        if not raw:
            raise Rejected(f"{name} of {self.what} is missing; send the amount")
        try:
            return Money.of(raw, currency)
        except MoneyError as error:
            raise Rejected(f"{name} of {self.what}: {error}") from None

    def moment(self, name: str) -> datetime | None:
        raw = self.text(name)
        if not raw:
            return None
        try:
            when = datetime.fromisoformat(raw)
        except ValueError:
            raise Rejected(
                f"{name} of {self.what} is {raw!r}; send ISO 8601, such as 2026-05-31T12:00:00Z"
            ) from None
        return when if when.tzinfo else when.replace(tzinfo=UTC)

    def flag(self, name: str) -> bool:
        """A time or a word stands for yes too, as in cancelled_at."""
        return self.text(name).casefold() not in {"", "false", "0", "no", "none"}

    def rows(self, name: str, *, required: bool = True) -> Sequence[Any]:
        found = self.value(name)
        if isinstance(found, list) and (found or not required):
            return found
        if required:
            raise Rejected(f"{name} of {self.what} is missing; send the list")
        return ()

    def part(self, kind: Callable[..., Any], prefix: str, names: Iterable[str]) -> Any:
        return kind(**{name: self.text(f"{prefix}.{name}") for name in names})

    def properties(self) -> dict[str, Any]:
        """Those of the document, and what the mapping puts under Properties."""
        own = self.value("properties")
        found = dict(own) if isinstance(own, Mapping) else {}
        for name, path in self.paths.items():
            value = at(self.document, path) if name.startswith("properties.") else None
            if value is not None:
                found[name.removeprefix("properties.")] = value
        return found


def _total(lines: Iterable[ImportedLine], shipping: Money) -> Money:
    sums = sum((line.unit_price.amount * line.quantity - line.discount.amount for line in lines), Decimal(0))
    return Money(shipping.amount + sums, shipping.currency)


def _values(address: Address) -> list[str]:
    return [getattr(address, name) for name in _ADDRESS]
