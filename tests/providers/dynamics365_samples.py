"""What Microsoft's published samples have to come to. Many are shortened, so what is missing is added."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.contracts.erp import StockLevel
from connectors.providers.dynamics365.bodies import new_customer, wanted
from tests.contract.bench import connector
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import ORDER
from tests.contract.scenarios.books import credit_note
from tests.contract.scenarios.orders import payment
from tests.providers.dynamics365.asking import export, record, told

Samples = dict[str, Any]
ZERO = "00000000-0000-0000-0000-000000000000"

_ITEMS = "items are never made here"
_INVOICES = "invoices are made in Business Central"
LEFT_OUT = {
    "dynamics_item_create-1": _ITEMS,
    "dynamics_salesInvoiceLine_create-1": _INVOICES,
    "dynamics_salesInvoiceLine_create-3": _INVOICES,
    "dynamics_salesshipment_get-2": "shipments are not read; they carry no tracking number",
    "dynamics_itemvariant_get-2": "an SKU is an item's number",
    "dynamics_location_get-2": "stock is that of all locations",
}


def _values(**properties: Any) -> Any:
    compiled = connector("dynamics365", host="https://vendor.example").values
    return type(compiled)({**compiled._values, **properties})


def order_sent(data: dict[str, Any], samples: Samples) -> None:
    """Every field of the sample is one that we send, or that an administrator may have us send."""
    values = _values(order_fields={"paymentTermsId": ZERO})
    assert set(data) <= {"customerNumber", *wanted(ORDER, values, ()).header}


def order_read(data: dict[str, Any], samples: Samples) -> None:
    """The sample lacks etag, status and totals."""
    row = {**record("order"), **data, "externalDocumentNumber": "100234"}
    assert told("find_order", export(), (200, {"value": [row]})).result.external_id == data["number"]


def line(data: dict[str, Any], samples: Samples) -> None:
    """The sample lacks the line's number, which the reference page names."""
    [ours, *_] = wanted(ORDER, _values(), ()).lines
    assert set(ours) - {"sequence"} <= set(data)
    row = record("order", salesOrderLines=[{**data, "sequence": 10_000}])
    missing = wanted(ORDER, _values(), ()).missing(row)
    assert [item["lineObjectNumber"] for item in missing] == ["SOCK-42"]


def item(data: dict[str, Any], samples: Samples) -> None:
    page = told("read_inventory", "", (200, {"value": []}), (200, {"value": [data]})).result
    assert page.items == (StockLevel(sku=data["number"], quantity=Decimal(data["inventory"])),)


def customer(data: dict[str, Any], samples: Samples) -> None:
    assert set(new_customer(ORDER, _values(customer_fields={}))) <= set(data)
    found = {**data, "id": ZERO}
    answers = [
        {"value": []},
        {"value": []},
        record("items"),
        {"value": [found]},
        record("order"),
        record("order"),
    ]
    asked = told("export_order", export(), *((200, answer) for answer in answers))
    assert asked.result.message == f"created for customer {data['number']}"
    assert asked.bodies[-2]["customerNumber"] == data["number"]


def invoice(data: dict[str, Any], samples: Samples) -> None:
    """An invoice that was not made from an order is known by its own number."""
    row = {**data, "orderNumber": ""}
    asked = told("find_order", export(), (200, {"value": []}), (200, {"value": [row]}))
    assert asked.result.external_id == data["number"]


def entry(data: dict[str, Any], samples: Samples) -> None:
    counted = {"number": data["itemNumber"], "type": "Inventory", "inventory": data["quantity"]}
    page = told("read_inventory", "0", (200, {"value": [data]}), (200, {"value": [counted]})).result
    assert page.cursor == str(data["entryNumber"])
    assert page.items == (StockLevel(sku=data["itemNumber"], quantity=Decimal(data["quantity"])),)


def credit_memo(data: dict[str, Any], samples: Samples) -> None:
    """The sample is shortened to its head, and lacks how it stands."""
    row = {**data, "status": "Draft", "pricesIncludeTax": True, "salesCreditMemoLines": []}
    row |= {"totalAmountIncludingTax": 0}
    asked = told("find_credit_note", credit_note({}), (200, {"value": [row]}))
    assert asked.result.external_id == data["number"]


def journal_line(data: dict[str, Any], samples: Samples) -> None:
    """Every field that we send is one of the sample's; a line with our number is a payment that is booked."""
    [code] = fixture("dynamics365")["connector"]["properties"]["PaymentJournals"].values()
    journal = {"id": ZERO, "code": code}
    answers = ({"value": [journal]}, {"value": [data]})
    asked = told("export_payment", payment({}), *((200, answer) for answer in answers))
    assert asked.result.message == f"in journal {code} before"
    sent = fixture("dynamics365")["scenarios"]["export payment"]["exchanges"][-1]["request"]["json"]
    assert set(sent) <= set(data)


def subscription(data: dict[str, Any], samples: Samples) -> None:
    """What we send is what the sample sends; its answer names the subscription."""
    sent = fixture("dynamics365")["scenarios"]["register webhook"]["exchanges"][1]["request"]["json"]
    assert set(sent) <= set(data)


READERS = {
    "dynamics_salesOrder_create-1": order_sent,
    "dynamics_salesorder_get-2": order_read,
    "dynamics_salesOrderLine_create-2": line,
    "dynamics_item_get-2": item,
    "dynamics_item_update-2": item,
    "dynamics_customer_create-2": customer,
    "dynamics_salesInvoice_create-1": invoice,
    "dynamics_itemledgerentry_get-2": entry,
    "dynamics_salesCreditMemo_create-2": credit_memo,
    "dynamics_customerPayment_create-2": journal_line,
    "dynamics_subscriptions_create-1": subscription,
    "dynamics-subscriptions-0": subscription,
}
