import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from connectors.publishing import PublishRefused, publish
from connectors.runtime import runtime
from tests.factories.connectors import publish_connector
from tests.factories.workflows import publish_order_type
from workflows.chart import StepConfig, UnknownOrderType, UnknownStatus, chart_of, default_chart
from workflows.models import OrderStatus, OrderType, WorkflowStep
from workflows.publication import to_document

STATUSES = {
    "New": {
        "steps": [
            "AuthorizePayment",
            {
                "name": "WebhookWorkflowStep",
                "connector": "Webhook",
                "connector_id": "erp-2",
                "stop_on_error": True,
                "error_status": "OnHold",
                "properties": {"Url": "https://erp.example/in", "RequestHeaders": {"X-Source": "b2b"}},
                "conditions": ["Success"],
            },
            {"name": "Notification", "active": False},
        ]
    },
    "OnHold": {"next": ["New"], "is_canceled": True},
}


@pytest.fixture
def chart(shop):
    publish_connector(shop.tenant, connector_id="erp-2")
    publish_order_type(shop.tenant, "B2B", STATUSES)
    return chart_of(runtime(shop.tenant.pk), "b2b")


def test_what_was_drafted_is_what_runs(chart):
    assert list(chart.statuses) == ["New", "OnHold"]
    assert chart.first.steps[0] == StepConfig(position=1, name="AuthorizePayment")
    step = chart.first.steps[1]
    assert (step.position, step.connector, step.connector_id, step.stop_on_error) == (
        2,
        "Webhook",
        "erp-2",
        True,
    )
    assert (step.error_status, step.conditions) == ("OnHold", ("Success",))
    assert step.group("requestheaders") == {"X-Source": "b2b"}
    assert step.group("Url") == {}
    assert chart.first.steps[2].active is False
    assert chart.statuses["OnHold"].is_canceled


def test_a_draft_changes_nothing_until_it_is_published(shop, chart):
    draft = OrderType.objects.get(name="B2B")
    draft.statuses.filter(name="New").update(name="Start")
    draft.statuses.filter(name="OnHold").update(allowed_next=["Start"])
    assert list(chart_of(runtime(shop.tenant.pk), "B2B").statuses) == ["New", "OnHold"]
    publish(draft)
    assert list(chart_of(runtime(shop.tenant.pk), "B2B").statuses) == ["Start", "OnHold"]
    pinned = runtime(shop.tenant.pk, runtime(shop.tenant.pk).generation - 1)
    assert list(chart_of(pinned, "B2B").statuses) == ["New", "OnHold"]


@pytest.mark.parametrize(
    ("statuses", "problem"),
    [
        ({}, "Order type Bad has no status; add one."),
        (
            {"A": {"next": ["B"]}},
            "Status A: the allowed next status 'B' is no status of this type; use one of A",
        ),
        (
            {"OnHold": {}, "A": {"steps": [{"name": "AuthorizePayment", "error_status": "OnHld"}]}},
            "Status A: the ErrorStatus of AuthorizePayment 'OnHld' is no status of this type; did you mean OnHold?",
        ),
    ],
)
def test_a_chart_that_no_order_could_follow_is_not_published(shop, statuses, problem):
    with pytest.raises(PublishRefused) as caught:
        publish_order_type(shop.tenant, "Bad", statuses)
    assert [str(finding) for finding in caught.value.findings if finding.blocks] == [problem]
    with pytest.raises(UnknownOrderType):
        chart_of(runtime(shop.tenant.pk), "Bad")


def test_positions_decide_the_order_and_gaps_in_them_do_not_matter(shop, chart):
    draft = OrderType.objects.get(name="B2B")
    before = to_document(draft)
    draft.statuses.filter(name="OnHold").update(position=70)
    assert to_document(draft) == before
    draft.statuses.filter(name="New").update(position=71)
    assert [status["name"] for status in to_document(draft)["statuses"]] == ["OnHold", "New"]


def test_a_document_costs_the_same_statements_for_any_size(shop, chart, django_assert_num_queries):
    big = OrderType.objects.get(name="B2B")
    for order_type in (shop.order_type, big):
        with django_assert_num_queries(2):
            to_document(order_type)


def test_a_publication_refers_to_the_history_of_every_row(shop, chart):
    ids = OrderType.objects.get(name="B2B").live.history_ids
    assert {name: len(found) for name, found in ids.items()} == {
        "workflows.ordertype": 1,
        "workflows.orderstatus": 2,
        "workflows.workflowstep": 3,
    }


def test_names_that_do_not_exist_are_met_with_near_ones(shop, chart):
    with pytest.raises(UnknownOrderType, match="did you mean Online"):
        chart_of(runtime(shop.tenant.pk), "Onlin")
    with pytest.raises(UnknownStatus, match="use one of New, OnHold"):
        chart.status("Ship")


def test_the_default_type_is_the_marked_or_the_only_one(shop):
    assert default_chart(runtime(shop.tenant.pk)).name == "Online"
    publish_order_type(shop.tenant, "Pos")
    with pytest.raises(UnknownOrderType, match="name the order type"):
        default_chart(runtime(shop.tenant.pk))
    publish_order_type(shop.tenant, "Web", is_default=True)
    assert default_chart(runtime(shop.tenant.pk)).name == "Web"


def test_names_are_unique_in_any_case(shop):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderType.objects.create(name="ONLINE")
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderStatus.objects.create(order_type=shop.order_type, name="new")


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (OrderStatus, {"allowed_next": "Ship"}),
        (OrderStatus, {"allowed_next": [""]}),
        (WorkflowStep, {"properties": ["Url"]}),
        (WorkflowStep, {"properties": {"Url": None}}),
        (WorkflowStep, {"properties": {"group": {"deep": {}}}}),
        (WorkflowStep, {"conditions": ["Failed"]}),
    ],
)
def test_a_draft_of_the_wrong_shape_is_refused(shop, model, values):
    row = model(name="x", **values)
    with pytest.raises(ValidationError) as caught:
        row.clean_fields(exclude=["tenant", "order_type", "status"])
    assert set(caught.value.message_dict) == set(values)
