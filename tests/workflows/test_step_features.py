"""What steps say of where they run and where the order goes, from the draft to what is refused at publish."""

import pytest
from django.core.exceptions import ValidationError

from connectors.checklist import findings
from connectors.publishing import publish
from connectors.runtime import runtime
from connectors.versions import changes, draft_changes, roll_back
from tenants.models import Market, usages
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import publish_order_type
from workflows.chart import chart_of
from workflows.models import OrderType, StepGroup, WorkflowStep
from workflows.publication import to_document
from workflows.scopes import read_scope

PLACES = {
    "markets": ["NOR"],
    "stores": ["oslo"],
    "warehouses": ["W1", "W2"],
    "shipment_options": ["Home"],
    "tags": ["b2b"],
}


@pytest.mark.parametrize(
    ("lists", "refusal"),
    [
        ({}, ""),
        ({"enabled_for_markets": ["nor"]}, ""),
        ({"enabled_for_markets": ["SWE"]}, "Not enabled for market NOR"),
        ({"disabled_for_markets": ["nor"]}, "Disabled for market NOR"),
        ({"enabled_for_markets": ["NOR"], "disabled_for_markets": ["NOR"]}, "Disabled for market NOR"),
        ({"enabled_for_warehouses": ["W2"]}, ""),
        ({"enabled_for_warehouses": ["W3"]}, "Not enabled for warehouses W1, W2"),
        ({"disabled_for_warehouses": ["w1"]}, "Disabled for warehouse W1"),
        ({"enabled_for_stores": ["OSLO"], "enabled_for_tags": ["B2B"]}, ""),
        ({"enabled_for_stores": ["OSLO"], "enabled_for_tags": ["b2c"]}, "Not enabled for tag b2b"),
        ({"disabled_for_shipment_options": ["Home"]}, "Disabled for shipment option Home"),
    ],
)
def test_where_a_step_runs(lists, refusal):
    assert read_scope(lists).refusal(PLACES) == refusal


def test_an_order_without_any_is_not_among_enabled_ones():
    scope = read_scope({"enabled_for_stores": ["oslo"], "disabled_for_tags": ["b2b"]})
    nowhere = {kind: [] for kind in PLACES}
    assert scope.refusal(nowhere) == "Not enabled for an order without store"


@pytest.fixture
def group(shop):
    group = StepGroup.objects.create(name="Checks", stop_on_error=True)
    group.steps.create(name="ValidateOrder", position=1, conditions=["Success"], enabled_for_tags=["b2b"])
    group.steps.create(name="AddTag", position=2, properties={"Tag": "seen"}, error_status="Hold")
    return group


@pytest.fixture
def chart(shop, group):
    row = {"group": group, "conditions": ["Warning"], "error_status": "Lost", "enabled_for_markets": ["NOR"]}
    statuses = {
        "New": {"steps": [{"name": "AddTag", "properties": {"Tag": "a"}, "next_status": "Hold"}, row]},
        "Hold": {"steps": [{"group": group, "active": False}]},
        "Lost": {},
    }
    publish_order_type(shop.tenant, "B2B", statuses)
    return chart_of(runtime(shop.tenant.pk), "B2B")


class TestGroups:
    def test_a_group_is_published_with_its_steps(self, chart):
        first, judged, tagged = chart.statuses["New"].steps
        assert [step.position for step in (first, judged, tagged)] == [1, 2, 3]
        assert (first.place, judged.place) == ("AddTag", "Checks > ValidateOrder")
        assert (judged.stop_on_error, judged.conditions, judged.error_status) == (
            True,
            ("Warning", "Success"),
            "Lost",
        )
        assert [scope.enabled for scope in judged.scopes] == [
            {"markets": frozenset({"nor"})},
            {"tags": frozenset({"b2b"})},
        ]
        assert tagged.error_status == "Hold"
        assert not any(step.active for step in chart.statuses["Hold"].steps)

    def test_a_changed_group_is_live_only_with_the_order_types_that_use_it(self, shop, chart, group):
        group.steps.filter(name="AddTag").update(properties={"Tag": "changed"})
        draft = OrderType.objects.get(name="B2B")
        assert chart_of(runtime(shop.tenant.pk), "B2B") == chart
        assert [str(item) for item in draft_changes(draft)] == [
            f"statuses > {name} > steps > Checks > group > AddTag > properties > Tag: seen → changed"
            for name in ("New", "Hold")
        ]
        before = runtime(shop.tenant.pk).generation
        publish(draft)
        tag = chart_of(runtime(shop.tenant.pk), "B2B").statuses["New"].steps[2].properties
        pinned = chart_of(runtime(shop.tenant.pk, before), "B2B").statuses["New"].steps[2].properties
        assert (tag, pinned) == ({"Tag": "changed"}, {"Tag": "seen"})

    def test_a_roll_back_brings_rows_and_groups_back(self, shop, chart, group):
        draft = OrderType.objects.get(name="B2B")
        published = to_document(draft)
        WorkflowStep.objects.filter(status__order_type=draft).delete()
        group.delete()
        publish(draft)
        roll_back(draft, 1)
        assert to_document(draft) == published
        assert changes(draft, 1, None) == []

    def test_a_row_is_a_step_or_a_group(self, group):
        for values in ({"name": "AddTag", "group": group}, {}):
            with pytest.raises(ValidationError, match="Choose a step or a step group"):
                WorkflowStep(tenant=group.tenant, **values).clean()


def test_documents_without_the_features_read_as_ever(shop):
    """What was published before them is not different now."""
    document = to_document(publish_order_type(shop.tenant, "Old", {"A": {"steps": ["AuthorizePayment"]}}))
    assert set(document["statuses"][0]) == {
        "name",
        "display_name",
        "allowed_next",
        "is_canceled",
        "is_completed",
        "steps",
    }
    assert set(document["statuses"][0]["steps"][0]) == {
        "name",
        "connector",
        "connector_id",
        "stop_on_error",
        "active",
        "error_status",
        "properties",
        "conditions",
    }


def tag(**rest):
    return {"name": "AddTag", "properties": {"Tag": "a"}, **rest}


def going_to(status, **rest):
    return {"name": "UpdateStatus", "properties": {"Status": status}, **rest}


@pytest.mark.parametrize(
    ("statuses", "code", "text"),
    [
        (
            {"A": {"next_status": "B"}, "B": {"next_status": "A"}},
            "loop",
            "Next status: Orders would go round and round by themselves: A → B → A (A: its Next status; B: its",
        ),
        (
            {
                "A": {"next_status": "B"},
                "B": {"steps": [going_to("C")]},
                "C": {"steps": [tag(next_status="A")]},
            },
            "loop",
            "A → B → C → A (A: its Next status; B: Status of UpdateStatus; C: Next status of AddTag).",
        ),
        (
            {"A": {"steps": [tag(stop_on_error=True, error_status="B")]}, "B": {"next_status": "A"}},
            "loop",
            "A → B → A (A: ErrorStatus of AddTag; B: its Next status).",
        ),
        ({"A": {"next_status": "A"}}, "loop", "A → A"),
        ({"A": {"next_status": "B"}}, "unknown_status", "Status A: the Next status 'B' is no status"),
        ({"A": {"steps": [tag(next_status="B")]}}, "unknown_status", "the Next status of AddTag 'B'"),
        ({"A": {"steps": [going_to("B")]}}, "unknown_status", "the Status of UpdateStatus 'B'"),
        (
            {"A": {"steps": [tag(enabled_for_markets=["NRO"])]}},
            "unknown_place",
            "Enabled for markets: A > AddTag: there is no market 'nro'; did you mean NOR?",
        ),
        (
            {"A": {"steps": [tag(disabled_for_stores=["Bergen"])]}},
            "unknown_place",
            "Disabled for stores: A > AddTag: there is no store 'bergen'; none exists yet.",
        ),
        (
            {"A": {"steps": [tag(enabled_for_shipment_options=["Home"])]}},
            "unknown_place",
            "there is no shipment option 'home'",
        ),
        ({"A": {"steps": [tag(enabled_for_tags=["x" * 101])]}}, "tag", "no order can have the tag"),
        (
            {"A": {"steps": [tag(per_shipment=True)]}},
            "per_shipment",
            "A > AddTag works on the whole order; switch Per shipment off.",
        ),
        (
            {"A": {"steps": [{"name": "AddTag"}]}},
            "properties",
            "Properties: A > AddTag: Tag: is missing.",
        ),
        (
            {"A": {"steps": [{"name": "ValidateOrder", "properties": {"Rules": "Lines, Totls"}}]}},
            "properties",
            "Rules: Totls is none of Lines, Prices, Totals",
        ),
        (
            {"A": {"steps": [{"name": "ReduceInventory", "properties": {"ReleaseReservation": 7}}]}},
            "properties",
            "ReleaseReservation: must be true or false",
        ),
        (
            {"A": {"steps": [{"name": "ValidateTrackingNumber", "properties": {"Pattern": "["}}]}},
            "properties",
            "Pattern: must be a regular expression",
        ),
        (
            {"A": {"steps": [{"name": "CheckForFraud"}]}},
            "no_connector",
            "Connector: A > CheckForFraud needs a Connector; name one.",
        ),
    ],
)
def test_what_is_refused_at_publish(shop, statuses, code, text):
    order_type = draft(statuses)
    blocking = [item for item in findings("order_type", order_type, to_document(order_type)) if item.blocks]
    assert [item.code for item in blocking] == [code]
    assert text in str(blocking[0])


def test_lists_that_leave_nothing_are_told(shop):
    order_type = draft({"A": {"steps": [tag(enabled_for_markets=["NOR"], disabled_for_markets=["nor"])]}})
    (found,) = findings("order_type", order_type, to_document(order_type))
    assert (found.code, found.blocks) == ("never_runs", False)


def test_what_lists_name_is_retired_and_not_deleted(shop, group):
    StoreFactory(tenant=shop.tenant, code="oslo")
    order_type = draft({"A": {"steps": [tag(disabled_for_markets=["nor"])]}})
    group.steps.filter(name="AddTag").update(enabled_for_markets=["Nor"])
    found = usages(Market.objects.get(code="NOR"))
    assert f"step {order_type} > A > AddTag" in found
    assert "step Checks > AddTag" in found


def draft(statuses):
    order_type = OrderType.objects.create(name="Draft")
    for position, (name, given) in enumerate(statuses.items()):
        status = order_type.statuses.create(
            name=name, position=position, next_status=given.get("next_status", "")
        )
        for place, step in enumerate(given.get("steps", ())):
            status.steps.create(position=place, **step)
    return order_type
