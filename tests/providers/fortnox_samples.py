"""What Fortnox's published and recorded samples have to come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from connectors.auth import basic
from connectors.client.login import classify_login
from connectors.contracts.catalog import ItemState
from connectors.contracts.erp import StockLevel
from connectors.errors import Misconfigured
from connectors.providers.fortnox import Fortnox
from connectors.providers.fortnox.bodies import order_body, row
from connectors.providers.fortnox.masters import new_customer
from connectors.schema import SettingsValues
from tests.contract.bench import connector
from tests.contract.scenarios.base import LINES, ORDER
from tests.contract.scenarios.catalog import CUSTOMERS, PRODUCTS
from tests.contract.scenarios.orders import export
from tests.providers.asking import Asked, ask

Samples = dict[str, Any]
TOKEN = (200, {"access_token": "fx-sample-token-81", "expires_in": 3600, "token_type": "bearer"})
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

LEFT_OUT = {
    "websocket-event": "changes are polled for; no WebSocket is listened to",
    "orders/save_old-0": "an order that is there is left as it is",
    "invoices/save_old-0": "an invoice is changed only where it is a credit note that gets our reference",
}


def told(operation: str, request: Any, *answers: Any) -> Asked:
    """One operation with a login and then these answers, whatever is asked."""
    asked = ask("fortnox", operation, request, TOKEN, *answers)
    del asked.server.requests[0]
    return asked


def listed(name: str, *rows: Any) -> tuple[int, Any]:
    return 200, {"MetaInformation": {"@TotalPages": 1}, name: list(rows)}


def values(**given: Any) -> SettingsValues:
    compiled = connector("fortnox", host="https://vendor.example").values
    return SettingsValues({**compiled._values, **given})


def ours(**more: Any) -> dict[str, Any]:
    return {"ExternalInvoiceReference1": "100234", "Cancelled": False, **more}


def error(data: Any, samples: Samples) -> None:
    asked = told("find_order", export({}), (400, data))
    said = data["ErrorInformation"]
    assert (asked.error.code, asked.error.message) == (str(said["code"]), said["message"])


def token(data: Any, samples: Samples) -> None:
    read = Fortnox.auth.read_renewal(SimpleNamespace(json=lambda: data), NOW, None)  # type: ignore[arg-type]
    assert read.access.reveal() == data["access_token"]
    assert read.refresh is not None
    assert read.refresh.reveal() == data["refresh_token"]
    assert (read.expires_at, read.renewable_until) == (NOW + timedelta(hours=1), NOW + timedelta(days=45))


def credentials(data: Any, samples: Samples) -> None:
    assert basic(data["client_id"], data["client_secret"]) == data["authorization"]


def order_made(data: Any, samples: Samples) -> None:
    """The sample is of an order without rows, so its total is another."""
    sent = order_body(ORDER, "1", values(order_fields={"Comments": "A value"}), ())
    assert set(data["request"]["Order"]) <= set(sent)
    made = {"Order": {**data["response"]["Order"], "Total": 1250}}
    known = (200, {"Article": {"ArticleNumber": "1"}})
    customer = samples["customers/save_new-0"]["response"]
    nobody = listed("Customers")
    asked = told(
        "export_order", export({}), listed("Orders"), nobody, (201, customer), known, known, (201, made)
    )
    assert asked.result.external_id == data["response"]["Order"]["DocumentNumber"]
    assert asked.bodies[-1]["Order"]["CustomerNumber"] == customer["Customer"]["CustomerNumber"]


def customer_made(data: Any, samples: Samples) -> None:
    assert set(data["request"]["Customer"]) <= set(new_customer(ORDER, values()))
    order_made(samples["orders/save_new-0"], samples)


def order_read(data: Any, samples: Samples) -> None:
    """It was not invoiced."""
    number = data["response"]["Order"]["DocumentNumber"]
    row = listed("Orders", ours(DocumentNumber=number))
    assert told("find_invoice", export({}), row, (200, data["response"]), listed("Invoices")).result is None


def order_listed(data: Any, samples: Samples) -> None:
    """None of them is ours."""
    assert told("find_order", export({}), (200, data["response"])).result is None


def invoice_made(data: Any, samples: Samples) -> None:
    sent = {"CustomerNumber", "Comments", "InvoiceRows"}
    assert set(data["request"]["Invoice"]) <= sent
    for given in data["request"]["Invoice"].get("InvoiceRows", ()):
        assert set(given) <= set(row(LINES[0], Decimal(1)))
    there = listed("Orders", ours(DocumentNumber="6"))
    order = (200, samples["orders/save_new-0"]["response"])
    asked = told(
        "export_invoice", export({}), there, order, listed("Invoices"), there, (200, data["response"])
    )
    assert asked.result.external_id == data["response"]["Invoice"]["DocumentNumber"]


def customer_read(data: Any, samples: Samples) -> None:
    """What we know and the customer there lacks is sent, and nothing else."""
    found = listed("Customers", {"CustomerNumber": "1", "Email": "kari@example.com", "Name": "x"})
    asked = told("export_customers", CUSTOMERS, found, (200, data["response"]), (200, data["response"]))
    [result] = asked.result.items
    assert (result.state, result.external_id) == (ItemState.DONE, "1")
    assert "Comments" not in asked.bodies[-1]["Customer"]


def article_made(data: Any, samples: Samples) -> None:
    missing = samples["articles/find_failure-0"]
    asked = told(
        "export_products", PRODUCTS[:1], (missing["status"], missing["response"]), (201, data["response"])
    )
    [result] = asked.result.items
    number = data["response"]["Article"]["ArticleNumber"]
    assert (result.state, result.external_id) == (ItemState.DONE, number)


def article_missing(data: Any, samples: Samples) -> None:
    article_made(samples["articles/save_new-0"], samples)


def articles(data: Any, samples: Samples) -> None:
    page = told("read_inventory", "", (200, data["response"])).result
    rows = data["response"]["Articles"]
    assert page.items == tuple(StockLevel(sku=row["ArticleNumber"], quantity=Decimal(0)) for row in rows)
    [first, *_] = told("import_products", "", (200, data["response"])).result.items
    assert (first.sku, first.gtin, first.tax_rate) == (rows[0]["ArticleNumber"], rows[0]["EAN"], None)


def unauthorized(data: Any, samples: Samples) -> None:
    refusal = (data["status"], data["response"])
    asked = told("find_order", export({}), refusal, TOKEN, refusal)
    assert isinstance(asked.error, Misconfigured)
    assert asked.error.message == "unauthorized"


def refresh_refused(data: Any, samples: Samples) -> None:
    answer: Any = SimpleNamespace(status=data["status"], json=lambda: data["response"])
    failure = classify_login(answer)
    assert failure is not None
    assert Fortnox.auth.is_refusal(failure)


READERS = {
    "error-shape-doc": error,
    "token-answer": token,
    "basic-credentials": credentials,
    "orders/save_new-0": order_made,
    "orders/find_id_1-0": order_read,
    "orders/filter_hit-0": order_listed,
    "invoices/save_new-0": invoice_made,
    "invoices/save_with_nested_model-0": invoice_made,
    "invoices/row_description_limit-0": invoice_made,
    "customers/save_new-0": customer_made,
    "customers/find_id_1-0": customer_read,
    "articles/save_new-0": article_made,
    "articles/find_failure-0": article_missing,
    "articles/search_by_name-0": articles,
    "authentication/expired_token-0": unauthorized,
    "authentication/invalid_refresh_token-0": refresh_refused,
}
