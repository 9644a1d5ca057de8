"""What steps would send, without sending: nothing leaves, nothing is written, no secret shows."""

from __future__ import annotations

import pytest

from connectors.models import Effect
from eventlog.models import Event
from tests.shop import PAID, Shop
from workflows import acts, resuming
from workflows.dry_run import Standing, dry_run, preview
from workflows.models import Lane, SentMessage, StepRun, WorkflowRun
from workflows.problems import InvalidData

_TABLES = (Effect, Event, WorkflowRun, StepRun, SentMessage, Lane)


def test_shows_what_each_step_would_send_and_changes_nothing(shop: Shop) -> None:
    mail = {"name": "Notification", "connector": "Webhook", "connector_id": "mail"}
    shop.chart({**PAID, "Ship": ["CapturePayments!", "ExportOrder@erp", mail, "CompleteShipment"]})
    order = shop.order()
    shop.pump()
    before = [model.objects.count() for model in _TABLES]
    sent = len(shop.vendors.ledger())
    capture, export, told, booking = dry_run(order, "ship")
    (request,) = capture.calls[0].rehearsal.requests
    assert (request.method, request.url.endswith("/capture"), request.write) == ("POST", True, True)
    assert "sk_test" not in repr(capture)
    assert capture.calls[0].standing is Standing.FIRST
    assert (export.rule, export.connector_id) == ("connector_id", "erp") and export.trace
    assert order.number in str(export.calls[0].rehearsal.requests[0].body)
    assert told.calls[0].operation == "send_message"
    assert booking.calls or booking.result
    assert [model.objects.count() for model in _TABLES] == before
    assert len(shop.vendors.ledger()) == sent
    assert not shop.effects("capture")


def test_tells_what_was_done_before(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp"]})
    order = shop.order()
    shop.pump()
    (again,) = dry_run(order, "New")
    run = order.runs.get()
    outline = resuming.outline_again(order, "New", run, acts.versions(run), repeat=False)
    (gentle,) = preview(order, outline, status="New", live=acts.versions(run))
    assert again.calls[0].standing is Standing.AGAIN
    assert gentle.calls[0].standing is Standing.DONE and not gentle.calls[0].is_made


def test_an_unknown_status_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidData):
        dry_run(shop.order(), "Nowhere")
