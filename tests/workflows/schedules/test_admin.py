"""The pages of scheduled tasks, their runs and what was imported."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connector
from connectors.publishing import retire
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector
from tests.factories.tenants import MembershipFactory
from tests.factories.workflows import OrderFactory, make_shop
from tests.workflows.shopstall import Market, order
from workflows.models import ImportedObject, Order, ScheduledRun, ScheduledTask
from workflows.schedules.ticker import run_now

pytestmark = pytest.mark.thorough

LogIn = Callable[..., Client]


@pytest.fixture
def staff(market: Market) -> LogIn:
    def log_in(role: str = Role.TENANT_ADMIN, tenant: Any = None) -> Client:
        client, tenant = Client(), tenant or market.shop.tenant
        with tenant_scope(tenant):
            client.force_login(MembershipFactory(tenant=tenant, role=role).user)
        return client

    return log_in


@pytest.fixture
def task(market: Market) -> ScheduledTask:
    """An import that has run: one order placed, one refused."""
    market.server.orders = [order(1), order(2, total="1.00")]
    task: ScheduledTask = market.task(name="Orders of the stall", active=True)
    market.run(task)
    task.refresh_from_db()
    return task


def copy(market: Market, task: ScheduledTask, number: int) -> None:
    """One more of everything."""
    now, config = timezone.now(), market.connector()
    order = OrderFactory(tenant=market.shop.tenant, market=market.shop.market)
    other = market.task(name=f"Task {number}", connector=config)
    ScheduledRun.objects.create(task=other, slot=now, counts={"read": 1})
    ImportedObject.objects.create(
        connector_id=config.id, external_id=f"x{number}", order=order, first_seen_at=now, seen_at=now
    )


def listing(model: Any) -> str:
    return reverse(f"admin:workflows_{model._meta.model_name}_changelist")


def page(row: Any) -> str:
    return reverse(f"admin:workflows_{row._meta.model_name}_change", args=[row.pk])


def html(answer: Any) -> str:
    assert answer.status_code == 200, answer
    text: str = answer.content.decode()
    return text


def body(task: ScheduledTask | None = None, **values: Any) -> dict[str, Any]:
    given = {
        "name": "New",
        "type": "ImportOrders",
        "cron": "*/5 * * * *",
        "time_zone": "Europe/Oslo",
        "connector": Connector.objects.order_by("pk").first().pk,
        "properties": "{}",
        "active": "on",
        "cursor": "",
    }
    if task is not None:
        given |= {"name": task.name, "cron": task.cron, "time_zone": "UTC", "cursor": task.cursor}
        given["initial-cursor"] = task.cursor
    return {name: value for name, value in {**given, **values}.items() if value is not None}


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


@pytest.mark.parametrize(
    "model", [ScheduledTask, ScheduledRun, ImportedObject], ids=lambda item: item.__name__
)
class TestEveryPage:
    def test_lists_and_shows_its_rows_to_its_own_tenant_only(
        self, task: ScheduledTask, staff: LogIn, model: Any
    ) -> None:
        row = model.objects.first()
        assert page(row) in html(staff(Role.VIEWER).get(listing(model)))
        html(staff(Role.VIEWER).get(page(row)))
        html(staff().get(page(row)))
        stranger = staff(tenant=make_shop().tenant)
        assert page(row) not in html(stranger.get(listing(model)))
        assert stranger.get(page(row)).status_code == 404

    def test_lists_any_number_of_rows_in_the_same_statements(
        self,
        market: Market,
        task: ScheduledTask,
        staff: LogIn,
        model: Any,
        django_assert_max_num_queries: Any,
    ) -> None:
        client = staff()
        client.get(listing(model))
        for number in range(8):
            copy(market, task, number)
        with django_assert_max_num_queries(15):
            html(client.get(listing(model)))


class TestTheForm:
    @pytest.fixture
    def task(self, market: Market) -> ScheduledTask:
        task: ScheduledTask = market.task(name="Orders of the stall", active=True)
        return task

    def test_saves_a_task_that_counts_from_now(self, task: ScheduledTask, staff: LogIn) -> None:
        answer = staff().post(reverse("admin:workflows_scheduledtask_add"), body(type="importorders"))
        assert answer.status_code == 302, errors(answer)
        made = ScheduledTask.objects.get(name="New")
        assert made.type == "ImportOrders"
        assert made.next_due_at is not None
        assert timezone.now() < made.next_due_at <= timezone.now() + timedelta(minutes=5)
        assert made.history.get().history_user is not None

    @pytest.mark.parametrize(
        ("field", "value", "cure"),
        [
            ("cron", "61 * * * *", "use five fields such as"),
            ("cron", "0 0 30 2 *", "never comes; use a day that its month has"),
            ("cron", "@daily", "Use five fields"),
            ("time_zone", "Oslo", "use Europe/Oslo"),
            ("type", "ImportOrder", "did you mean ImportOrders"),
            ("connector", "", "needs a connector; choose a published one"),
            ("properties", '{"CreateProducts": "perhaps"}', "CreateProducts must be true or false."),
            ("properties", '{"Marked": "NOR"}', "has no property Marked; did you mean Market?"),
            ("properties", '{"Market": "NORR"}', "did you mean NOR?"),
            ("properties", '{"NumberPrefix": "a b"}', "NumberPrefix: use letters, digits"),
            ("properties", '{"OrderType": "Pos"}', "OrderType: there is no published order type 'Pos'"),
            ("properties", '["x"]', "Use names and values"),
            ("name", "Orders of the stall", "Another scheduled task has this name"),
        ],
    )
    def test_refuses_at_the_field_with_the_cure(
        self, task: ScheduledTask, staff: LogIn, field: str, value: str, cure: str
    ) -> None:
        found = errors(staff().post(reverse("admin:workflows_scheduledtask_add"), body(**{field: value})))
        assert cure in " ".join(found.get(field) or found["__all__"]), found
        assert not ScheduledTask.objects.filter(name="New").exists()

    @pytest.mark.parametrize(
        ("kind", "properties", "cure"),
        [
            ("ExportInventory", {"BatchSize": "many"}, "BatchSize must be a whole number such as 30"),
            ("ExportInventory", {"BatchSize": 0}, "BatchSize: use a number from 1 to 250"),
            ("ExportInventory", {"Store": "NOWHERE"}, "Store: There is no store"),
            ("CleanUp", {"EventDays": 1}, "EventDays: use at least 7 days"),
        ],
    )
    def test_knows_the_properties_of_each_type(
        self, task: ScheduledTask, staff: LogIn, kind: str, properties: dict[str, Any], cure: str
    ) -> None:
        given = body(type=kind, properties=json.dumps(properties))
        found = errors(staff().post(reverse("admin:workflows_scheduledtask_add"), given))
        assert cure in " ".join(found["properties"])

    def test_refuses_connectors_that_cannot_serve(
        self, market: Market, task: ScheduledTask, staff: LogIn
    ) -> None:
        add = reverse("admin:workflows_scheduledtask_add")
        depot = market.connector("depot")
        found = errors(staff().post(add, body(connector=depot.id)))
        assert "Depot cannot serve ImportOrders; choose another connector." in found["connector"]
        draft = make_connector(market.shop.tenant, "stall", host=market.server.url)
        assert errors(staff().post(add, body(connector=draft.pk)))["connector"]
        retire(Connector.objects.get(pk=task.connector_id))
        found = errors(staff().post(page(task), body(task, connector=task.connector_id)))
        assert "is retired; choose a connector that is in service" in found["connector"][0]

    def test_leaves_the_cursor_to_the_runs_unless_somebody_moves_it(
        self, market: Market, task: ScheduledTask, staff: LogIn
    ) -> None:
        old = body(task, name="Renamed")
        ScheduledTask.objects.update(cursor="9")
        row = staff().post(page(task), {**old, "cursor": "9"})
        assert row.status_code == 302, errors(row)
        assert ScheduledTask.objects.get().cursor == "9"
        staff().post(page(task), {**old, "initial-cursor": "9", "cursor": ""})
        assert ScheduledTask.objects.get().cursor == ""
        run_now(task)
        found = errors(staff().post(page(task), {**old, "cursor": "5"}))
        assert "A run is under way" in found["cursor"][0]

    def test_is_for_those_who_may_publish(self, task: ScheduledTask, staff: LogIn) -> None:
        for role in (Role.VIEWER, Role.OPERATOR, Role.CONNECTOR_EDITOR):
            assert staff(role).post(page(task), body(task, name="Mine")).status_code == 403
        assert ScheduledTask.objects.get().name == "Orders of the stall"


def test_a_task_shows_how_it_goes(task: ScheduledTask, staff: LogIn) -> None:
    shown = html(staff().get(page(task)))
    run = ScheduledRun.objects.get()
    for text in ("2 read, 1 new, 1 failed", page(run), "<code>NumberPrefix</code>: In front of", "All runs"):
        assert text in shown
    assert "Succeeded" in html(staff().get(listing(ScheduledTask)))
    run_page = html(staff().get(page(run)))
    assert "comes to 249.00" in run_page


class TestRunNow:
    def test_is_a_button_that_asks_first(self, task: ScheduledTask, staff: LogIn) -> None:
        client = staff(Role.OPERATOR)
        where = reverse("admin:scheduled-task-run", args=[task.pk])
        assert (
            where.removesuffix("/") in html(client.get(page(task)))
            or client.get(reverse("admin:workflows_scheduledtask_run", args=[task.pk])).url == where
        )
        assert "Run now" in html(client.get(where))
        assert ScheduledRun.objects.count() == 1
        assert client.post(where).status_code == 302
        run = ScheduledRun.objects.first()
        assert (run.trigger, run.state) == ("manual", "queued")
        assert run.actor.startswith("user")

    def test_is_for_those_who_may_act_in_this_tenant(self, task: ScheduledTask, staff: LogIn) -> None:
        where = reverse("admin:scheduled-task-run", args=[task.pk])
        assert staff(Role.VIEWER).post(where).status_code == 403
        assert staff(tenant=make_shop().tenant).post(where).status_code == 404
        assert ScheduledRun.objects.count() == 1

    def test_tells_when_the_task_is_running(self, task: ScheduledTask, staff: LogIn) -> None:
        run_now(task)
        ScheduledRun.objects.filter(state="queued").update(state="running", started_at=timezone.now())
        data = {"action": "run_selected", "_selected_action": [task.pk]}
        shown = html(staff(Role.OPERATOR).post(listing(ScheduledTask), data, follow=True))
        assert "wait for its end" in shown


class TestImportedObjects:
    def test_are_filtered_and_found(self, task: ScheduledTask, staff: LogIn) -> None:
        client, where = staff(), listing(ImportedObject)
        good, bad = (ImportedObject.objects.get(number=number) for number in ("#1", "#2"))
        for query, shown, hidden in (
            ({"state__exact": "error"}, bad, good),
            ({"q": "1"}, good, bad),
            ({"q": "gid-2"}, bad, good),
        ):
            found = html(client.get(where, query))
            assert page(shown) in found and page(hidden) not in found, query
        assert "comes to 249.00" in html(client.get(page(bad)))

    def test_in_error_are_imported_again_by_those_who_may_act(
        self, market: Market, task: ScheduledTask, staff: LogIn
    ) -> None:
        row = ImportedObject.objects.get(state="error")
        row.document["total"][0] = "249.00"
        row.save()
        data = {
            "action": "import_again",
            "_selected_action": [item.pk for item in ImportedObject.objects.all()],
        }
        staff(Role.VIEWER).post(listing(ImportedObject), data)
        assert Order.objects.count() == 1
        shown = html(staff(Role.OPERATOR).post(listing(ImportedObject), data, follow=True))
        assert "Imported again: 1 new" in shown
        assert Order.objects.count() == 2
        with tenant_scope(market.shop.tenant):
            assert not ImportedObject.objects.filter(state="error").exists()
