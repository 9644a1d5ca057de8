"""The simulated Business Central: its login, lists, orders and refusals (learn.microsoft.com, API v2.0)."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox import Sandbox
from connectors.sandbox.dynamics365 import COMPANY
from tests.sandbox.dynamics365_calling import BASE, BcCaller


@pytest.fixture
def bc(sandbox: Sandbox) -> BcCaller:
    caller = BcCaller(sandbox)
    caller.seed()
    return caller


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"client_secret": "wrong-one"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"scope": "https://api.businesscentral.dynamics.com"}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "invalid_request"),
    ],
)
def test_logins_are_refused(bc: BcCaller, changes: dict[str, str], status: int, code: str) -> None:
    refused = bc.login(**changes)
    assert (refused.status, refused.json["error"]) == (status, code)


def test_a_token_opens_only_its_own_tenant(bc: BcCaller) -> None:
    bc.token = bc.login("elsewhere").json["access_token"]
    refused = bc.ask("GET", "items")
    assert (refused.status, refused.error["code"]) == (401, "Authentication_InvalidCredentials")
    bc.token = ""
    assert bc.ask("GET", "items").status == 401


def test_environments_have_books_of_their_own(bc: BcCaller) -> None:
    other = bc.call(
        "GET",
        f"{BASE.replace('sandbox', 'uat')}/companies({COMPANY})/items",
        headers={"Authorization": f"Bearer {bc.token}"},
    )
    assert other.json["value"] == []
    companies = bc.call("GET", f"{BASE}/companies", headers={"Authorization": f"Bearer {bc.token}"})
    assert [company["id"] for company in companies.json["value"]] == [COMPANY]


@pytest.mark.parametrize(
    ("inclusive", "excluding", "including"), [(False, 180, 225), (True, 144, 180)], ids=["net", "gross"]
)
def test_an_order_is_made_with_its_lines(
    bc: BcCaller, inclusive: bool, excluding: float, including: float
) -> None:
    made = bc.ordered("so-1", pricesIncludeTax=inclusive)
    order = made.json
    assert made.status == 201
    assert (order["externalDocumentNumber"], order["status"], order["customerName"]) == ("SO-1", "Draft", "C")
    assert (order["totalAmountExcludingTax"], order["totalAmountIncludingTax"]) == (excluding, including)
    assert [line["sequence"] for line in order["salesOrderLines"]] == [10000]
    [entry] = bc.sandbox.ledger(operation="export")
    assert (entry["reference"], entry["object"]) == ("SO-1", order["number"])


def test_the_same_number_twice_is_a_double(bc: BcCaller) -> None:
    """Business Central takes it; the ledger tells."""
    assert {bc.ordered().status, bc.ordered().status} == {201}
    assert [double["identity"] for double in bc.sandbox.doubles()] == ["export 100"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"customerNumber": "C2"}, "Application_DialogException"),
        ({"customerNumber": ""}, "Application_DialogException"),
        ({"externalDocumentNumber": "N" * 36}, "Application_StringExceededLength"),
        ({"colour": "red"}, "BadRequest"),
        ({"salesOrderLines": [{"lineType": "Item", "lineObjectNumber": "B"}]}, "Application_DialogException"),
        (
            {"salesOrderLines": [{"lineType": "Account", "lineObjectNumber": "1"}]},
            "Application_DialogException",
        ),
        ({"salesOrderLines": [{"lineType": "Thing"}]}, "Application_EvaluateException"),
        ({"salesOrderLines": [{"lineType": "Comment", "sequence": 1}] * 2}, "Application_DialogException"),
    ],
)
def test_a_refused_order_leaves_nothing(bc: BcCaller, more: dict[str, Any], code: str) -> None:
    refused = bc.ordered(**more)
    assert (refused.status, refused.error["code"]) == (400, code)
    assert "CorrelationId" in refused.error["message"]
    assert bc.ask("GET", "salesOrders").json["value"] == []


def test_a_change_needs_the_etag_of_what_was_read(bc: BcCaller) -> None:
    order = bc.ordered().json
    path, body = f"salesOrders({order['id']})", {"email": "a@example.com"}
    assert bc.ask("PATCH", path, body).error["code"] == "BadRequest_InvalidToken"
    changed = bc.ask("PATCH", path, body, {"If-Match": order["@odata.etag"]})
    assert (changed.status, changed.json["email"]) == (200, "a@example.com")
    stale = bc.ask("PATCH", path, body, {"If-Match": order["@odata.etag"]})
    assert (stale.status, stale.error["code"]) == (409, "Request_EntityChanged")
    assert bc.ask("PATCH", path, body, {"If-Match": "*"}).status == 200


def test_a_line_is_inserted_once(bc: BcCaller) -> None:
    order = bc.ordered().json
    path, line = f"salesOrders({order['id']})/salesOrderLines", {"lineType": "Comment", "sequence": 15000}
    assert bc.ask("POST", path, line).status == 201
    assert bc.ask("POST", path, line).error["code"] == "Application_DialogException"
    bc.sandbox.control("POST", "dynamics365/orders/release", {"number": "100"})
    refused = bc.ask("POST", path, {**line, "sequence": 16000})
    assert refused.error["code"] == "Application_FieldValidationException"


def test_an_invoiced_order_is_no_order_any_more(bc: BcCaller) -> None:
    order = bc.ordered().json
    bc.sandbox.control("POST", "dynamics365/orders/ship", {"number": "100"})
    assert bc.ask("GET", f"salesOrders({order['id']})").json["fullyShipped"] is True
    bc.sandbox.control("POST", "dynamics365/orders/invoice", {"number": "100"})
    assert bc.ask("GET", f"salesOrders({order['id']})").status == 404
    [invoice] = bc.ask("GET", "salesInvoices", filter="externalDocumentNumber eq '100'").json["value"]
    assert invoice["orderNumber"] == order["number"]


def test_lists_are_filtered_ordered_and_paged(bc: BcCaller) -> None:
    items = [{"number": f"S{number}"} for number in range(5)]
    bc.sandbox.control("POST", "dynamics365/items", {"items": items})
    asked = {"filter": "number eq 's4' or number eq 's1' or number eq 's2'", "orderby": "number desc"}
    page = bc.ask("GET", "items", None, {"Prefer": "odata.maxpagesize=2"}, select="number", **asked).json
    assert [row["number"] for row in page["value"]] == ["S4", "S2"]
    assert set(page["value"][0]) == {"@odata.etag", "id", "number"}
    link = page["@odata.nextLink"].partition(str(bc.sandbox.port))[2]
    rest = bc.call(
        "GET", link, headers={"Authorization": f"Bearer {bc.token}", "Prefer": "odata.maxpagesize=2"}
    )
    assert [row["number"] for row in rest.json["value"]] == ["S1"]
    assert "@odata.nextLink" not in rest.json


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"filter": "number ne 'A'"}, "BadRequest"),
        ({"filter": "number eq 'A' or type eq 'Inventory'"}, "BadRequest"),
        ({"filter": "inventory gt 'A'"}, "BadRequest"),
        ({"filter": "colour eq 'red'"}, "BadRequest"),
        ({"filter": f"number eq '{'A' * 21}'"}, "Application_FilterErrorException"),
        ({"select": "colour"}, "BadRequest"),
        ({"search": "A"}, "BadRequest"),
    ],
)
def test_questions_that_are_not_understood(bc: BcCaller, query: dict[str, str], code: str) -> None:
    assert bc.ask("GET", "items", **query).error["code"] == code


def test_stock_moves_through_the_ledger(bc: BcCaller) -> None:
    bc.sandbox.control("POST", "dynamics365/stock", {"number": "a", "quantity": -2})
    [item] = bc.ask("GET", "items").json["value"]
    assert (item["inventory"], item["@odata.etag"]) == (
        3,
        bc.ask("GET", "items").json["value"][0]["@odata.etag"],
    )
    entries = bc.ask("GET", "itemLedgerEntries", filter="entryNumber gt 1").json["value"]
    assert [(entry["itemNumber"], entry["quantity"]) for entry in entries] == [("A", -2)]


def test_customers_are_numbered(bc: BcCaller) -> None:
    assert bc.ask("POST", "customers", {}).error["code"] == "Application_DialogException"
    assert bc.ask("POST", "customers", {"displayName": "D"}).json["number"].startswith("K")
    taken = bc.ask("POST", "customers", {"displayName": "D", "number": "c1"})
    assert (taken.status, taken.error["code"]) == (409, "Internal_EntityWithSameKeyExists")
    bc.sandbox.control("POST", "dynamics365/setup", {"manual_numbers": False})
    assert "Manual Nos." in bc.ask("POST", "customers", {"displayName": "D", "number": "C9"}).error["message"]


def test_what_is_not_there(bc: BcCaller) -> None:
    assert bc.ask("GET", "vendors").error["code"] == "BadRequest_NotFound"
    assert bc.ask("POST", "salesOrders", [1]).error["code"] == "BadRequest"
    assert bc.ask("GET", "salesOrders(1)").status == 404
    unknown = bc.call("GET", f"{BASE}/companies(0)/items", headers={"Authorization": f"Bearer {bc.token}"})
    assert unknown.error["code"] == "Internal_CompanyNotFound"
    for path in ("dynamics365/orders/ship", "dynamics365/nothing"):
        with pytest.raises(ValueError, match="no "):
            bc.sandbox.control("POST", path, {"number": "9"})


@pytest.mark.parametrize(
    ("status", "code"), [(429, "Application_TooManyRequests"), (500, "Internal_ServerError")]
)
def test_injected_failures_have_the_vendors_shape(bc: BcCaller, status: int, code: str) -> None:
    bc.sandbox.faults(status=status)
    assert bc.ask("GET", "items").error["code"] == code
