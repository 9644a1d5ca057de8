"""A delivery exists if and only if its event does, for every subscription that wants it and no other."""

import pytest
from django.db import transaction

from connectors.models import EventDelivery
from connectors.subscriptions import following
from eventlog import store
from eventlog.events import Category, EventData, Outcome
from eventlog.models import Event
from tenants.scoping import tenant_scope
from tests.factories.events import record_event
from tests.factories.subscriptions import make_subscription, sent
from tests.factories.tenants import TenantFactory
from tests.factories.workflows import publish_order_type
from workflows.orders import create_order


def test_nothing_is_written_where_nobody_follows(tenant, django_assert_num_queries):
    make_subscription(TenantFactory())
    following.known.read()
    event = EventData(category=Category.CREATED, message="Order 1", tenant_id=tenant.pk)
    with django_assert_num_queries(1):
        store.record_many([event])
    assert sent() == []


def test_a_delivery_commits_and_fails_with_its_event(tenant):
    make_subscription(tenant)
    event = record_event(tenant, order_id=7, order_number="N-7")
    (row,) = sent()
    assert (row.event_id, row.message_id, row.order_number) == (event.pk, f"evt_{event.pk}", "N-7")
    assert (row.state, row.attempts) == ("pending", 0)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_event(tenant)
        assert len(sent()) == 2
        1 / 0  # noqa: B018
    assert Event.objects.count() == len(sent()) == 1


def test_each_event_of_a_group_gets_its_own_id(tenant):
    make_subscription(tenant)
    other = TenantFactory()
    groups = [
        EventData(
            category=Category.CREATED, message=f"{number}", tenant_id=owner.pk, order_number=f"{number}"
        )
        for number in range(5)
        for owner in (tenant, other)
    ]
    store.record_many(groups)
    messages = dict(Event.objects.values_list("pk", "message"))
    assert [(messages[row.event_id], row.order_number) for row in sent()] == [
        (f"{n}", f"{n}") for n in range(5)
    ]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, True),
        ({"categories": ["Connector"]}, True),
        ({"categories": ["Created", "Updated"]}, False),
        ({"markets": ["nor"]}, True),
        ({"markets": ["SWE"]}, False),
        ({"stores": ["Oslo"]}, True),
        ({"stores": ["Bergen"]}, False),
        ({"errors_only": True}, False),
        ({"active": False}, False),
    ],
    ids=str,
)
def test_filters_of_what_the_event_tells(tenant, filters, wanted):
    make_subscription(tenant, **filters)
    record_event(tenant, market="NOR", store="Oslo")
    assert bool(sent()) is wanted


def test_errors_only_means_failures_and_unknowns(tenant):
    make_subscription(tenant, errors_only=True)
    for outcome in Outcome:
        record_event(tenant, outcome=outcome)
    told = {Event.objects.get(pk=row.event_id).outcome for row in sent()}
    assert told == {"error", "unknown"}


def test_order_type_and_status_are_those_of_the_moment(tenant):
    from tests.factories.tenants import MarketFactory

    MarketFactory(tenant=tenant, code="NOR")
    publish_order_type(tenant, "Web", {"New": {}, "Paid": {}})
    from tests.factories.workflows import ProductFactory

    ProductFactory(tenant=tenant, sku="A")
    for number, filters in enumerate(
        (
            {},
            {"statuses": ["new"]},
            {"statuses": ["Paid"]},
            {"order_types": ["web"]},
            {"order_types": ["Shop"]},
        )
    ):
        make_subscription(tenant, name=f"S{number}", **filters)
    create_order(
        {
            "number": "N-1",
            "market": "NOR",
            "customer": {"email": "a@buyer.example"},
            "lines": [{"sku": "A", "quantity": "1", "unit_price": "1.00"}],
        }
    )
    told = {row.subscription.name: (row.order_type, row.order_status) for row in sent()}
    assert told == {"S0": ("Web", "New"), "S1": ("Web", "New"), "S3": ("Web", "New")}


def test_a_subscription_that_is_gone_meanwhile_fails_no_change(tenant):
    """Another process may go by it for a second."""
    row = make_subscription(tenant)
    following.known.read()
    EventDelivery.objects.all().delete()
    with tenant_scope(tenant):
        type(row).objects.filter(pk=row.pk).delete()
    following.known.until = float("inf")
    record_event(tenant)
    assert len(sent()) == 1


def test_what_deliveries_tell_of_themselves_is_not_delivered(tenant):
    make_subscription(tenant)
    record_event(tenant, operation=following.OPERATION)
    assert sent() == []
