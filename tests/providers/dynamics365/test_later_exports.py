"""Dynamics 365: what another export of an order does to what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.calls import Ending
from connectors.errors import Rejected
from connectors.sandbox import Sandbox
from connectors.sandbox.dynamics365 import COMPANY, orders
from tests.contract.scenarios.base import ORDER
from tests.providers.dynamics365.asking import Central, export


def test_a_second_export_makes_and_changes_nothing(central: Central) -> None:
    first = central.export()
    written = len(central.sandbox.ledger())
    second = central.export(replace(ORDER, status="Ship"))
    assert second.result.external_id == first.result.external_id
    assert second.result.message == "nothing to change"
    assert len(central.sandbox.ledger()) == written
    assert central.perform("find_order", export(ORDER)).result.external_id == first.result.external_id


def test_several_sales_orders_of_one_number_are_for_a_person(central: Central) -> None:
    central.export()
    _made_by_hand(central)
    for operation in ("export_order", "find_order"):
        outcome = central.perform(operation, export(ORDER))
        assert isinstance(outcome.error, Rejected)
        assert "several sales orders" in outcome.message


def test_an_invoiced_order_stays_as_it_is(central: Central) -> None:
    first = central.export()
    central.control("orders/invoice", number="100234")
    second = central.export(replace(ORDER, status="Completed"))
    assert second.result.external_id == first.result.external_id
    assert "invoiced" in second.result.message
    assert central.books["orders"] == []


def test_an_order_that_was_deleted_there_is_not_made_again(central: Central) -> None:
    """As for a cancelled one, which the hub exports once more."""
    outcome = central.export(replace(ORDER, external_ids={"Dynamics365": "S-ORD1042"}))
    assert isinstance(outcome.error, Rejected)
    assert "S-ORD1042" in outcome.message
    assert central.books["orders"] == []
    assert central.export(replace(ORDER, external_ids={"Shopify": "9001"})).ending is Ending.SUCCEEDED


def test_what_differs_later_is_changed_and_nothing_else(sandbox: Sandbox) -> None:
    mapping = (("DeliveryDate", "requestedDeliveryDate"), ("Nothing", "salesperson"))
    central = Central(sandbox, options={"field_mapping": mapping})
    central.stock(WOOL_M=12, SOCK_42=3)
    central.export()
    moved = replace(ORDER.shipping, line1="Karl Johans gate 1", city="OSLO")
    changed = replace(ORDER, shipping=moved, properties={"DeliveryDate": "2026-12-01"})

    outcome = central.export(changed)

    assert outcome.result.message == "changed shipToAddressLine1, requestedDeliveryDate"
    assert central.order["shipToAddressLine1"] == "Karl Johans gate 1"
    assert central.order["requestedDeliveryDate"] == "2026-12-01"
    assert central.order["sellToAddressLine1"] == "Storgata 12"
    assert central.sent("PATCH") == [f"PATCH /salesOrders({central.order['id']})"]


@pytest.mark.parametrize(("races", "ending"), [(1, Ending.SUCCEEDED), (2, Ending.RETRY)])
def test_somebody_elses_change_is_read_before_ours_is_tried_again(
    central: Central, races: int, ending: Ending
) -> None:
    central.export()
    central.control("setup", races=races)
    order = replace(ORDER, shipping=replace(ORDER.shipping, line1="Karl Johans gate 1"))

    outcome = central.export(order)

    assert outcome.ending is ending
    assert len(central.sent("PATCH")) == 2
    assert central.until_done(order)[-1].ending is Ending.SUCCEEDED
    assert central.order["shipToAddressLine1"] == "Karl Johans gate 1"


def test_a_released_order_tells_staff_to_reopen_it(central: Central) -> None:
    central.export()
    central.control("orders/release", number="100234")
    assert central.export().ending is Ending.SUCCEEDED
    outcome = central.export(replace(ORDER, shipping=replace(ORDER.shipping, line1="Elsewhere 1")))
    assert isinstance(outcome.error, Rejected)
    assert "Status must be equal to 'Open'" in outcome.message


def test_an_order_that_has_left_is_not_changed(central: Central) -> None:
    central.export()
    central.control("orders/ship", number="100234")
    outcome = central.export(replace(ORDER, shipping=replace(ORDER.shipping, line1="Elsewhere 1")))
    assert outcome.result.message == "nothing to change"


def test_lines_that_an_interrupted_export_left_out_are_added(central: Central) -> None:
    central.export()
    central.control("orders/cut", number="100234", keep=1)
    outcome = central.export()
    assert outcome.result.message == "1 lines added"
    assert [line["lineObjectNumber"] for line in central.order["salesOrderLines"]] == ["WOOL-M", "SOCK-42"]


def test_a_line_that_was_removed_on_purpose_stays_away(central: Central) -> None:
    number = central.export().result.external_id
    central.control("orders/cut", number="100234", keep=1)
    outcome = central.export(replace(ORDER, external_ids={"Dynamics365": number}))
    assert "its total there is 998" in outcome.result.message
    assert len(central.order["salesOrderLines"]) == 1


def _made_by_hand(central: Central) -> None:
    """Somebody types the same order into Business Central."""
    company = central.sandbox.vendor("dynamics365").companies("demo", "sandbox")[COMPANY]  # type: ignore[attr-defined]
    customer = central.books["customers"][0]["number"]
    orders.create(company, {"customerNumber": customer, "externalDocumentNumber": "100234"})


def test_an_order_is_invoiced_once(central: Central) -> None:
    central.export()
    first = central.perform("export_invoice", export(ORDER))
    assert first.result.external_id.startswith("PS-INV")
    again = central.perform("export_invoice", export(ORDER))
    assert (again.result.external_id, again.result.message) == (
        first.result.external_id,
        "invoiced there before",
    )
    assert central.books["orders"] == []
    assert len(central.sandbox.ledger(operation="invoice")) == 1
    unknown = central.perform("export_invoice", export(replace(ORDER, number="999")))
    assert "run ExportOrder before this" in unknown.message
