"""What the two calls that a shop makes most often cost in database statements.

Not counted: BEGIN and COMMIT, and the wake-up of the worker after the commit, which costs none while one listens.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.scoping import tenant_scope
from tests.factories.payments import publish_payment_method
from tests.factories.workflows import make_shop
from workflows.orders import change_status, create_order

# What is compiled of a generation is kept only once it is committed.
pytestmark = pytest.mark.django_db(transaction=True)

STATUSES = {
    "New": {"steps": ["AuthorizePayment", {"name": "Notification", "connector": "Webhook"}]},
    "InProgress": {"steps": [{"name": "ExportOrder", "connector": "Webhook"}]},
}
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "workflows_worker", "django_q_ormq", "SELECT clock")


@pytest.fixture
def body(db):
    shop = make_shop(statuses=STATUSES)
    with tenant_scope(shop.tenant):
        method = publish_payment_method(shop.tenant)
        payments = [{"payment_method": method.name, "amount": "300.00", "token": "pm_card_visa"}]
        yield shop.order_data(payments=payments)


def statements(call) -> list[str]:
    with CaptureQueriesContext(connection) as context:
        call()
    made = [query["sql"] for query in context]
    return [sql for sql in made if not any(word in sql for word in NOT_COUNTED)]


def test_an_order_of_three_lines_with_a_payment(body):
    create_order(body)
    made = statements(lambda: create_order(body))
    assert len(made) <= 11, made


def test_more_lines_cost_nothing_more(body):
    create_order(body)
    few = statements(lambda: create_order(body))
    many = statements(lambda: create_order({**body, "lines": body["lines"] * 10}))
    assert len(many) == len(few)


def test_a_change_of_status(body):
    order = create_order(body)
    made = statements(lambda: change_status(order, "InProgress"))
    assert len(made) <= 7, made
