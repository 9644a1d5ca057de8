"""What people do inside Business Central: the control API under /_/dynamics365/.

Bodies may name "tenant" ("demo") and "environment" ("sandbox"). GET /books shows everything that one of them holds.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.wire import Request
from connectors.sandbox.dynamics365 import customers, orders
from connectors.sandbox.dynamics365.company import COMPANY, Company, Json, item_of, move
from connectors.sandbox.dynamics365.credits import memo_shown
from connectors.sandbox.dynamics365.invoices import invoice_of, settle
from connectors.sandbox.dynamics365.journals import open_journal, post_journal

if TYPE_CHECKING:
    from connectors.sandbox.dynamics365.api import Dynamics365

#: What staff may set of an item, and what it has otherwise.
_ITEM: Json = {
    "displayName": "",
    "itemCategoryCode": "",
    "blocked": False,
    "baseUnitOfMeasureCode": "STK",
    "gtin": "",
    "unitPrice": Decimal(0),
    "priceIncludesTax": False,
    "taxGroupCode": "HIGH",
}

Control = Callable[[Company, Json], Any]


def control(vendor: Dynamics365, request: Request) -> Any:
    """The answer to a control; None where there is no such control. Raises ValueError for what makes no sense."""
    data = {**request.query, **(request.json() if request.body else {})}
    if request.path == "/tokens/revoke":
        vendor.tokens.clear()
        return {}
    done = _CONTROLS.get((request.method, request.path))
    if done is None:
        return None
    environment = vendor.companies(data.pop("tenant", "demo"), data.pop("environment", "sandbox"))
    return done(environment[COMPANY], data) or {}


def _books(company: Company, data: Json) -> Json:
    return {
        "items": list(company.items.values()),
        "customers": list(company.customers.values()),
        "orders": [orders.order_shown(order, expanded=True) for order in company.orders.values()],
        "invoices": list(company.invoices.values()),
        "entries": list(company.entries.values()),
        "credit_memos": [memo_shown(memo) for memo in company.memos.values()],
        "payments": [line for journal in company.journals.values() for line in journal["lines"].values()],
        "ledger": list(company.ledger_entries.values()),
    }


def _items(company: Company, data: Json) -> None:
    """{"items": [{"number": "WOOL-M", "inventory": 12, "type": "Inventory", "taxPercent": 25, "unitPrice": 399.20}]}: made,
    changed where one of the fields differs, or counted anew."""
    for given in data["items"]:
        item = item_of(company, given["number"]) or _new_item(company, given)
        changes = {name: _value(given[name]) for name in _ITEM if name in given}
        if any(item[name] != value for name, value in changes.items()):
            item.update(changes)
            company.touch(item)
        difference = Decimal(str(given.get("inventory", item["inventory"]))) - item["inventory"]
        if difference:
            move(company, item, difference)


def _new_item(company: Company, given: Json) -> Json:
    return company.add(
        company.items,
        "item",
        number=given["number"].upper(),
        type=given.get("type", "Inventory"),
        inventory=Decimal(0),
        taxPercent=given.get("taxPercent", 25),
        **{**_ITEM, "displayName": given["number"]},
    )


def _value(given: Any) -> Any:
    """Amounts exactly, as they were written."""
    return given if isinstance(given, (bool, str)) else Decimal(str(given))


def _stock(company: Company, data: Json) -> None:
    """{"number": "WOOL-M", "quantity": -2}: posted to the item ledger."""
    item = item_of(company, data["number"])
    if item is None:
        raise ValueError(f"There is no item {data['number']}.")
    move(company, item, Decimal(str(data["quantity"])))


def _customers(company: Company, data: Json) -> None:
    for given in data["customers"]:
        customers.create(company, given)


def _setup(company: Company, data: Json) -> None:
    """{"manual_numbers": false} of customers; {"races": 2}: so many changes find that somebody else was faster;
    {"prices_include_tax": true} on customers' cards; {"journals": ["CARDS"]}: payment journals that are opened."""
    company.prices_include_tax = data.get("prices_include_tax", company.prices_include_tax)
    for code in data.get("journals", ()):
        open_journal(company, code)
    company.manual_numbers = data.get("manual_numbers", company.manual_numbers)
    company.races = data.get("races", company.races)


def _order(company: Company, data: Json) -> Json:
    wanted = data["number"].upper()
    found = [item for item in company.orders.values() if item["externalDocumentNumber"] == wanted]
    if not found:
        raise ValueError(f"There is no sales order for {wanted}.")
    return found[0]


def _pay(company: Company, data: Json) -> None:
    """{"number": …}: an invoice, or the order that it is of, is paid completely."""
    invoice = invoice_of(company, data["number"])
    settle(company, invoice, invoice["remainingAmount"])


def _release(company: Company, data: Json) -> None:
    order = _order(company, data)
    order["status"] = orders.RELEASED
    company.touch(order)


def _ship(company: Company, data: Json) -> None:
    order = _order(company, data)
    for line in order["lines"]:
        line["shippedQuantity"] = line["quantity"]
    company.touch(order)


def _cut(company: Company, data: Json) -> None:
    """{"number": ..., "keep": 1}: only the first lines stay, as when an insertion broke off or somebody deleted the rest."""
    order = _order(company, data)
    del order["lines"][data.get("keep", 0) :]
    company.touch(order)


_CONTROLS: dict[tuple[str, str], Control] = {
    ("GET", "/books"): _books,
    ("POST", "/items"): _items,
    ("POST", "/stock"): _stock,
    ("POST", "/customers"): _customers,
    ("POST", "/setup"): _setup,
    ("POST", "/orders/release"): _release,
    ("POST", "/orders/ship"): _ship,
    ("POST", "/orders/cut"): _cut,
    ("POST", "/invoices/pay"): _pay,
    ("POST", "/journals/post"): lambda company, data: post_journal(company, data["code"]),
    ("POST", "/orders/invoice"): lambda company, data: orders.invoice(company, _order(company, data)),
}
