"""What a shop's order tells of payments: by its transactions, or by its financial state where those are not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.ecommerce import ImportedPayment
from connectors.providers.shopify.amounts import ZERO, amount
from tenants.money import Money

Json = Mapping[str, Any]

_RESERVING = {"AUTHORIZATION", "EMV_AUTHORIZATION"}
#: States in which what was only reserved is reserved no longer.
_LAPSED = {"VOIDED", "EXPIRED"}
#: States of an order whose money has been taken, whatever went back later.
_TAKEN = {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"}


def payments_of(order: Json) -> tuple[ImportedPayment, ...]:
    """Only what has succeeded counts. `provider_id` is the number of the reserving or the paying transaction; it is ""
    where transactions are not told, as in webhooks."""
    transactions = order.get("transactions")
    if transactions is None:
        return _by_state(order)
    done = [item for item in transactions if item["status"] == "SUCCESS"]
    lapsed = order["displayFinancialStatus"] in _LAPSED
    return tuple(_payment(item, done, order["currencyCode"], lapsed) for item in done if _begins(item, done))


def number_of(gid: str | None) -> str:
    """The number at the end of an id: "gid://shopify/Order/1001" is "1001"."""
    return (gid or "").rpartition("/")[2]


def _begins(item: Json, done: Sequence[Json]) -> bool:
    """Whether this transaction begins a payment: a reservation, a sale, or a capture of what is not told."""
    if item["kind"] in _RESERVING | {"SALE"}:
        return True
    return item["kind"] == "CAPTURE" and _parent(item) not in {number_of(other["id"]) for other in done}


def _payment(item: Json, done: Sequence[Json], currency: str, lapsed: bool) -> ImportedPayment:
    number, value = number_of(item["id"]), _value(item, currency)
    followers = [other for other in done if _parent(other) == number]
    captured = value
    authorized = value
    if item["kind"] in _RESERVING:
        captured = _sum(followers, "CAPTURE", currency)
        released = lapsed or any(other["kind"] == "VOID" for other in followers)
        authorized = captured if released else value
    return ImportedPayment(
        method=item["gateway"] or "",
        provider_id=number,
        authorized=Money.of(authorized, currency),
        captured=Money.of(captured, currency),
    )


def _by_state(order: Json) -> tuple[ImportedPayment, ...]:
    state, currency = order["displayFinancialStatus"], order["currencyCode"]
    total = amount(order["totalPriceSet"])
    captured = ZERO
    if state in _TAKEN:
        captured = total
    elif state == "PARTIALLY_PAID":
        captured = total - amount(order["totalOutstandingSet"])
    elif state != "AUTHORIZED":
        return ()
    return (
        ImportedPayment(
            method=", ".join(filter(None, order["paymentGatewayNames"])),
            provider_id="",
            authorized=Money.of(total if state == "AUTHORIZED" else captured, currency),
            captured=Money.of(captured, currency),
        ),
    )


def _sum(items: Sequence[Json], kind: str, currency: str) -> Decimal:
    return sum((_value(item, currency) for item in items if item["kind"] == kind), ZERO)


def _value(item: Json, currency: str) -> Decimal:
    given = item["amountSet"]["shopMoney"]["currencyCode"]
    if given != currency:
        raise ValueError(f"a transaction is in {given}, the order in {currency}")
    return amount(item["amountSet"])


def _parent(item: Json) -> str:
    return number_of((item.get("parentTransaction") or {}).get("id"))
