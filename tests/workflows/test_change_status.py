import pytest

from eventlog.models import Event
from tenants.scoping import tenant_scope
from tests.factories.workflows import OrderFactory, make_shop, publish_order_type
from workflows.chart import chart_of
from workflows.models import Order, WorkflowRun
from workflows.orders import change_status, create_order
from workflows.problems import InvalidData, NotFound, StatusNotAllowed, VersionConflict


@pytest.fixture
def order(shop):
    return create_order(shop.order_data())


def test_the_order_moves_and_its_run_starts(order):
    run = change_status(order, "inprogress", actor="kari", reason="paid")
    assert run is not None
    assert (run.status, run.actor, run.reason) == ("InProgress", "kari", "paid")
    assert (order.status, order.version) == ("InProgress", 2)
    saved = Order.objects.get()
    assert (saved.status, saved.version) == ("InProgress", 2)
    assert saved.modified_at == order.modified_at > saved.created_at
    event = Event.objects.filter(category="Updated").get()
    assert event.message == f"Order {order.number} went from New to InProgress: paid"
    assert event.details == {"status": "InProgress", "previous_status": "New", "reason": "paid"}


def test_a_change_may_run_no_workflow(order):
    assert change_status(order, "InProgress", run_workflow=False) is None
    assert list(WorkflowRun.objects.values_list("status", flat=True)) == ["New"]


def test_canceling_is_told_as_such(order):
    change_status(order, "OrderCanceled")
    assert Event.objects.filter(category="Canceled").count() == 1


def test_what_may_not_follow_is_refused_with_what_may(order):
    with pytest.raises(StatusNotAllowed) as caught:
        change_status(order, "Completed")
    assert str(caught.value) == (
        "the order is in status New and cannot go to Completed; allowed next: InProgress, OrderCanceled"
    )
    assert (order.status, order.version) == ("New", 1)
    assert WorkflowRun.objects.count() == 1


def test_an_empty_list_allows_every_other_status(shop):
    order = create_order(shop.order_data(status="Completed"))
    with pytest.raises(StatusNotAllowed) as caught:
        change_status(order, "Completed")
    assert caught.value.allowed == ("New", "InProgress", "Ship", "OrderCanceled")
    change_status(order, "New")


def test_a_status_may_name_itself_as_next(shop):
    publish_order_type(shop.tenant, "Loop", {"Poll": {"next": ["Poll"]}})
    order = create_order(shop.order_data(order_type="Loop"))
    run = change_status(order, "Poll")
    assert run is not None
    assert order.version == 2


def test_an_unknown_status_is_met_with_near_ones(order):
    with pytest.raises(InvalidData) as caught:
        change_status(order, "InProgres")
    assert "did you mean InProgress?" in caught.value.errors["status"][0]


def test_a_stale_version_is_refused_with_the_current_state(order):
    change_status(order, "InProgress", expected_version=1)
    with pytest.raises(VersionConflict) as caught:
        change_status(order, "Ship", expected_version=1)
    assert (caught.value.current, caught.value.status) == (2, "InProgress")


def test_another_tenants_order_is_not_found(order):
    other = make_shop()
    with tenant_scope(other.tenant), pytest.raises(NotFound):
        change_status(order.pk, "InProgress")
    order.refresh_from_db()
    assert order.status == "New"


def test_orders_of_a_status_that_is_gone_may_go_anywhere(shop):
    order = OrderFactory(tenant=shop.tenant, market=shop.market, status="OldName")
    change_status(order, "Ship")
    assert order.status == "Ship"


def test_orders_of_a_type_that_is_gone_are_told_so(shop):
    order = OrderFactory(tenant=shop.tenant, market=shop.market, order_type="Gone")
    with pytest.raises(InvalidData, match="no published order type 'Gone'"):
        change_status(order, "Ship")


def test_orders_end_in_the_type_they_began_in(shop, order):
    from connectors.publishing import retire
    from connectors.runtime import runtime

    retire(shop.order_type)
    change_status(order, "InProgress")
    assert chart_of(runtime(shop.tenant.pk), "Online").name == "Online"
    with pytest.raises(InvalidData, match="order_type"):
        create_order(shop.order_data())


def test_a_crash_of_the_engine_takes_the_change_back(order, monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("the engine is broken")

    monkeypatch.setattr("workflows.statuses.start_run", crash)
    with pytest.raises(RuntimeError, match="broken"):
        change_status(order, "InProgress")
    assert (order.status, Order.objects.get().status) == ("New", "New")
