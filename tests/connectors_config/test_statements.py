"""What publishing costs in statements, whatever the number of rows."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.models import Connector
from connectors.publishing import publish
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector
from tests.factories.tenants import TenantFactory
from tests.factories.workflows import publish_order_type
from workflows.models import OrderType


def test_a_chart_of_eight_statuses_with_eight_steps_takes_at_most_thirty(db):
    tenant = TenantFactory()
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
