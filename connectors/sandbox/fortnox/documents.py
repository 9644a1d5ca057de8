"""Orders, invoices, credit notes, and payments."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.fortnox.company import Company, Json, row_total, today
from connectors.sandbox.fortnox.errors import FortnoxError, missing, refused

_NONE = "0"


def create_order(company: Company, given: Json) -> Json:
    order = _document(company, given, "OrderRows", "orders")
    order |= {"InvoiceReference": _NONE, "OrderType": "Order", "DeliveryDate": given.get("DeliveryDate")}
    company.orders[order["DocumentNumber"]] = company.touch(order)
    company.note("create_order", order["ExternalInvoiceReference1"], order["DocumentNumber"])
    return order


def create_invoice(company: Company, given: Json) -> Json:
    invoice = _document(company, given, "InvoiceRows", "invoices")
    credit = invoice["Total"] < 0
    invoice |= {
        "Balance": invoice["Total"],
        "Booked": False,
        "Credit": str(credit).lower(),
        "CreditInvoiceReference": str(given.get("CreditInvoiceReference") or _NONE),
        "InvoiceType": given.get("InvoiceType", "INVOICE"),
        "FinalPayDate": None,
    }
    company.invoices[invoice["DocumentNumber"]] = company.touch(invoice)
    kind = "credit" if credit else "create_invoice"
    company.note(kind, invoice["ExternalInvoiceReference1"], invoice["DocumentNumber"])
    return invoice


def invoice_order(company: Company, number: str) -> Json:
    order = _there(company.orders, number, "ordern", 2000400)
    if order["InvoiceReference"] != _NONE:
        raise refused("Ordern är redan fakturerad.")
    names = ("CustomerNumber", "Currency", "ExternalInvoiceReference1", "YourOrderNumber", "VATIncluded")
    rows = [
        {key: value for key, value in row.items() if key != "OrderedQuantity"} for row in order["OrderRows"]
    ]
    given = {**{name: order[name] for name in names if name in order}, "InvoiceRows": rows}
    invoice = create_invoice(company, given)
    order["InvoiceReference"] = invoice["DocumentNumber"]
    company.touch(order)
    return invoice


def credit(company: Company, number: str) -> Json:
    """The answer is the invoice, which names its credit note."""
    invoice = _there(company.invoices, number, "fakturan", 2000434)
    if invoice["CreditInvoiceReference"] != _NONE:
        raise refused("Fakturan är redan krediterad.")
    rows = [{**row, "DeliveredQuantity": f"-{row['DeliveredQuantity']}"} for row in invoice["InvoiceRows"]]
    names = ("CustomerNumber", "Currency", "VATIncluded")
    made = create_invoice(
        company,
        {
            **{name: invoice[name] for name in names if name in invoice},
            "InvoiceRows": rows,
            "CreditInvoiceReference": number,
        },
    )
    invoice["CreditInvoiceReference"] = made["DocumentNumber"]
    company.touch(invoice)
    return invoice


def bookkeep(company: Company, number: str) -> Json:
    invoice = _there(company.invoices, number, "fakturan", 2000434)
    if invoice["Booked"]:
        raise refused("Fakturan är redan bokförd.")
    invoice["Booked"] = True
    company.note("bookkeep", f"invoice {number}", number)
    return company.touch(invoice)


def create_payment(company: Company, given: Json) -> Json:
    invoice = _there(company.invoices, str(given.get("InvoiceNumber")), "fakturan", 2000434)
    amount = Decimal(str(given.get("AmountCurrency") or given.get("Amount") or 0))
    if not amount or amount > Decimal(str(invoice["Balance"])):
        raise refused("Beloppet är större än det som återstår att betala.")
    number = company.next("payments")
    payment = {"Booked": False, "Currency": invoice["Currency"], **given, "Number": number}
    company.payments[number] = company.touch(payment)
    company.note("payment", str(given.get("ExternalInvoiceReference1") or ""), number)
    settle(company, invoice, amount)
    return payment


def settle(company: Company, invoice: Json, amount: Decimal) -> None:
    invoice["Balance"] = Decimal(str(invoice["Balance"])) - amount
    if not invoice["Balance"]:
        invoice["FinalPayDate"] = today()
    company.touch(invoice)


def bookkeep_payment(company: Company, number: str) -> Json:
    payment = _there(company.payments, number, "betalningen", 2000434)
    payment["Booked"] = True
    company.note("bookkeep", f"payment {number}", number)
    return company.touch(payment)


def list_item(record: Json) -> Json:
    """Short, and without rows."""
    left_out = {"OrderRows", "InvoiceRows", "InvoiceReference", "CreditInvoiceReference", "Credit"}
    return {name: value for name, value in record.items() if name not in left_out}


def payment_item(payment: Json) -> Json:
    return {name: payment[name] for name in ("Number", "InvoiceNumber", "Amount", "Booked", "Currency")}


def _document(company: Company, given: Json, rows: str, kind: str) -> Json:
    customer = _there(company.customers, str(given.get("CustomerNumber")), "kunden", 2000433)
    lines = [dict(row) for row in given.get(rows, [])]
    for row in lines:
        if "ArticleNumber" in row and row["ArticleNumber"] not in company.articles:
            raise FortnoxError(2001302, "Kan inte hitta artikeln.")
    return {
        "CustomerName": customer["Name"],
        "Cancelled": False,
        "Sent": False,
        "Currency": "SEK",
        "CurrencyRate": 1,
        "CurrencyUnit": 1,
        "ExternalInvoiceReference1": "",
        "ExternalInvoiceReference2": "",
        **given,
        "DocumentNumber": company.next(kind),
        rows: lines,
        "Total": sum((row_total(row) for row in lines), Decimal(0)),
    }


def _there(records: dict[str, Json], number: str, what: str, code: int) -> Json:
    found = records.get(number)
    if found is None:
        raise missing(what, code)
    return found
