"""A dashboard of the merchant's that follows what happens to orders, and parcels that are asked about by a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.demo.flows.base import Flow, task
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector

_NAME, _TASK = "Dashboard", "Parcels under way"


class Followers(Flow):
    title = "events are followed, parcels are asked about"

    def set_up(self, found: Mapping[str, Connector]) -> None:
        task(_TASK, "PollTracking", found["postnord"])

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        wanted = {
            "name": _NAME,
            "url": f"{vendors.url}/webhook/dashboard/events",
            "statuses": ["Returned", "OrderCanceled"],
        }
        made = merchant.create("event-subscriptions/", wanted)
        vendors.tell("webhook/secrets", {"name": "dashboard", "secrets": [made["secret"]]})
        merchant.create(f"event-subscriptions/{made['id']}/test/", {})
        if not merchant.comes_true(lambda: vendors.look("webhook/dashboard/events")["items"]):
            yield f"{_NAME} was told of nothing"
        yield from merchant.task_went_well(_TASK)
