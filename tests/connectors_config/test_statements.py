"""What publishing costs in statements, whatever the number of rows."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connectors.models import Connector
from connectors.publishing import publish
from connectors.versions import roll_back
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import MarketFactory, MembershipFactory, TenantFactory
from tests.factories.workflows import publish_order_type
from workflows.models import OrderType


def test_a_chart_of_eight_statuses_with_eight_steps_takes_at_most_thirty(db):
    tenant = TenantFactory()
    for code in ("NOR", "SWE", "DNK"):
        MarketFactory(tenant=tenant, code=code)
    publish_connector(tenant, connector_id="erp")
    names = [f"Status{number}" for number in range(8)]
    steps = [{"name": "ExportOrder", "connector": "Webhook", "properties": {"Url": "https://a.example"}}] * 8
    publish_order_type(tenant, statuses={name: {"steps": steps} for name in names})
    with tenant_scope(tenant):
        OrderType.objects.update(disable_workflow=True)
        chart = OrderType.objects.get()
        with CaptureQueriesContext(
            connection,
        ) as spent:
            assert publish(chart).number == 2
    assert len(spent) <= 30, [query["sql"][:90] for query in spent]


def test_a_connector_takes_as_many_with_two_properties_as_with_forty(tenant):
    def cost(count):
        connector = make_connector(
            tenant, "acme", bearer_token=TOKEN, properties={f"Key{number}": "1" for number in range(count)}
        )
        connector = Connector.objects.get(pk=connector.pk)
        with CaptureQueriesContext(connection) as spent:
            publish(connector)
        return len(spent)

    cost(2)
    assert cost(40) == cost(2)


def test_the_list_of_connectors_takes_as_many_for_one_as_for_twelve(tenant):
    def cost():
        with CaptureQueriesContext(connection) as spent:
            assert client.get("/admin/connectors/connector/").status_code == 200
        return len(spent)

    client = Client()
    client.force_login(MembershipFactory(tenant=tenant).user)
    publish_connector(tenant, "acme", bearer_token=TOKEN, connector_id="first", properties={"A": "1"})
    cost()
    few = cost()
    for number in range(11):
        publish_connector(tenant, "acme", bearer_token=TOKEN, connector_id=f"n{number}", headers={"X-A": "1"})
    assert cost() == few


def test_a_roll_back_of_an_unchanged_chart_writes_nothing(db):
    tenant = TenantFactory()
    steps = [{"name": "ExportOrder", "connector": "Webhook"}] * 8
    chart = publish_order_type(tenant, statuses={f"S{number}": {"steps": steps} for number in range(8)})
    with CaptureQueriesContext(connection) as spent:
        roll_back(chart, 1)
    assert not [query for query in spent if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
