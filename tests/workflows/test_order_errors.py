import pytest

from eventlog.models import Event
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.workflows import OrderFactory, make_shop
from workflows.models import OrderError
from workflows.order_errors import solve_errors_of
from workflows.orders import NewError, add_error, add_errors, solve_error, solve_errors
from workflows.problems import NotFound


@pytest.fixture
def order(shop):
    return OrderFactory(tenant=shop.tenant, market=shop.market)


def rows():
    return list(OrderError.objects.order_by("id").values_list("order_id", "key", "message", "status"))


def test_a_key_is_active_once_and_keeps_the_latest_message(order):
    add_error(order.pk, "ExportOrder", "ERP is down", severity="Error")
    add_error(order.pk, "ExportOrder", "ERP says no", step_run_id=5, severity="Warning")
    error = OrderError.objects.get()
    assert (error.message, error.step_run_id, error.severity) == ("ERP says no", 5, "Warning")


def test_a_solved_error_may_come_back(order):
    add_error(order.pk, "ExportOrder", "ERP is down")
    assert solve_errors(order.pk, ["ExportOrder", "Other"], comment="worked later", actor="worker") == 1
    add_error(order.pk, "ExportOrder", "ERP is down again")
    assert [(message, status) for _, _, message, status in rows()] == [
        ("ERP is down", "Solved"),
        ("ERP is down again", "Active"),
    ]
    assert solve_errors(order.pk, ["Nothing"]) == 0


def test_many_orders_cost_as_few_statements_as_one(order, shop, django_assert_num_queries):
    others = [OrderFactory(tenant=shop.tenant, market=shop.market) for _ in range(20)]
    add_error(order.pk, "Step", "old")
    found = [NewError(order_id=other.pk, key="Step", message="new") for other in (order, *others)]
    with django_assert_num_queries(5):  # savepoint, active, renew, insert, release
        add_errors(found)
    assert {message for _, _, message, _ in rows()} == {"new"}
    with django_assert_num_queries(1):
        assert solve_errors_of({other.pk: ["Step"] for other in (order, *others)}) == 21


def test_the_same_key_twice_in_one_go_is_one_error(order):
    add_errors([NewError(order_id=order.pk, key="Step", message=text) for text in ("first", "second")])
    assert [message for _, _, message, _ in rows()] == ["second"]


def test_a_worker_raises_errors_of_several_tenants(order):
    other = make_shop()
    with tenant_scope(other.tenant):
        theirs = OrderFactory(tenant=other.tenant, market=other.market)
    with platform_scope("test of a worker"):
        add_errors([NewError(order_id=item.pk, key="Step", message="down") for item in (order, theirs)])
    assert OrderError.objects.get().order == order
    with tenant_scope(other.tenant):
        assert OrderError.objects.get().order == theirs


def test_staff_solve_an_error_with_a_comment(order):
    add_error(order.pk, "ExportOrder", "ERP is down")
    error = OrderError.objects.get()
    for comment in ("called them", "second click"):
        solve_error(error.pk, actor="kari", comment=comment)
    error.refresh_from_db()
    assert (error.status, error.solved_by, error.comment) == ("Solved", "kari", "called them")
    assert error.solved_at is not None
    assert Event.objects.get(category="Updated").message == "Order error ExportOrder solved: called them"


def test_errors_of_other_orders_and_tenants_are_not_found(order, shop):
    add_error(order.pk, "ExportOrder", "ERP is down")
    error = OrderError.objects.get()
    with pytest.raises(NotFound):
        solve_error(error.pk, actor="eve", order_id=OrderFactory(tenant=shop.tenant, market=shop.market).pk)
    with tenant_scope(make_shop().tenant), pytest.raises(NotFound):
        solve_error(error.pk, actor="eve")
    assert OrderError.objects.get().status == "Active"
