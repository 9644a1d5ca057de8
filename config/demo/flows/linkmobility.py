"""Text messages: the buyer hears by SMS that the parcel is ready, and by mail where no SMS can reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor
from config.demo.merchant import Merchant
from config.demo.play import order_body
from config.demo.story import Story
from config.demo.vendors import Vendors
from connectors.models import Connector
from workflows.models import NotificationTemplate

_WORD = "linkmobility-nordicOutdoor-4e71"
_TYPE, _STATUS = "Collect", "ReadyForCollection"
_STORY = Story(number="D-7301", title="told by SMS", market="NOR", amount="450.00", order_type=_TYPE)


class LinkMobilityFlow(Flow):
    title = "an SMS tells that the order can be collected"
    secrets = (_WORD,)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        how = {
            "type": "linkmobility",
            "is_test": False,
            "host": at_vendor("linkmobility"),
            "username": "nordic-outdoor",
            "password": _WORD,
            "properties": {
                "PlatformId": "NORD-1",
                "PlatformPartnerId": "4711",
                "Sender": "Outdoor",
                "GateId": "nX4outdoor",
                "CallingCode": "47",
            },
        }
        return {"linkmobility": how}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        told = Step("Notification", "LinkMobility", properties={"Channel": "Any"})
        return {_TYPE: (Status("New", (_STATUS,), ()), Status(_STATUS, (), (told,)))}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        mail = NotificationTemplate.objects.create(
            name="Ready for collection, by mail",
            channel="email",
            connector="SendGrid",
            order_type=_TYPE,
            subject="Order {number} is ready",
            text="Hello {customer.first_name},\n\nyour order {number} can be collected.\n\nNordic Outdoor",
        )
        NotificationTemplate.objects.create(
            name="Ready for collection",
            channel="sms",
            connector="LinkMobility",
            statuses=[_STATUS],
            order_type=_TYPE,
            text="Order {number} can be collected. Nordic Outdoor",
            fallback=mail,
        )

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        vendors.tell("linkmobility/reports", {"url": webhooks["linkmobility"]})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        merchant.place({name: item for name, item in order_body(_STORY).items() if name != "payments"})
        merchant.move(_STORY.number, _STATUS)
        merchant.settled(_STORY.number)
        yield from merchant.failures(_STORY.number)
        if not merchant.comes_true(lambda: _delivered(merchant)):
            yield "nobody reported that the SMS was delivered"


def _delivered(merchant: Merchant) -> bool:
    events = merchant.read(f"events/?order={_STORY.number}&limit=50")
    return any("delivered" in event["message"].lower() for event in events)
