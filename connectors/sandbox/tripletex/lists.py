"""What is found by which parameter, in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.sandbox.tripletex import masters
from connectors.sandbox.tripletex.company import Company, Json
from connectors.sandbox.tripletex.errors import invalid
from connectors.sandbox.tripletex.fields import shown

Test = Callable[[Json, str], bool]


def _equals(field: str) -> Test:
    return lambda record, text: str(record.get(field)).casefold() == text.casefold()


def _refers(field: str) -> Test:
    return lambda record, text: str(record[field]["id"]) == text


_TESTS: Mapping[str, Mapping[str, Test]] = {
    "/customer": {
        "id": _equals("id"),
        "email": _equals("email"),
        "customerAccountNumber": _equals("customerNumber"),
        "changedSince": lambda record, text: record["_changed"] >= text,
    },
    "/product": {
        "productNumber": _equals("number"),
        "isStockItem": _equals("isStockItem"),
        "isInactive": _equals("isInactive"),
    },
    "/order": {
        "number": _equals("number"),
        "orderDateFrom": lambda record, text: record["orderDate"] >= text,
        "orderDateTo": lambda record, text: record["orderDate"] < text,
    },
    "/invoice": {
        "customerId": _refers("customer"),
        "invoiceDateFrom": lambda record, text: record["invoiceDate"] >= text,
        "invoiceDateTo": lambda record, text: record["invoiceDate"] < text,
    },
    "/currency": {"code": _equals("code")},
    "/country": {"code": _equals("isoAlpha2Code")},
    "/ledger/vatType": {"typeOfVat": lambda record, text: text == "OUTGOING"},
    "/invoice/paymentType": {},
    "/event/subscription": {},
    "/inventory/inventories": {"dateFrom": lambda record, text: True, "dateTo": lambda record, text: True},
}
_NEEDED = {
    "/order": ("orderDateFrom", "orderDateTo"),
    "/invoice": ("invoiceDateFrom", "invoiceDateTo"),
    "/inventory/inventories": ("dateFrom", "dateTo"),
}
_COMMON = {"from", "count", "sorting", "fields"}


def listed(company: Company, path: str, query: dict[str, str]) -> Json | None:
    """The list at a path; None where there is none. Raises TripletexError for parameters that are missing or unknown."""
    tests = _TESTS.get(path)
    if tests is None:
        return None
    lacking = [name for name in _NEEDED.get(path, ()) if name not in query]
    unknown = [name for name in query if name not in tests and name not in _COMMON]
    if lacking or unknown:
        raise invalid(**dict.fromkeys([*lacking, *unknown], "Ugyldig eller manglende parameter."))
    asked = [(tests[name], text) for name, text in query.items() if name in tests]
    found = [record for record in _records(company, path) if all(test(record, text) for test, text in asked)]
    start, size = int(query.get("from", 0)), int(query.get("count", 1000))
    values = [shown(record, query.get("fields", "")) for record in found[start : start + size]]
    told = {
        "fullResultSize": len(found),
        "from": start,
        "count": len(values),
        "versionDigest": "Checksums are not supported here",
    }
    return {**told, "values": values}


def _records(company: Company, path: str) -> list[Json]:
    if path == "/inventory/inventories":
        stocked = (item for item in company.products.values() if item["isStockItem"])
        return [masters.stock_of(item) for item in stocked]
    kept = {
        "/customer": company.customers,
        "/product": company.products,
        "/order": company.orders,
        "/invoice": company.invoices,
        "/currency": company.currencies,
        "/country": company.countries,
        "/ledger/vatType": company.vat_types,
        "/invoice/paymentType": company.payment_types,
        "/event/subscription": company.subscriptions,
    }
    return list(kept[path].values())
