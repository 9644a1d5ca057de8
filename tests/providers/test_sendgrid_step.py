"""SendGrid as the connector of a Notification step, through the engine."""

from __future__ import annotations

import pytest

from tests.factories.connectors import publish_connector
from tests.shop import Shop, running_vendors, shop, vendors

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = pytest.mark.django_db

CHART = {"New": [{"name": "Notification", "connector": "SendGrid"}]}


@pytest.fixture
def mailing(shop: Shop) -> Shop:
    """The template of a status is the dynamic template that has its name."""
    publish_connector(
        shop.tenant,
        "sendgrid",
        host=f"{shop.vendors.url}/sendgrid",
        bearer_token="SG.nordStore7QmZr8sL.pV2xWc9TqB4nK6yHd1eUj3",
        properties={"From": "orders@nordstore.example", "Templates": {"New": "d-0new"}},
    )
    shop.chart(CHART)
    return shop


def test_the_customer_gets_one_mail(mailing: Shop) -> None:
    order = mailing.order()
    mailing.pump()
    run = order.runs.get()
    assert mailing.steps(run) == {"Notification": "success"}
    [mail] = mailing.vendors.control("GET", "sendgrid/mails")["mails"]
    assert mail["order_number"] == order.number
    assert mail["template_id"] == "d-0new"
    assert mail["data"]["status"] == "New"


def test_a_lost_answer_becomes_an_order_error_and_no_second_mail(mailing: Shop) -> None:
    mailing.vendors.faults(vendor="sendgrid", drop_after=True)
    order = mailing.order()
    mailing.pump()
    mailing.later(hours=25)
    mailing.pump()
    assert len(mailing.vendors.calls("sendgrid")) == 1
    assert mailing.vendors.doubles() == []
    [error] = mailing.active_errors(order)
    assert "Check there" in error
