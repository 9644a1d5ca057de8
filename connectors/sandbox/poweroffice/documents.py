"""Sales orders, and the invoices and credit notes that are made of them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4, uuid5

from connectors.sandbox.poweroffice.company import VAT, Company, Json, now, number, rounded, today
from connectors.sandbox.poweroffice.errors import GoError, in_use, missing

_HEAD = {
    "DeliveryDate": None,
    "ImportedOrderNo": None,
    "CustomMatchingReference": None,
    "PurchaseOrderReference": None,
    "RelatedInvoiceNo": None,
    "CurrencyExchangeRate": 1,
}


def create_order(company: Company, given: Json) -> Json:
    reference = given.get("ExternalImportReference")
    for there in (*company.orders.values(), *company.invoices.values()):
        if reference and there["ExternalImportReference"] == reference:
            raise in_use(reference, there["Id"])
    customer = company.customers.get(str(given.get("CustomerId")))
    if customer is None:
        raise missing("Customer with id =", given.get("CustomerId"))
    lines = list(given.get("SalesOrderLines") or [])
    net, total = _totals(company, lines)
    head = {name: value for name, value in given.items() if name != "SalesOrderLines"}
    order = {
        **_HEAD,
        "SalesOrderStatus": "Draft",
        "CurrencyCode": "NOK",
        "SalesOrderDate": today(),
        **head,
        "Id": str(uuid4()),
        "CustomerNo": customer["Number"],
        "ExternalImportReference": reference,
        "SalesOrderNo": company.next("order"),
        "NetAmount": net,
        "TotalAmount": total,
        "LineCount": len(lines),
        "IsCreatedByCurrentIntegration": True,
        "CreatedDateTimeOffset": now(),
        "LastChangedDateTimeOffset": now(),
        "lines": lines,
    }
    company.orders[order["Id"]] = order
    company.note("create_credit" if total < 0 else "create_order", str(reference or ""), order["Id"])
    return order


def order_shown(order: Json, *, complete: bool = False) -> Json:
    shown = {name: value for name, value in order.items() if name != "lines"}
    if not complete:
        return shown
    lines = [{**line, "Id": str(uuid5(UUID(order["Id"]), str(at)))} for at, line in enumerate(order["lines"])]
    return {**shown, "SalesOrderLines": lines}


def send(company: Company, identifier: str, given: Json) -> Json:
    """Only put into a queue: see `work`."""
    if identifier not in company.orders:
        raise missing("Sales order with id =", identifier)
    if identifier in company.sending:
        raise GoError("Sales order conflict", "The invoice is already being processed.", 409)
    company.sending[identifier] = company.slow
    company.sent.pop(identifier, None)
    return {"DeliveryType": "Auto", **given, "Id": identifier}


def work(company: Company) -> None:
    """Go invoices in its own time: here one step further with each call."""
    for identifier, left in list(company.sending.items()):
        if left > 0:
            company.sending[identifier] = left - 1
            continue
        del company.sending[identifier]
        if company.failures:
            company.sent[identifier] = _state(identifier, LastErrorMessage=company.failures.pop(0))
        else:
            _invoice(company, identifier)


def sent_state(company: Company, identifier: str) -> list[Json]:
    if identifier in company.sending:
        return [_state(identifier, IsInvoiceBeingProcessed=True)]
    if identifier in company.sent:
        return [company.sent[identifier]]
    return [_state(identifier)] if identifier in company.orders else []


def _state(identifier: str, **fields: object) -> Json:
    plain = {"IsInvoiceBeingProcessed": False, "InvoiceNo": None, "SentDateTimeOffset": None}
    return {"Id": identifier, **plain, "LastErrorMessage": None, **fields}


def _invoice(company: Company, identifier: str) -> None:
    order = company.orders.pop(identifier)
    head = order_shown(order)
    left_out = {"SalesOrderNo", "SalesOrderStatus", "SalesOrderDate", "LineCount"}
    total = order["TotalAmount"]
    invoice = {
        **{name: value for name, value in head.items() if name not in left_out},
        "InvoiceNo": company.next("invoice"),
        "OrderNo": order["SalesOrderNo"],
        "OrderDate": order["SalesOrderDate"],
        "VoucherType": "OutgoingCreditNote" if total < 0 else "OutgoingInvoice",
        "VoucherDate": today(),
        "VoucherNo": company.next("voucher"),
        "TotalPostedAmount": total,
        "NetPostedAmount": order["NetAmount"],
        "Balance": total,
        "BalanceLastChangedDateTimeOffset": now(),
        "SentDateTimeOffset": now(),
        "IsReversed": False,
        "LastChangedDateTimeOffset": now(),
    }
    company.invoices[identifier] = invoice
    company.sent[identifier] = _state(
        identifier, InvoiceNo=invoice["InvoiceNo"], SentDateTimeOffset=invoice["SentDateTimeOffset"]
    )
    _deliver(company, order["lines"])
    kind = "credit" if total < 0 else "invoice"
    company.note(kind, str(order["ExternalImportReference"] or ""), invoice["InvoiceNo"])


def _deliver(company: Company, lines: list[Json]) -> None:
    for line in lines:
        product = _product(company, line)
        if product is not None and product["StockOnHand"] is not None:
            product["StockOnHand"] = number(product["StockOnHand"]) - number(line.get("Quantity"))
            product["StockOnHandLastChangedDatetimeOffset"] = now()


def _totals(company: Company, lines: list[Json]) -> tuple[Decimal, Decimal]:
    """Without and with VAT, which follows the account that each line is posted on."""
    net = total = Decimal(0)
    for line in lines:
        product = _product(company, line)
        if product is None:
            raise missing("Product with code =", line.get("ProductCode"))
        standard = line.get("UseStandardSalesAccount") is not False
        account = product["StandardSalesAccount" if standard else "OptionalSalesAccount"]
        share = 1 - number(line.get("Allowance")) / 100
        amount = rounded(number(line.get("Quantity")) * number(line.get("ProductUnitPrice")) * share)
        net += amount
        total += amount * (100 + VAT.get(account, 25)) / 100
    return net, rounded(total)


def _product(company: Company, line: Json) -> Json | None:
    code = line.get("ProductCode")
    return next((item for item in company.products.values() if code and item["Code"] == code), None)
