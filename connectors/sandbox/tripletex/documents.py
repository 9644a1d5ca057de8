"""Orders, invoices, credit notes, and payments."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.tripletex.company import Company, Json, there, today
from connectors.sandbox.tripletex.errors import invalid

_CENT = Decimal("0.01")
#: Kroner for one unit of any other currency.
_RATE = Decimal("11.50")


def create_order(company: Company, given: Json) -> Json:
    for name in ("orderDate", "deliveryDate"):
        if not given.get(name):
            raise invalid(**{name: "Feltet må fylles ut."})
    number = str(given.get("number") or next(company.ids))
    if any(order["number"] == number for order in company.orders.values()):
        raise invalid(number="Ordrenummeret er i bruk.")
    if given.get("isPrioritizeAmountsIncludingVat") is not True:
        raise invalid(orderLines="Enhetspris må være eks. mva.")
    order = company.added(
        company.orders,
        {
            "reference": "",
            **given,
            "number": number,
            "status": "NOT_CHOSEN",
            "isClosed": False,
            "customer": company.referred(company.customers, given.get("customer"), "customer"),
            "currency": company.referred(company.currencies, given.get("currency") or {"id": 1}, "currency"),
            "orderLines": [_line(company, line) for line in given.get("orderLines") or []],
        },
    )
    company.note("create_order", number, str(order["id"]))
    return order


def invoice_order(company: Company, found: int, asked: dict[str, str]) -> Json:
    order = there(company.orders, found, "ordren")
    if order["isClosed"]:
        raise invalid(order="Ordren er lukket.")
    if not order["orderLines"]:
        raise invalid(orderLines="Ordren har ingen linjer.")
    total = sum((line["amountIncludingVatCurrency"] for line in order["orderLines"]), Decimal(0))
    credited = int(asked.get("invoiceIdIfIsCreditNote") or 0)
    invoice = _invoice(company, order, total, asked, credited)
    order["isClosed"] = True
    for line in order["orderLines"]:
        line["isCharged"] = True
    company.touched(order)
    return invoice


def credit(company: Company, found: int, asked: dict[str, str]) -> Json:
    """What of the invoice was not paid yet is settled with the credit note."""
    invoice = there(company.invoices, found, "fakturaen")
    if invoice["isCredited"] or invoice["isCreditNote"]:
        raise invalid(invoice="Fakturaen er allerede kreditert.")
    note = _invoice(company, invoice["orders"][0], -invoice["amountCurrency"], asked, found)
    note["amountCurrencyOutstanding"] += invoice["amountCurrencyOutstanding"]
    note["comment"] = asked.get("comment", "")
    invoice |= {"isCredited": True, "amountCurrencyOutstanding": Decimal(0)}
    company.touched(invoice)
    return note


def pay(company: Company, found: int, asked: dict[str, str]) -> Json:
    invoice = there(company.invoices, found, "fakturaen")
    if int(asked.get("paymentTypeId") or 0) not in company.payment_types:
        raise invalid(paymentTypeId="Betalingstypen finnes ikke.")
    amount = Decimal(asked.get("paidAmountCurrency") or asked["paidAmount"])
    left = invoice["amountCurrencyOutstanding"]
    if not amount or (amount > 0) != (left > 0) or abs(amount) > abs(left):
        raise invalid(paidAmount="Beløpet er større enn restbeløpet.")
    invoice["amountCurrencyOutstanding"] = left - amount
    company.payments.append({"invoice": invoice["invoiceNumber"], **asked, "amount": amount})
    company.note("payment", f"{invoice['invoiceNumber']} when {left} was open", str(invoice["id"]))
    return company.touched(invoice)


def _invoice(company: Company, order: Json, total: Decimal, asked: dict[str, str], credited: int) -> Json:
    rate = Decimal(1) if order["currency"]["code"] == "NOK" else _RATE
    is_credit = total < 0
    invoice = company.added(
        company.invoices,
        {
            "invoiceNumber": next(company.invoice_numbers),
            "invoiceDate": asked.get("invoiceDate") or asked.get("date") or today(),
            "customer": order["customer"],
            "currency": order["currency"],
            "amount": (total * rate).quantize(_CENT, ROUND_HALF_UP),
            "amountCurrency": total,
            "amountCurrencyOutstanding": total,
            "isCreditNote": is_credit,
            "isCredited": False,
            "creditedInvoice": credited if is_credit and credited else None,
            "orders": [order],
            "_sent": asked.get("sendToCustomer") != "false",
        },
    )
    number = str(invoice["invoiceNumber"])
    if is_credit:
        company.note("credit", f"{order['number']} of {credited}", number)
    else:
        company.note("create_invoice", order["number"], number)
    company.emit(company, "invoice.charged", invoice)
    return invoice


def _line(company: Company, given: Json) -> Json:
    product = given.get("product")
    known = {"product": company.referred(company.products, product, "product")} if product else {}
    vat = company.referred(company.vat_types, given.get("vatType"), "vatType")
    count, price = Decimal(str(given.get("count", 1))), Decimal(str(given["unitPriceIncludingVatCurrency"]))
    gross = count * price * (100 - Decimal(str(given.get("discount") or 0))) / 100
    amount = gross.quantize(_CENT, ROUND_HALF_UP)
    found = {
        "id": next(company.ids),
        "count": count,
        "amountIncludingVatCurrency": amount,
        "isCharged": False,
    }
    return {**given, **known, **found, "vatType": vat}
