"""Lists across orders, the event log, scheduled tasks, and the choice of fields."""

import pytest
from django.utils import timezone

from tenants.apikit.throttling import throttle
from tenants.models import ApiKeyUse
from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from tests.config.world import make_world
from tests.factories.events import record_event
from tests.factories.workflows import ProductFactory
from workflows.models import Product

OURS = "Minelle"
LISTS = ("orders", "payments", "shipments", "runs", "events", "scheduled-tasks")


@pytest.fixture
def world(db):
    return make_world(OURS)


@pytest.fixture
def caller(world):
    return Api(world)


def found(answer, name) -> list:
    assert answer.status_code == 200, answer.json()
    return [row[name] for row in answer.json()["results"]]


class TestFields:
    def test_only_what_is_asked_for_is_answered(self, caller):
        for path in LISTS:
            names = sorted(caller.read(f"{path}/").json()["results"][0])[:2]
            rows = caller.read(f"{path}/", fields=",".join(names)).json()["results"]
            assert rows, path
            assert all(sorted(row) == names for row in rows), path

    def test_an_order_without_lines_costs_less(self, caller, django_assert_num_queries):
        caller.read(f"orders/{OURS}/")
        with django_assert_num_queries(1):
            assert caller.read(f"orders/{OURS}/", fields="number,total").json() == {
                "number": OURS,
                "total": "1.00",
            }

    def test_an_unknown_field_is_refused(self, caller):
        assert fields(caller.read("orders/", fields="number,totl"))["fields"].endswith("did you mean total?")
        assert caller.read("orders/", fields="").status_code == 400


FILTERS = [
    ("orders", {"has_errors": "true"}, {"has_errors": "false"}),
    ("orders", {"placed_from": "2000-01-01T00:00:00Z"}, {"placed_before": "2000-01-01T00:00:00Z"}),
    ("payments", {"order": OURS, "provider_id": OURS}, {"state": "captured"}),
    ("shipments", {"order": OURS, "shipping_option": OURS}, {"tracking_state": "delivered"}),
    ("runs", {"order": OURS, "state": "queued"}, {"state": "stopped"}),
    ("events", {"category": "Connector", "outcome": "success"}, {"provider": "nobody"}),
    ("events", {"since": "2000-01-01T00:00:00Z"}, {"before": "2000-01-01T00:00:00Z"}),
    ("scheduled-tasks", {"name": OURS}, {"active": "false"}),
]


def test_filters(caller):
    for path, query, other in FILTERS:
        assert caller.read(f"{path}/", **query).json()["results"], (path, query)
        assert caller.read(f"{path}/", **other).json()["results"] == [], (path, other)


def test_a_query_that_is_not_understood_is_refused(caller):
    for path in LISTS:
        assert set(fields(caller.read(f"{path}/", colour="red"))) == {"colour"}
        assert caller.get(f"/api/v1/{path}/?limit=5&order=1&order=2").status_code == 400


def test_one_row_is_read_by_its_key(caller):
    for path, name in (
        ("payments", "reference"),
        ("shipments", "reference"),
        ("runs", "id"),
        ("scheduled-tasks", "id"),
    ):
        row = caller.read(f"{path}/").json()["results"][0]
        assert caller.read(f"{path}/{row[name]}/").json() == row
        assert caller.read(f"{path}/{'9' * 9}/").status_code == 404


class TestRowsOfOneMoment:
    """As a bulk call or an import leaves them."""

    @pytest.fixture
    def walk(self, api, shop):
        def walk(query, meanwhile=lambda: None, link="next"):
            answer = api.read("products/", limit=2, **query)
            seen = found(answer, "sku")
            meanwhile()
            while answer.json()[link] and len(seen) < 50:
                answer = api.get(answer.json()[link])
                seen += found(answer, "sku")
            return seen, answer

        with tenant_scope(shop.tenant):
            Product.objects.all().delete()
            for number in range(7):
                ProductFactory(tenant=shop.tenant, sku=f"P-{number}")
            Product.objects.update(modified_at=timezone.now())
        return walk

    def test_one_that_changes_between_two_pages_hides_no_other(self, shop, walk):
        def change():
            with tenant_scope(shop.tenant):
                Product.objects.get(sku="P-0").save()

        seen, _ = walk({"modified_since": "2000-01-01T00:00:00Z"}, change)
        assert seen == [*(f"P-{number}" for number in range(7)), "P-0"]

    def test_more_than_any_page_can_be_counted_past(self, walk, monkeypatch):
        monkeypatch.setattr("rest_framework.pagination.CursorPagination.offset_cutoff", 3)
        seen, _ = walk({"modified_since": "2000-01-01T00:00:00Z"})
        assert seen == [f"P-{number}" for number in range(7)]

    @pytest.mark.parametrize("query", [{}, {"modified_since": "2000-01-01T00:00:00Z"}])
    def test_the_way_back_shows_the_same(self, api, walk, query):
        there, answer = walk(query)
        back = found(answer, "sku")
        while answer.json()["previous"]:
            answer = api.get(answer.json()["previous"])
            back = found(answer, "sku") + back
        assert back == there


class TestEvents:
    def test_pages_go_on_where_the_last_one_ended_while_events_arrive(self, world, caller):
        with tenant_scope(world):
            for number in range(5):
                record_event(world, message=f"first {number}", order_number="X")
        first = caller.read("events/", order="X", limit=3)
        with tenant_scope(world):
            record_event(world, message="late", order_number="X")
        rest = caller.get(first.json()["next"])
        assert found(first, "message") + found(rest, "message") == [
            f"first {number}" for number in range(4, -1, -1)
        ]

    def test_people_are_shown_only_to_keys_that_may_see_them(self, world, caller):
        with tenant_scope(world):
            event = record_event(
                world, message="Sent to kari@buyer.example", request={"body": {"to": "kari"}}
            )
        masked = Api(world, "events:read").read(f"events/{event.pk}/").json()
        assert (masked["message"], masked["request"]) == ("Sent to (e-mail)", None)
        whole = caller.read(f"events/{event.pk}/").json()
        assert (whole["message"], whole["request"]) == (
            "Sent to kari@buyer.example",
            {"body": {"to": "kari"}},
        )


def test_a_scheduled_task_is_run_now(world, caller):
    with tenant_scope(world):
        from workflows.models import ScheduledTask

        task = ScheduledTask.objects.get()
        task.runs.all().delete()
    answer = caller.send(f"scheduled-tasks/{task.pk}/run/", {})
    assert (answer.status_code, answer.json()["trigger"]) == (202, "manual")
    assert answer.json()["actor"].startswith("shop (cdk_")
    assert found(caller.read(f"scheduled-tasks/{task.pk}/runs/"), "id") == [answer.json()["id"]]
    with tenant_scope(world):
        task.runs.update(state="running", started_at=timezone.now())
    assert caller.send(f"scheduled-tasks/{task.pk}/run/", {}).status_code == 409
    assert Api(world, "tasks:read").send(f"scheduled-tasks/{task.pk}/run/", {}).status_code == 403


class TestThrottle:
    @pytest.fixture(autouse=True)
    def limit(self, settings, time_machine):
        """Four requests in each span of ten seconds."""
        settings.CROSSDOCK_API_RATE = 0.4
        time_machine.move_to("2026-05-03T12:00:02Z", tick=False)
        throttle.forget()
        yield
        throttle.forget()

    def test_a_key_that_sends_too_much_waits_for_the_next_span(self, caller, world, time_machine):
        assert [caller.read("markets/").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
        refused = caller.read("markets/")
        assert refused.headers["Retry-After"] == "9"
        assert "4 requests in 10 seconds" in refused.json()["detail"]
        assert Api(world).read("markets/").status_code == 200
        time_machine.move_to("2026-05-03T12:00:11Z", tick=False)
        assert caller.read("markets/").status_code == 200

    def test_what_other_processes_count_is_counted(self, caller):
        assert caller.read("markets/").status_code == 200
        ApiKeyUse.objects.update(requests=4)
        assert [caller.read("markets/").status_code for _ in "ab"] == [429, 429]
