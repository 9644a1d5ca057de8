"""A message that waits for its opening: whoever dies when it is due, and wherever, it goes out once."""

from __future__ import annotations

import pytest
from django.db.models import F

from connectors.killpoint import POINTS
from tests.factories.notifications import NotificationTemplateFactory
from tests.faults.test_kill_points import Lives, an_hour_passes, house, lives
from tests.shop import Shop, running_vendors, vendors
from workflows.models import Lane, SentMessage, StepRun

__all__ = ["house", "lives", "running_vendors", "vendors"]
pytestmark = [pytest.mark.pg, pytest.mark.faults, pytest.mark.django_db(transaction=True)]

#: The receiver recognises a repetition; LINK and SendGrid, which do not, are never asked twice.
ONCE = ["K0", "K1", "K2", "K3", "K4", "K6"]


@pytest.mark.parametrize("point", ONCE)
def test_a_worker_dies_when_a_message_is_due(house: Shop, lives: Lives, point: str) -> None:
    assert point in POINTS
    template = NotificationTemplateFactory(tenant=house.tenant, name="Later", delay_minutes=600)
    house.chart({"New": ["Notification@mail"]})
    order = house.order()
    house.pump()
    step = order.runs.get().steps.get()
    assert (step.state, SentMessage.objects.get().due_at == step.due_at) == ("postponed", True)

    template.delay_minutes = 0
    template.save()
    for model in (StepRun, Lane, SentMessage):
        model.objects.filter(due_at__isnull=False).update(
            due_at=F("due_at") - (step.due_at - order.created_at)
        )
    assert lives.live(point, "Notification")
    for _ in range(3):
        an_hour_passes()
        lives.live()
    step.refresh_from_db()
    assert step.state == "success", step.message
    assert SentMessage.objects.get().state == "sent"
    received = house.vendors.vendor("webhook").received.values()
    assert len([item for item in received if item["name"] == "mail"]) == 1
    assert house.vendors.doubles() == []
