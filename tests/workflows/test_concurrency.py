"""Several callers at once, on the database that production uses."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from tenants.scoping import tenant_scope
from tests.factories.workflows import make_shop
from tests.stand.processes import wait_for
from workflows import acts
from workflows.models import Customer, Lane, Order, OrderError, StepRun, WorkflowRun
from workflows.orders import add_error, apply_changes, change_status, create_order
from workflows.problems import DuplicateNumber, OrderBusy, StatusNotAllowed, VersionConflict

pytestmark = [pytest.mark.pg, pytest.mark.django_db(transaction=True)]
CALLERS = 16


@pytest.fixture
def shop():
    return make_shop()


def at_once(shop, call, callers=CALLERS) -> list:
    """What each caller got: a result, or the exception; all begin together."""
    barrier = Barrier(callers)

    def one(index):
        try:
            with tenant_scope(shop.tenant):
                barrier.wait()
                return call(index)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(one, range(callers)))


def test_orders_that_arrive_together_get_numbers_of_their_own(shop):
    body = {**shop.order_data(), "customer": {"number": "C-NEW", "email": "kari@buyer.example"}}
    orders = at_once(shop, lambda index: create_order(body))
    assert all(isinstance(order, Order) for order in orders), orders
    assert len({order.number for order in orders}) == CALLERS
    with tenant_scope(shop.tenant):
        assert Customer.objects.count() == 1
        assert WorkflowRun.objects.count() == CALLERS


def test_one_number_makes_one_order(shop):
    results = at_once(shop, lambda index: create_order(shop.order_data(number="WEB-1")))
    assert sum(isinstance(result, Order) for result in results) == 1
    assert sum(isinstance(result, DuplicateNumber) for result in results) == CALLERS - 1


def test_one_of_many_changes_of_the_same_version_goes_ahead(shop):
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data())
    results = at_once(shop, lambda index: change_status(order.pk, "InProgress", expected_version=1))
    assert sum(isinstance(result, WorkflowRun) for result in results) == 1
    assert sum(isinstance(result, VersionConflict) for result in results) == CALLERS - 1


def test_different_changes_of_one_order_follow_each_other(shop):
    """Every change is either seen in the order or was refused; none is lost, and nobody deadlocks."""
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data())

    def change(index):
        if index % 2:
            return apply_changes(order.pk, {"properties": {f"p{index}": index}})
        return change_status(order.pk, "InProgress" if index % 4 else "OrderCanceled")

    results = at_once(shop, change)
    with tenant_scope(shop.tenant):
        saved = Order.objects.get()
        runs = WorkflowRun.objects.count()
    assert saved.properties == {f"p{index}": index for index in range(1, CALLERS, 2)}
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, StatusNotAllowed) for error in refused), refused
    assert runs - 1 == CALLERS // 2 - len(refused)
    assert saved.version == 1 + CALLERS - len(refused)


def test_who_waits_too_long_for_an_order_is_told_to_come_back(shop):
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data(), run_workflow=False)

        def change(_):
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 50")
            return apply_changes(order.pk, {"tags": ["late"]})

        with transaction.atomic():
            apply_changes(order.pk, {"tags": ["first"]})
            (result,) = at_once(shop, change, callers=1)
        assert isinstance(result, OrderBusy)
        assert Order.objects.get().tags == ["first"]


def test_the_same_error_raised_by_many_is_one(shop):
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data(), run_workflow=False)
    results = at_once(shop, lambda index: add_error(order.pk, "Export", f"down {index}"))
    assert results == [None] * CALLERS
    with tenant_scope(shop.tenant):
        assert OrderError.objects.filter(status="Active").count() == 1


def test_one_of_many_that_resume_a_run_at_once_starts_it(shop):
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data())
        run = WorkflowRun.objects.create(
            order=order, order_type="Online", status="New", generation=1, state="stopped", trigger="api"
        )
        StepRun.objects.create(
            run=run, order=order, position=1, name="CapturePayments", state="error", settings={}
        )
    results = at_once(shop, lambda index: acts.resume(run, acts.Asked(actor=f"staff {index}")))
    assert not [result for result in results if isinstance(result, Exception)]
    assert len({result.run.pk for result in results}) == 1
    assert sum(result.fresh for result in results) == 1


def test_an_act_asked_for_by_one_form_many_times_at_once_is_one_act(shop):
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data(), run_workflow=False)
    step = acts.ActStep(name="CapturePayments")
    asked = acts.Asked(actor="staff", token="form")
    results = at_once(shop, lambda index: acts.run_steps(order, [step], asked))
    assert not [result for result in results if isinstance(result, Exception)]
    with tenant_scope(shop.tenant):
        assert WorkflowRun.objects.filter(kind="manual").count() == 1


def blocked_at(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND query LIKE %s",
            [f"%{table}%"],
        )
        return cursor.fetchone() is not None


@pytest.mark.parametrize("how", ["status", "act"])
def test_who_finds_no_lane_never_waits_for_one_that_a_worker_has_begun_meanwhile(how):
    shop = make_shop({"New": {"next": ["Ship"]}, "Ship": {"steps": ["CapturePayments"]}})
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data(), run_workflow=False)

    def change():
        with tenant_scope(shop.tenant):
            if how == "status":
                return change_status(order.pk, "Ship")
            return acts.run_steps(order, [acts.ActStep(name="CapturePayments")], acts.Asked(actor="staff"))

    def other(held, enough):
        with tenant_scope(shop.tenant), transaction.atomic():
            Order.objects.select_for_update(no_key=True).get(pk=order.pk)
            held.set()
            enough.wait(30)

    def closing(call, *given):
        try:
            return call(*given)
        finally:
            connection.close()

    held, enough = Event(), Event()
    with ThreadPoolExecutor(2) as pool, tenant_scope(shop.tenant):
        holder = pool.submit(closing, other, held, enough)
        held.wait(30)
        changed = pool.submit(closing, change)
        assert wait_for(lambda: blocked_at("workflows_order"), 30)
        Lane.objects.create(order=order, bell=1, fence=0)
        with transaction.atomic():
            Lane.objects.select_for_update().get(pk=order.pk)
            enough.set()
            holder.result()
            assert wait_for(lambda: blocked_at("workflows_lane"), 30)
            Order.objects.select_for_update().get(pk=order.pk)
        assert changed.result() is not None
        assert Lane.objects.get().bell == 2
