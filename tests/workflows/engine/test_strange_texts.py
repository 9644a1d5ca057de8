"""What a vendor's text may hold that PostgreSQL refuses: it is shown as far as it can be, and nobody else feels it."""

from __future__ import annotations

import json
from collections import deque
from uuid import uuid4

import pytest
from django.utils import timezone

from connectors.models import Effect
from eventlog.events import Category, EventData
from eventlog.models import Event
from tenants.scoping import platform_scope
from tests.shop import Shop
from workflows.engine.shares import Shares
from workflows.engine.turn import Turn
from workflows.models import RunState, WorkflowRun


@pytest.mark.thorough
@pytest.mark.parametrize("text", ["a\x00b", "half \ud800", "\\ud83d\ude00"], ids=["NUL", "half", "written"])
@pytest.mark.parametrize(("status", "state"), [(422, "error"), (None, "success")])
def test_a_text_that_cannot_be_stored_stops_no_order(
    shop: Shop, text: str, status: int | None, state: str
) -> None:
    shop.chart({"New": ["ExportOrder@erp", "ExportOrder@mail"]})
    body = json.dumps({"message": text, "code": text, "id": text})
    shop.vendors.faults(vendor="webhook", path="^/erp", text=body, status=status, times=None)
    orders = [shop.order(number) for number in ("A-1", "A-2")]
    shop.pump()
    for order in orders:
        run = WorkflowRun.objects.get(order_id=order.pk)
        assert run.state == RunState.COMPLETED
        assert [step.state for step in run.steps.order_by("position")] == [state, "success"]
    assert not Effect.objects.filter(state=Effect.State.CALLING).exists()


def test_an_event_that_cannot_be_stored_takes_no_other_with_it(shop: Shop) -> None:
    ours = {"category": Category.COMMENT, "tenant_id": shop.tenant.pk}
    events = deque([EventData(message="too big", order_id=2**70, **ours), EventData(message="fine", **ours)])
    with platform_scope("a turn serves all tenants"):
        Turn(uuid4(), timezone.now(), 0, [], Shares(4), events).take([])
    assert not events
    assert [event.message for event in Event.objects.filter(category=Category.COMMENT)] == ["fine"]
