"""The club: a member buys with points in view, takes back an agreement, and returns what she bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.play import order_body
from config.demo.story import Story
from config.demo.vendors import Vendors
from connectors.models import Connector

_KEY, _SIGNING = "voyado-nordicOutdoor-3e7b52", "whsec_bm9yZGljLW91dGRvb3ItY2x1Yi1rZXktMDE="
_TYPE, _CRM = "Club", "Voyado"
_IN, _OUT = "Contacts of Voyado", "Customers to Voyado"
_STORY = Story(
    number="D-8001", title="a member buys", market="NOR", amount="990.00", order_type=_TYPE, path=()
)
_POINTS = 500
_CHART = (
    Status("New", ("Ship",), (Step("AuthorizePayment", stop_on_error=True),)),
    Status(
        "Ship",
        ("Returned",),
        (Step("CapturePayments", stop_on_error=True), Step("ExportReceipts", _CRM)),
    ),
    Status("Returned", (), (Step("RefundPayments"), Step("ExportReceipts", _CRM))),
)


class Voyado(Flow):
    title = "a member of the club buys and returns, and Voyado is told"
    secrets = (_KEY, _SIGNING)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            "voyado": {
                "type": "voyado",
                "connector_id": "club",
                "display_name": "Club",
                "host": at_vendor("voyado"),
                "bearer_token": _KEY,
                "properties": {
                    "StoreExternalId": "900",
                    "Source": "Hub",
                    "LevelField": "level",
                    "ConsentMapping": {"club": "clubTerms"},
                    "WebhookSecret": _SIGNING,
                },
            }
        }

    def charts(self) -> Mapping[str, Sequence[Status]]:
        return {_TYPE: _CHART}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        task(_IN, "ImportCustomers", found["voyado"])
        task(_OUT, "ExportCustomers", found["voyado"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        vendors.tell("voyado/settings", {"webhook": {"url": webhooks["voyado"], "secret": _SIGNING}})
        member = {
            "email": _STORY.email,
            "externalId": f"C-{_STORY.number}",
            "contactType": "Member",
            "level": "Gold",
            "points": _POINTS,
            "preferences": {"acceptsEmail": True},
        }
        vendors.tell("voyado/contacts", member)
        vendors.tell("voyado/promotions", {"email": _STORY.email, "name": "Tents", "percent": 15})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        yield from merchant.task_went_well(_IN)
        yield from self._points(merchant, _POINTS)
        merchant.place(order_body(_STORY))
        merchant.settled(_STORY.number)
        yield from self._opted_out(merchant, vendors)
        for status, points in (("Ship", _POINTS + 990), ("Returned", _POINTS)):
            merchant.move(_STORY.number, status)
            merchant.settled(_STORY.number)
            yield from self._points(merchant, points)
        yield from merchant.failures(_STORY.number)
        yield from merchant.task_went_well(_OUT)
        totals = [row["totalGrossPrice"] for row in vendors.look("_/voyado/receipts")["receipts"]]
        if totals != [990, -990]:
            yield f"Voyado has receipts of {totals} for {_STORY.number}"

    def _points(self, merchant: Merchant, wanted: int) -> Iterator[str]:
        """What checkout tells of the member."""
        question = {"market": _STORY.market, "customer": {"email": _STORY.email}}
        told = merchant.create("checkout/loyalty/", question)
        offers = [promotion["percent"] for promotion in told["promotions"]]
        if (told["points"], told["level"], offers) != (str(wanted), "Gold", ["15"]):
            yield f"checkout tells of {told['points']} points instead of {wanted}: {told['reason']}"

    def _opted_out(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        """Said in Engage, known here by a webhook."""
        told = {"email": _STORY.email, "preferences": {"acceptsEmail": False}}
        vendors.tell("voyado/contacts", told)

        def known() -> bool:
            customer = merchant.read(f"customers/C-{_STORY.number}/")
            return customer["properties"].get("Consents", {}).get("email") is False

        if not merchant.comes_true(known):
            yield f"nobody was told that {_STORY.email} wants no mail"
