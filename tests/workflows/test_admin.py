import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from eventlog.links import events_url
from eventlog.models import Event
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.tenants import MembershipFactory, StoreFactory
from tests.factories.workflows import CustomerFactory, InventoryLevelFactory, make_shop, publish_order_type
from workflows.models import (
    Customer,
    InventoryLevel,
    Order,
    OrderError,
    OrderStatus,
    OrderType,
    Product,
    StepRun,
    WorkflowRun,
)
from workflows.orders import add_error, create_order

pytestmark = pytest.mark.thorough

PAGES = [Order, OrderError, OrderType, OrderStatus, Customer, Product, InventoryLevel, WorkflowRun]
WITH_STEPS = {"New": {"next": ["Ship"], "steps": ["AuthorizePayment"]}, "Ship": {}}


@pytest.fixture
def shop(db):
    shop = make_shop(statuses=WITH_STEPS)
    with tenant_scope(shop.tenant):
        fill(shop)
    return shop


def fill(shop):
    CustomerFactory(tenant=shop.tenant)
    InventoryLevelFactory(
        tenant=shop.tenant, product=shop.products["A"], store=StoreFactory(tenant=shop.tenant)
    )
    order = create_order(shop.order_data(order_type="Online", external_ids={"erp": "SO-9"}))
    add_error(order.pk, "ExportOrder", "ERP is down")
    return order


@pytest.fixture
def staff(shop):
    def log_in(role=Role.TENANT_ADMIN, tenant=shop.tenant):
        client = Client()
        client.force_login(MembershipFactory(tenant=tenant, role=role).user)
        return client

    return log_in


def record_call(step, message):
    about = (
        {"order_id": step.order_id, "order_number": step.order.number, "step_run_id": step.pk} if step else {}
    )
    return Event.objects.create(category="Connector", outcome="error", message=message, **about)


def listing(model):
    return reverse(f"admin:workflows_{model._meta.model_name}_changelist")


def page(row):
    return reverse(f"admin:workflows_{row._meta.model_name}_change", args=[row.pk])


def first(shop, model):
    with tenant_scope(shop.tenant):
        return model.objects.order_by("pk").first()


def html(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
class TestEveryPage:
    def test_lists_and_shows_its_rows(self, shop, staff, model):
        client, row = staff(), first(shop, model)
        assert page(row) in html(client.get(listing(model)))
        html(client.get(page(row)))

    def test_shows_nothing_of_another_tenant(self, shop, staff, model):
        row, client = first(shop, model), staff(tenant=make_shop().tenant)
        assert page(row) not in html(client.get(listing(model)))
        assert client.get(page(row)).status_code == 404

    def test_lists_any_number_of_rows_in_the_same_statements(
        self, shop, staff, model, django_assert_max_num_queries
    ):
        client = staff()
        client.get(listing(model))
        with tenant_scope(shop.tenant):
            for index in range(8):
                fill(shop)
                publish_order_type(shop.tenant, f"Type {index}", WITH_STEPS)
        with django_assert_max_num_queries(15):
            client.get(listing(model))

    def test_a_search_finds_or_finds_nothing(self, shop, staff, model):
        if admin.site.get_model_admin(model).search_fields:
            for text in ("zzz", "'", "a:b", ":", "%"):
                html(staff().get(listing(model), {"q": text}))


class TestOrderPage:
    def test_shows_lines_results_and_errors(self, shop, staff):
        shown = html(staff().get(page(first(shop, Order))))
        for text in ("Product A", "300.00 NOK", "ERP is down", "SO-9"):
            assert text in shown
        assert page(first(shop, WorkflowRun)) in shown
        assert page(first(shop, OrderError)) in shown

    def test_leads_from_a_failed_step_to_what_was_sent(self, shop, staff):
        order = first(shop, Order)
        with tenant_scope(shop.tenant):
            step = StepRun.objects.filter(order=order).first()
            StepRun.objects.filter(pk=step.pk).update(state="error")
            add_error(order.pk, f"step-{step.pk}", "ERP said no", step_run_id=step.pk)
            kept = [record_call(step, "POST erp → HTTP 400"), record_call(None, "POST elsewhere → HTTP 200")]
        where = events_url(order=order.number, step_run=step.pk)
        assert escape(where) in html(staff().get(page(order)))
        assert escape(where) in html(staff().get(page(step.run)))
        shown = html(staff().get(where))
        assert kept[0].message in shown and kept[1].message not in shown
        assert page(order) in html(staff().get(reverse("admin:eventlog_event_change", args=[kept[0].pk])))

    def test_says_where_there_is_nothing(self, shop, staff):
        with tenant_scope(shop.tenant):
            OrderError.objects.all().delete()
        assert "Nothing has gone wrong with this order." in html(staff().get(page(first(shop, Order))))

    def test_shows_people_only_to_those_who_may_see_them(self, shop, staff):
        where = page(first(shop, Order))
        assert "Storgata 1" in html(staff(Role.OPERATOR).get(where))
        hidden = html(staff(Role.VIEWER).get(where))
        assert "Storgata 1" not in hidden and "kari@buyer.example" not in hidden
        assert staff(Role.VIEWER).get(listing(Customer)).status_code == 403

    def test_changes_nothing(self, shop, staff):
        order = first(shop, Order)
        assert staff().post(page(order), {"status": "Ship"}).status_code == 403
        assert first(shop, Order).status == "New"

    def test_filters_and_finds(self, shop, staff):
        order, client = first(shop, Order), staff()
        found = page(order)
        for query in ({"errors": "active"}, {"status": "New"}, {"q": "erp:SO-9"}, {"q": order.number[:3]}):
            assert found in html(client.get(listing(Order), query)), query
        for query in ({"errors": "none"}, {"status": "Ship"}, {"q": "erp:SO-8"}, {"order_type": "Pos"}):
            assert found not in html(client.get(listing(Order), query)), query

    def test_costs_the_same_statements_for_any_number_of_lines_and_runs(
        self, shop, staff, django_assert_max_num_queries
    ):
        order, client = first(shop, Order), staff()
        client.get(page(order))
        with tenant_scope(shop.tenant):
            for index in range(10):
                add_error(order.pk, f"key {index}", "down")
                run = WorkflowRun.objects.first()
                run.pk = None
                run.save(force_insert=True)
        with django_assert_max_num_queries(30):
            client.get(page(order))


class TestOrderErrors:
    def test_staff_solve_an_error_with_a_comment(self, shop, staff):
        error = first(shop, OrderError)
        client = staff(Role.OPERATOR)
        assert "Mark as solved" in html(client.get(page(error)))
        assert client.post(page(error), {"comment": "called them"}).status_code == 302
        error = first(shop, OrderError)
        assert (error.status, error.comment) == ("Solved", "called them")
        assert error.solved_by.startswith("user")
        assert "Mark as solved" not in html(client.get(page(error)))

    def test_a_viewer_only_looks(self, shop, staff):
        error = first(shop, OrderError)
        assert staff(Role.VIEWER).post(page(error), {"comment": "x"}).status_code == 403
        assert first(shop, OrderError).status == "Active"
