"""Acts by hand over the API, with vendors on real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api, fields
from tests.factories.tenants import TenantFactory
from tests.lost_call import lost, made, till
from tests.shop import PAID, Shop, running_vendors, vendors
from tests.shop import shop as stand
from workflows.by_hand import subjects
from workflows.models import RunState, WorkflowRun

pytestmark = pytest.mark.thorough

__all__ = ["running_vendors", "stand", "vendors"]


@pytest.fixture
def api(stand: Shop) -> Any:
    return Api(stand.tenant)


def possible(api: Any) -> set[str]:
    return {item["action"] for item in api.read("orders/A-1/actions/").json() if item["possible"]}


def test_an_act_is_offered_asked_for_once_and_tells_how_it_went(stand: Shop, api: Any) -> None:
    stand.chart(PAID)
    stand.order(amount="100.00")
    stand.pump()
    assert "capture" in possible(api) and not {"refund", "label"} & possible(api)
    wanted = {"action": "capture", "reason": "Sent by hand"}
    first = api.send("orders/A-1/actions/", wanted, **{"Idempotency-Key": "k-1"})
    again = api.send("orders/A-1/actions/", wanted, **{"Idempotency-Key": "k-1"})
    assert (first.status_code, again.content) == (202, first.content)
    stand.pump()
    run = api.get(first.headers["Location"]).json()
    assert (run["kind"], run["label"], run["state"]) == ("manual", "Capture 100.00 NOK", "completed")
    assert run["reason"] == "Sent by hand" and run["actor"].startswith("shop (")
    assert "refund" in possible(api) and "capture" not in possible(api)
    assert len(stand.effects("capture")) == 1


WRONG = [
    ({"action": "capture"}, "reason"),
    ({"action": "capture", "reason": "x", "amount": "100.01"}, "amount"),
    ({"action": "capture", "reason": "x", "amount": "NaN"}, "amount"),
    ({"action": "captur"}, "action"),
    ({"action": "status", "status": "Nowhere"}, "status"),
    ({"action": "notify", "template": "Nothing"}, "template"),
]


def test_what_is_wrong_is_told_with_its_field(stand: Shop, api: Any) -> None:
    stand.chart(PAID)
    stand.order()
    stand.pump()
    for wanted, field in WRONG:
        answer = api.send("orders/A-1/actions/", wanted)
        assert answer.status_code == 400 and field in fields(answer), wanted


def test_what_is_not_possible_now_is_refused_with_the_reason(stand: Shop, api: Any) -> None:
    stand.order()
    answer = api.send("orders/A-1/actions/", {"action": "refund", "reason": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "Nothing is captured that could be given back.",
    )


def test_a_failed_run_is_resumed_and_a_step_run_again(stand: Shop, api: Any) -> None:
    stand.chart({"New": ["ExportOrder@mail", "ExportOrder@erp!"]})
    stand.vendors.faults(vendor="webhook", path="^/erp", status=422, times=None)
    order = stand.order()
    stand.pump()
    failed = WorkflowRun.objects.get(order=order)
    stand.vendors.clear_faults()
    answer = api.send(f"runs/{failed.pk}/resume/", {"reason": "ERP is back"})
    assert (answer.status_code, answer.json()["continues"]) == (202, failed.pk)
    assert api.send(f"runs/{failed.pk}/resume/?wait=99", {}).status_code == 400
    stand.pump()
    done = api.send(f"runs/{failed.pk}/steps/1/rerun/", {})
    assert done.status_code == 409 and "succeeded" in done.json()["detail"]
    assert api.send(f"runs/{failed.pk}/steps/1/rerun/", {"repeat": True}).status_code == 202
    stand.pump()
    assert len(stand.effects("export")) == 3


def test_a_caller_that_waits_is_told_the_result_or_where_to_look(stand: Shop, api: Any) -> None:
    stand.chart({"New": [], "Ship": ["CapturePayments"], "Done": []})
    stand.order()
    late = api.send("orders/A-1/status/?wait=0", {"status": "Ship"})
    assert (late.status_code, late.json()["run_state"]) == (202, RunState.QUEUED)
    assert late.headers["Location"].endswith(f"/runs/{late.json()['run_id']}/")
    stand.pump()
    ended = api.send("orders/A-1/status/?wait=5", {"status": "Done"})
    assert (ended.status_code, ended.json()["run_state"]) == (200, RunState.COMPLETED)


def test_acting_takes_its_own_scope(stand: Shop) -> None:
    stand.order()
    assert (
        Api(stand.tenant, "orders:write").send("orders/A-1/actions/", {"action": "track"}).status_code == 403
    )


def test_a_call_in_doubt_is_decided_about_once_and_resume_goes_on(stand: Shop, api: Any) -> None:
    till(stand)
    lost(stand, drop_after=True)
    (offer,) = [item for item in api.read("orders/A-1/actions/").json() if item["action"] == "decide"]
    assert offer["possible"] and "ExportOrder (Rest)" in offer["says"][0]
    (calls,) = [item["choices"] for item in offer["inputs"] if item["name"] == "call"]
    wanted = {
        "action": "decide",
        "call": calls[0],
        "outcome": "carried-out",
        "number": "T-17",
        "reason": "Seen",
    }
    for wrong, field in (
        ({"outcome": "maybe"}, "outcome"),
        ({"call": "x"}, "call"),
        ({"reason": ""}, "reason"),
    ):
        answer = api.send("orders/A-1/actions/", {**wanted, **wrong})
        assert answer.status_code == 400 and field in fields(answer), wrong
    decided = api.send("orders/A-1/actions/", wanted)
    assert decided.status_code == 200 and "as you say" in str(decided.json())
    again = api.send("orders/A-1/actions/", wanted)
    assert again.status_code == 409
    (failed,) = WorkflowRun.objects.all()
    assert api.send(f"runs/{failed.pk}/resume/", {"reason": "Decided"}).status_code == 202
    stand.pump()
    assert (made(stand), WorkflowRun.objects.latest("id").state) == (1, RunState.COMPLETED)


def test_a_call_of_another_tenant_cannot_be_decided_about(stand: Shop, api: Any) -> None:
    till(stand)
    order = lost(stand, drop_after=True)
    (subject,) = subjects([order])
    call = str(subject.doubts[0].effect.pk)
    stranger = Api(TenantFactory())
    wanted = {"action": "decide", "call": call, "outcome": "not-carried-out", "reason": "x"}
    assert stranger.send("orders/A-1/actions/", wanted).status_code == 404
    assert subjects([order])[0].doubts
