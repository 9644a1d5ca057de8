"""A described service: what descriptions are refused for, and that it gets and gives everything once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.erp import OrderExport
from connectors.errors import Rejected, Unknown
from connectors.providers.rest import Rest
from connectors.providers.rest.templates import render
from connectors.publishing import PublishRefused
from connectors.schema import SettingsError
from tests.contract.scenarios.base import ORDER
from tests.factories.connectors import publish_connector
from tests.providers.asking import ask
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import Order, ScheduledRun, ScheduledTask
from workflows.schedules.slice import work_off
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "shop", "vendors"]

EXPORT = {
    "path": "/orders",
    "body": {
        "ref": "{reference}",
        "total": "{total|number}",
        "rows": {"$each": "lines", "$do": {"sku": "{sku}"}},
    },
    "success": {"field": "ok", "equals": True},
    "id": "data.id",
    "changes": {"properties.ErpState": "data.state"},
}
FIND = {"path": "/orders", "query": {"ref": "{reference}"}, "items": "data", "match": "ref", "id": "id"}
ERRORS = {"message": "error.text", "code": "error.code", "kinds": {"BUSY": "retry", "DUPLICATE": "done"}}
LISTING = {"path": "/sales", "query": {"since": "{since}", "page": "{page}"}, "items": "sales"}


def compiled(**properties: Any) -> Any:
    return Rest.settings.compile({}, {name: _text(value) for name, value in properties.items()})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"ExportOrder": []}, "must be a JSON object such as"),
        ({"ExportOrder": {**EXPORT, "methd": "POST"}}, "methd: is not known; did you mean method?"),
        ({"ExportOrder": {**EXPORT, "method": "FETCH"}}, "method: FETCH is none of GET"),
        (
            {"ExportOrder": {**EXPORT, "path": "https://other.example/x"}},
            "path: must be a path on the connector's Host",
        ),
        (
            {"ExportOrder": {**EXPORT, "path": "/o/{nummer}"}},
            "path: there is no field {nummer}; did you mean number?",
        ),
        (
            {"ExportOrder": {**EXPORT, "body": {"rows": {"$each": "lines", "$do": {"q": "{quantiti}"}}}}},
            "body.rows.$do.q: there is no field {quantiti}; did you mean quantity",
        ),
        ({"ExportOrder": {**EXPORT, "body": {"a": "{total|cents}"}}}, "body.a: there is no filter cents"),
        (
            {"ExportOrder": {**EXPORT, "body": {"a": "{total"}}},
            "body.a: '{total' has braces that hold no field",
        ),
        ({"ExportOrder": {**EXPORT, "success": {"field": "ok"}}}, "success: must be such as"),
        (
            {"ExportOrder": {**EXPORT, "find": {"path": "/orders"}}},
            "find.match: is missing; say where the found one",
        ),
        ({"ExportOrder": {"path": "/orders"}}, "id: is missing; say where the answer has the receiver's id"),
        ({"ImportOrders": {**LISTING, "next": "meta.next"}}, "next: the list goes by {page} already"),
        ({"Errors": {"kinds": {"X": "maybe"}}}, "kinds.X: maybe is none of retry, rejected"),
        ({"Test": {"method": "POST", "path": "/me"}}, "method: must be GET, because a test changes nothing"),
        ({"ApiKeyHeader": "X-Api-Key"}, "enter ApiKeyHeader and ApiKey, or neither"),
    ],
)
def test_descriptions_that_cannot_work_are_refused_with_place_and_cure(properties: Any, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        compiled(**properties)
    assert told in str(refused.value)


def test_templates() -> None:
    document = {
        "currency": "JPY",
        "total": "1200",
        "lines": [{"sku": "A", "quantity": "2"}],
        "note": "",
        "gift": True,
    }
    template = {
        "minor": "{total|minor}",
        "gift": "{gift}",
        "text": "no. {lines.0.sku}!",
        "gone": "{phone?}",
        "empty": "{note}",
        "rows": {"$each": "lines", "$do": ["{sku|lower}", "{quantity|integer}", "{currency}"]},
        "fixed": 5,
    }
    assert render(template, document) == {
        "minor": 1200,
        "gift": True,
        "text": "no. A!",
        "empty": "",
        "rows": [["a", 2, "JPY"]],
        "fixed": 5,
    }
    with pytest.raises(Rejected, match="which this order does not have"):
        render("{phone}", document)


def exporting(answer: Any, **description: Any) -> Any:
    values = compiled(ExportOrder={**EXPORT, **description}, Errors=ERRORS)
    return ask(
        "rest",
        "export_order",
        OrderExport(reference="100234", order=ORDER, properties={}),
        answer,
        values=values,
    )


def test_an_answer_that_hides_a_failure_is_one() -> None:
    refused = exporting((200, {"ok": False, "error": {"code": "X", "text": "Customer is blocked"}}))
    assert isinstance(refused.error, Rejected)
    assert refused.error.message == "The service answered: Customer is blocked"
    busy = exporting((200, {"ok": False, "error": {"code": "BUSY", "text": "later"}}))
    assert busy.outcome.ending is Ending.RETRY


def test_success_without_the_described_id_is_not_known_to_be_one() -> None:
    assert isinstance(exporting((200, {"ok": True})).error, Unknown)


def test_a_field_mapping_makes_the_body_where_no_template_does() -> None:
    values = compiled(ExportOrder={"path": "/orders", "id": "data.id"})
    rows = (
        ("Number", "order.no"),
        ("Lines", "order.rows"),
        ("Lines.SKU", "code"),
        ("Customer.Email", "mail"),
    )
    request = OrderExport(reference="100234", order=ORDER, properties={})
    asked = ask(
        "rest", "export_order", request, (200, {"data": {"id": 1}}), values=values, field_mapping=rows
    )
    rows_sent = [{"code": "WOOL-M"}, {"code": "SOCK-42"}]
    assert asked.bodies == [{"order": {"no": "100234", "rows": rows_sent}, "mail": "kari@example.com"}]


def test_a_list_by_cursor_keeps_its_last_one_for_the_next_run() -> None:
    values = compiled(
        ImportOrders={
            "path": "/feed",
            "query": {"after": "{cursor}"},
            "items": "rows",
            "next": "next",
            "keep": True,
        }
    )
    page = ask("rest", "import_orders", "", (200, {"rows": [], "next": "t2"}), values=values).result
    assert (page.more, json.loads(page.cursor)) == (True, {"token": "t2"})
    asked = ask("rest", "import_orders", page.cursor, (200, {"rows": []}), values=values)
    assert asked.sent == [("GET", "/feed?after=t2")]
    assert (asked.result.more, json.loads(asked.result.cursor)) == (False, {"kept": "t2"})


def test_a_service_that_knows_no_pages_is_not_read_for_ever() -> None:
    values = compiled(ImportOrders=LISTING)
    item = {
        "number": "S1",
        "placed_at": "2026-11-20T09:00:00Z",
        "currency": "NOK",
        "lines": [{"unit_price": 1}],
    }
    answer = (200, {"sales": [item]})
    first = ask("rest", "import_orders", "", answer, values=values).result
    assert first.more
    again = ask("rest", "import_orders", first.cursor, answer, values=values)
    assert "Page 2 is the same as the one before" in again.error.message


def published(shop: Shop, **properties: Any) -> Any:
    described = {"ExportOrder": EXPORT, "ImportOrders": LISTING, "Errors": ERRORS, **properties}
    return publish_connector(
        shop.tenant,
        "rest",
        host=f"{shop.vendors.url}/rest/erp",
        bearer_token="rest-token-9Zr8sLpV2nordstore",
        properties={name: _text(value) for name, value in described.items() if value is not None},
    )


CHART = {"New": [{"name": "ExportOrder", "connector": "Rest", "stop_on_error": True}]}


@pytest.mark.thorough
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("properties", "ended"),
    [
        ({"IdempotencyHeader": "Idempotency-Key"}, "success"),
        ({"ExportOrder": {**EXPORT, "find": FIND}}, "success"),
        ({}, "waits"),
    ],
    ids=["by key", "by look-up", "by a person"],
)
def test_a_lost_answer_doubles_nothing(shop: Shop, properties: Any, ended: str) -> None:
    published(shop, **properties)
    shop.chart(CHART)
    shop.vendors.faults(vendor="rest", method="POST", drop_after=True)
    order = shop.order()
    shop.pump()
    shop.later(hours=1)
    shop.pump()
    assert len(shop.vendors.control("GET", "rest/erp/orders")["records"]) == 1
    assert shop.vendors.doubles() == []
    order.refresh_from_db()
    if ended == "success":
        assert shop.steps(order.runs.get()) == {"ExportOrder": "success"}
        assert order.external_ids["Rest"] == "1"
    else:
        assert "cannot be asked" in " ".join(shop.active_errors(order))


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_step_cannot_ask_for_what_is_not_described(shop: Shop) -> None:
    published(shop, ExportOrder=None)
    with pytest.raises(PublishRefused, match="Rest cannot do this"):
        shop.chart(CHART)


@pytest.mark.thorough
@pytest.mark.django_db
def test_orders_of_a_list_come_in_once_and_none_that_cannot_be_read_is_passed_over(shop: Shop) -> None:
    config = published(shop)
    task = ScheduledTask.objects.create(
        name="Sales", type="ImportOrders", cron="* * * * *", active=False, connector_id=config.id
    )
    sell(shop, 1, 2), sell(shop, 3, lines=[])
    sell(shop, 4)
    first = run(task)
    assert (first.state, first.counts["new"], first.counts["unread"]) == ("succeeded", 3, 1), first.message
    assert "Order S3 cannot be read: lines of the order is missing" in first.message
    again = run(task)
    assert (again.counts["unchanged"], again.counts["unread"]) == (3, 1)
    assert Order.objects.count() == 3


def sell(shop: Shop, *numbers: int, **values: Any) -> None:
    line = {"sku": "WOOL-M", "name": "Wool sweater", "quantity": 1, "unit_price": "100.00", "tax_rate": 25}
    for number in numbers:
        moment = f"2026-11-20T09:0{number}:00Z"
        sale = {"id": f"S-{number}", "number": f"S{number}", "placed_at": moment, "modified_at": moment}
        sale |= {"currency": "NOK", "shipping": {"country": "NO"}, "lines": [line], "total": "100.00"}
        shop.vendors.control("POST", "rest/erp/sales", {**sale, **values})


def run(task: Any) -> ScheduledRun:
    made = run_now(task, "kari")
    work_off(20)
    made.refresh_from_db()
    return made
