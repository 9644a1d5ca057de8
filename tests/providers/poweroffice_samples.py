"""What the examples in PowerOffice Go's published description have to come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from connectors.client.login import classify_login
from connectors.errors import Misconfigured, RetryLater
from connectors.providers.poweroffice.bodies import order_body
from connectors.providers.poweroffice.login import LOGIN
from connectors.providers.poweroffice.masters import new_customer, product
from connectors.providers.poweroffice.records import paid
from connectors.schema import SettingsValues
from tenants.money import Money
from tests.contract.bench import connector
from tests.contract.scenarios.base import LINES, ORDER
from tests.contract.scenarios.orders import export, payment
from tests.providers.asking import Asked, ask

Samples = dict[str, Any]
TOKEN = (200, {"access_token": "po-sample-token-81", "expires_in": 600, "token_type": "bearer"})
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
NOTHING = (204, None)
INVOICE = "example-OutgoingInvoiceDto"

LEFT_OUT = {
    "example-InitiateOnboardingPostDto": "the company enters its Client Key itself; the onboarding by web page is not used",
}


def told(operation: str, request: Any, *answers: Any) -> Asked:
    """One operation with a login and then these answers, whatever is asked."""
    asked = ask("poweroffice", operation, request, TOKEN, *answers)
    del asked.server.requests[0]
    return asked


def values() -> SettingsValues:
    compiled: SettingsValues = connector("poweroffice", host="https://vendor.example").values
    return compiled


def token(data: Any, samples: Samples) -> None:
    read = LOGIN.read_token(SimpleNamespace(json=lambda: data, status=200), NOW)  # type: ignore[arg-type]
    assert read.access.reveal() == data["access_token"]
    assert read.expires_at == NOW + timedelta(seconds=600)


def login_refused(data: Any, samples: Samples) -> None:
    answer: Any = SimpleNamespace(status=400, json=lambda: data, headers={})
    failure = classify_login(answer)
    assert isinstance(failure, Misconfigured)
    assert failure.code == data["error"]


def too_many(data: Any, samples: Samples) -> None:
    """The sample is the login's; the gateway says the same of every call."""
    asked = ask("poweroffice", "find_order", export({}), TOKEN, (429, data))
    assert isinstance(asked.error, RetryLater)
    assert asked.error.message == data["message"]
    assert asked.error.retry_after == 1


def order_sent(data: Any, samples: Samples) -> None:
    sent = order_body(ORDER, 123456, "100234", values(), [("GiftWrap", "CustomerReference")])
    assert set(sent) <= set(data)
    line, example = sent["SalesOrderLines"][0], data["SalesOrderLines"][0]
    assert set(line) <= set(example)
    assert (line["ProductUnitPrice"], line["Quantity"]) == (Decimal("399.2"), 2)


def order_read(data: Any, samples: Samples) -> None:
    customer = (200, [{"Number": data["CustomerNo"], "ExternalImportReference": "C-77"}])
    mine = {**data, "ExternalImportReference": "100234"}
    found = told("find_order", export({}), customer, (200, [data, mine])).result
    assert found.external_id == data["Id"]
    assert told("find_order", export({}), customer, (200, [data]), NOTHING).result is None


def customer_sent(data: Any, samples: Samples) -> None:
    sent = new_customer(ORDER, values())
    assert set(sent) <= set(data)
    assert set(sent["MailAddress"]) <= set(data["MailAddress"])


def product_sent(data: Any, samples: Samples) -> None:
    sent = product(LINES[0].sku, LINES[0].name, LINES[0].tax_rate, values())
    assert set(sent) <= set(data)
    assert sent["StandardSalesAccount"] == data["StandardSalesAccount"]


def invoice(data: Any, samples: Samples) -> None:
    """The example is a reversed one, which is not told."""
    read = paid(data, "")
    assert (read.invoice, read.outstanding, read.total) == (
        "15798",
        Money.of("502.25", "NOK"),
        Money.of("12500.33", "NOK"),
    )
    assert read.paid_at is None
    assert told("import_paid_invoices", "", (200, [data])).result.items == ()
    [standing] = told("import_paid_invoices", "", (200, [{**data, "IsReversed": False}])).result.items
    assert standing == read


def sending(data: Any, samples: Samples) -> None:
    order = {**samples["example-SalesOrderDto"], "ExternalImportReference": "100234"}
    state = {"Id": order["Id"], "IsInvoiceBeingProcessed": False, "InvoiceNo": None}
    customer = (200, [{"Number": order["CustomerNo"], "ExternalImportReference": "C-77"}])
    done = (200, [{**state, "InvoiceNo": 15798}])
    asked = told("export_invoice", export({}), customer, (200, [order]), (200, [state]), (202, data), done)
    assert set(asked.bodies[3]) <= set(data)
    assert asked.result.external_id == "15798"


def voucher_sent(data: Any, samples: Samples) -> None:
    there = (200, [{**samples[INVOICE], **_ours(Balance=1250)}])
    codes = (200, [{"Id": 11, "Code": "0"}])
    customer = (200, {"Id": 123456, "SubledgerAccountId": 777})
    account = (200, [{"Id": 12345, "AccountNo": 1920}])
    made = (201, {**data, "Id": "ee373540-ca8d-4562-8fb6-6fb52de47722", "VoucherNo": 301})
    asked = told("export_payment", payment({}), there, NOTHING, codes, customer, account, made)
    assert asked.result.external_id == "301"
    sent = asked.bodies[-1]
    assert set(sent) <= set(data)
    for line in sent["VoucherLines"]:
        assert set(line) <= set(data["VoucherLines"][0])
    assert [line["CurrencyAmount"] for line in sent["VoucherLines"]] == [625, -625]


def ledger_entry(data: Any, samples: Samples) -> None:
    there = (200, [{**samples[INVOICE], **_ours(Balance=0)}])
    entry = {**data, "ExternalImportReference": payment({}).reference}
    done = told("export_payment", payment({}), there, (200, [data, entry])).result
    assert done.external_id == str(data["VoucherNo"])


def problem(data: Any, samples: Samples) -> None:
    """Its fields come in capitals and in small letters."""
    told_ = {name.lower(): text for name, text in data.items()}
    asked = told("find_order", export({}), (400, data))
    assert (asked.error.code, asked.error.message) == (told_["title"], told_["detail"])


def _ours(**more: Any) -> dict[str, Any]:
    return {"ExternalImportReference": "100234", "IsReversed": False, "TotalAmount": 1250, **more}


READERS = {
    "token-ok": token,
    "token-400": login_refused,
    "token-429": too_many,
    "example-SalesOrderCompletePostDto": order_sent,
    "example-SalesOrderDto": order_read,
    "example-CustomerPostDto": customer_sent,
    "example-ProductPostDto": product_sent,
    INVOICE: invoice,
    "example-SendInvoiceRequestPostDto": sending,
    "example-BankVoucherPostDto": voucher_sent,
    "example-CustomerLedgerEntryDto": ledger_entry,
    "example-ProblemDetails": problem,
    "error-post-/SalesOrders/{id}/createAndSendInvoice-400": problem,
    "error-get-/Customers-404": problem,
    "error-post-/Customers-404": problem,
    "error-patch-/ContactDeliveryAddresses/{contactId}/{id}-404": problem,
    "error-patch-/DeliveryTerms/{id}-404": problem,
    "error-patch-/Departments/{id}-404": problem,
    "error-delete-/Customers/{id}-409": problem,
}
