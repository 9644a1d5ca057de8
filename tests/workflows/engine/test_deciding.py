"""A person tells what became of a call that its vendor cannot be asked about."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Effect
from eventlog.models import Event
from tests import lost_call
from tests.lost_call import lost, made
from tests.shop import Shop
from workflows import acts
from workflows.acts import Asked
from workflows.by_hand import Started, find_act, subjects
from workflows.by_hand.doing import do
from workflows.models import Order, StepRun
from workflows.problems import InvalidData, NotPossible

pytestmark = pytest.mark.thorough

KARI = Asked(actor="kari", reason="Looked there")


@pytest.fixture
def till(shop: Shop) -> Any:
    return lost_call.till(shop)


def decided(order: Order, outcome: str, **more: str) -> Started:
    act = find_act("decide")
    assert act is not None
    (subject,) = subjects([order])
    call = {"call": str(subject.doubts[0].effect.pk)} if subject.doubts else {}
    return do(act, subject, {**call, "outcome": outcome, **more}, KARI)


def resumed(shop: Shop, order: Order) -> dict[str, str]:
    run = acts.resume(order.runs.latest("id"), KARI).run
    shop.pump()
    return {step.connector_name: step.state for step in StepRun.objects.filter(run=run)}


@pytest.mark.usefixtures("till")
def test_what_was_carried_out_is_not_repeated_and_the_rest_goes_on(shop: Shop) -> None:
    order = lost(shop, drop_after=True)
    told = decided(order, "carried-out", number="T-17")
    assert "was carried out, as you say" in told.message
    assert Effect.objects.get(connector__type="rest").provider_reference == "T-17"
    assert set(resumed(shop, order).values()) == {"success"}
    assert (made(shop), shop.active_errors(order)) == (1, [])
    event = Event.objects.get(message__startswith="kari decided that ExportOrder (Rest)")
    assert (event.order_number, event.message.endswith(": Looked there")) == (order.number, True)
    with pytest.raises(NotPossible, match="waits for somebody to decide"):
        decided(order, "carried-out")


@pytest.mark.usefixtures("till")
def test_what_was_not_carried_out_is_done_when_the_step_runs_again(shop: Shop) -> None:
    order = lost(shop, drop_before=True)
    assert made(shop) == 0
    decided(order, "not-carried-out")
    assert set(resumed(shop, order).values()) == {"success"}
    assert (made(shop), shop.vendors.doubles()) == (1, [])


@pytest.mark.usefixtures("till")
def test_two_who_decide_at_once_and_who_has_not_looked(shop: Shop) -> None:
    order = lost(shop, drop_after=True)
    with pytest.raises(InvalidData) as refused:
        decided(order, "")
    assert refused.value.errors["outcome"] == ["Look at the vendor whether it was carried out, then choose."]
    (stale,) = subjects([order])
    act = find_act("decide")
    assert act is not None
    given = {"call": str(stale.doubts[0].effect.pk), "outcome": "not-carried-out"}
    assert do(act, stale, {**given, "outcome": "carried-out"}, KARI).fresh
    assert not do(act, stale, given, KARI).fresh
    assert Effect.objects.get(connector__type="rest").state == Effect.State.SUCCEEDED


@pytest.mark.usefixtures("till")
def test_a_call_that_the_vendor_may_be_at_is_not_decided_about(shop: Shop) -> None:
    order = lost(shop, drop_after=True)
    effect = Effect.objects.get(connector__type="rest")
    Effect.objects.filter(pk=effect.pk).update(lease_until=effect.modified_at.replace(year=2099))
    with pytest.raises(NotPossible, match="may be at work on it until"):
        decided(order, "not-carried-out")


def test_money_and_shipments_follow_their_provider_and_not_a_word(shop: Shop) -> None:
    shop.chart({"New": ["AuthorizePayment!"]})
    order = shop.order()
    shop.pump()
    Effect.objects.update(state=Effect.State.UNKNOWN, needs_person=True)
    with pytest.raises(InvalidData, match="read from the provider"):
        decided(order, "carried-out")
    assert Effect.objects.get().needs_person
