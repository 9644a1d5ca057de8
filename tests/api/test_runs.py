import pytest

from tenants.models.api_key import recent_keys
from tenants.scoping import tenant_scope
from tests.factories.workflows import make_shop
from workflows.models import StepRun, WorkflowRun
from workflows.orders import create_order

STEPS = {
    "New": {"steps": ["AuthorizePayment", {"name": "ExportOrder", "connector": "ERP", "stop_on_error": True}]}
}


@pytest.fixture
def shop(db):
    return make_shop(statuses=STEPS)


@pytest.fixture
def order(shop):
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data(number="N-0"))
        StepRun.objects.filter(name="ExportOrder").update(
            state="error", message="ERP is down", rule="market", trace=["ERP: market NOR"], duration_ms=12
        )
    return order


def test_runs_are_read_with_their_steps(api, order):
    (run,) = api.read("orders/N-0/runs/").json()["results"]
    assert (run["order"], run["status"], run["state"], run["trigger"]) == ("N-0", "New", "queued", "api")
    first, second = run["steps"]
    assert (first["name"], first["position"], first["state"]) == ("AuthorizePayment", 1, "pending")
    assert {
        name: second[name] for name in ("name", "connector", "stop_on_error", "message", "rule", "trace")
    } == {
        "name": "ExportOrder",
        "connector": "ERP",
        "stop_on_error": True,
        "message": "ERP is down",
        "rule": "market",
        "trace": ["ERP: market NOR"],
    }
    assert second["duration_ms"] == 12
    assert api.read(f"runs/{run['id']}/").json() == run


def test_runs_cost_the_same_statements_for_any_number(shop, api, order, django_assert_num_queries):
    api.read("orders/N-0/runs/")
    with tenant_scope(shop.tenant):
        run = WorkflowRun.objects.get()
        for _ in range(5):
            run.pk = None
            run.save(force_insert=True)
    recent_keys.forget()
    with django_assert_num_queries(4):  # key, order, runs, steps
        assert len(api.read("orders/N-0/runs/").json()["results"]) == 6


@pytest.mark.parametrize("run", ["0", "999999", "9" * 18])
def test_a_run_that_is_not_there_is_not_found(api, run):
    assert api.read(f"runs/{run}/").status_code == 404


def test_another_tenants_run_is_not_found(shop, stranger, order):
    with tenant_scope(shop.tenant):
        run = WorkflowRun.objects.get()
    answer = stranger.read(f"runs/{run.pk}/")
    assert (answer.status_code, answer.json()["detail"]) == (404, f"There is no run {run.pk}.")
