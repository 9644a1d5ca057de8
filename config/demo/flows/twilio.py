"""A text message of Twilio goes out with an order, and its status callbacks tell that it arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors

_ACCOUNT, _TOKEN = "AC6e6f726469634f7574646f6f72000001", "twilio-nordicOutdoor-4c7d"
_TYPE, _NUMBER, _OFF = "Texted", "SMS-1001", "SMS-1002"
_PHONE, _PHONE_OFF = "+4790000001", "+4790000403"
_TEXT = "Hello {customer.first_name}, we have your order {number}. Nordic Outdoor"


class Texted(Flow):
    title = "Twilio: a text message arrives, another does not"
    secrets = (_TOKEN,)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        how = {"username": _ACCOUNT, "password": _TOKEN, "host": at_vendor("twilio")}
        properties = {"Sender": "Nordic", "CallingCode": "47"}
        return {"twilio": {"type": "twilio", "is_test": False, "properties": properties, **how}}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        step = Step("Notification", "Twilio", properties={"Channel": "SMS", "Text": _TEXT})
        return {_TYPE: (Status("New", (), (step,)),)}

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        """Every callback is sent twice, as Twilio may."""
        vendors.tell("twilio/account", {"sid": _ACCOUNT, "token": _TOKEN})
        vendors.tell("twilio/callbacks", {"repeats": 1})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        for number, phone in ((_NUMBER, _PHONE), (_OFF, _PHONE_OFF)):
            merchant.place(_order(number, phone))
            merchant.settled(number)
            yield from merchant.failures(number)
            sent = vendors.look(f"_/twilio/messages?to=%2B{phone[1:]}")["messages"]
            if [number in message["body"] for message in sent] != [True]:
                yield f"{number} was not told exactly once"
        if not merchant.comes_true(lambda: merchant.read(f"orders/{_OFF}/errors/")):
            yield f"nobody learnt that the message about {_OFF} did not arrive"
        if merchant.read(f"orders/{_NUMBER}/errors/"):
            yield f"the message about {_NUMBER} did arrive"
        told = vendors.look("_/twilio/deliveries")["deliveries"]
        if {item["status"] for item in told} != {200}:
            yield "a status callback of Twilio was not taken"


def _order(number: str, phone: str) -> dict[str, Any]:
    person = {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": "0155",
        "city": "Oslo",
        "country": "NO",
        "phone": phone,
    }
    return {
        "number": number,
        "market": "NOR",
        "order_type": _TYPE,
        "customer": {"email": "kari@buyer.example", "first_name": "Kari", "last_name": "Nordmann"},
        "billing": person,
        "shipping": person,
        "lines": [{"sku": "MUG-1", "name": "Mug", "quantity": "1", "unit_price": "149.00"}],
    }
