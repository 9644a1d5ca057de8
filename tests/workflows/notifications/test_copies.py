"""Copies for others: one request where the vendor takes batches, each message with a fate of its own, and none twice."""

import pytest

from tests.shop import Shop, running_vendors, shop, vendors
from tests.workflows.notifications.test_fallbacks import mails, result, texting, texts, write
from workflows.models import Order, SentMessage

__all__ = ["running_vendors", "shop", "texting", "vendors"]

TO = "+4791111111, +4791110409, store@shop.example, +4792222222"


def begin(shop: Shop, properties=None, **more):
    step = {"name": "Notification", "connector": "LinkMobility", "properties": properties or {"AlsoTo": TO}}
    shop.chart({"New": [{**step, **more}]})
    order = shop.order()
    Order.objects.filter(pk=order.pk).update(
        customer_data={"phone": "+4790000001", "email": "k@shop.example"}
    )
    shop.pump()
    return order


def test_copies_go_in_one_request_and_one_refused_stops_none(texting):
    write(texting, connector="")
    order = begin(texting)
    assert result(order) == ("warning", "Sent with template Text; copies: Destination blocked (2105)")
    assert {text["destination"] for text in texts(texting)} == {"+4790000001", "+4791111111", "+4792222222"}
    assert [call["path"] for call in texting.vendors.calls("linkmobility")] == ["/sms/send", "/sms/sendbatch"]
    states = dict(SentMessage.objects.values_list("recipient", "state"))
    assert states == {
        "+4790000001": "sent",
        "+4791111111": "sent",
        "+4791110409": "failed",
        "+4792222222": "sent",
    }
    texting.later(days=2)
    texting.pump()
    assert len(texts(texting)) == 3 and texting.vendors.doubles() == []


@pytest.mark.thorough
def test_a_batch_whose_answer_was_lost_is_never_sent_again(texting):
    write(texting, connector="")
    texting.vendors.faults(vendor="linkmobility", path="sendbatch", drop_after=True)
    order = begin(texting)
    texting.later(hours=25)
    texting.pump()
    assert result(order)[0] == "error" and "Check there" in result(order)[1]
    assert [call["path"] for call in texting.vendors.calls("linkmobility")] == ["/sms/send", "/sms/sendbatch"]
    assert texting.vendors.doubles() == [] and mails(texting) == []


@pytest.mark.thorough
def test_a_batch_that_was_surely_not_sent_is_sent_later(texting):
    write(texting, connector="")
    texting.vendors.faults(vendor="linkmobility", path="sendbatch", status=429, times=3)
    order = begin(texting)
    assert len(texts(texting)) == 1
    texting.later(hours=2)
    texting.pump()
    assert len(texts(texting)) == 3 and texting.vendors.doubles() == []
    assert result(order)[0] == "warning"


@pytest.mark.thorough
def test_without_batches_each_copy_is_a_call_of_its_own(texting):
    write(texting, channel="email", connector="", subject="Order")
    properties = {"AlsoTo": "a@shop.example,+4791111111,b@shop.example"}
    order = begin(texting, properties, connector="Webhook", connector_id="mail")
    assert result(order) == ("success", "Sent with template Text")
    assert [mail["to"] for mail in mails(texting)] == ["k@shop.example", "a@shop.example", "b@shop.example"]
    assert len({mail["reference"] for mail in mails(texting)}) == 3
