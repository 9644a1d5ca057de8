"""Bring: tracking, finding a booking again, and labels."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contracts.shipping import TrackingRegistration, TrackingState
from connectors.errors import ProviderError, Rejected, RetryLater, Unknown
from tests.contract.scenarios.shipping import booking
from tests.providers.asking import Asked, Says
from tests.providers.bring_shapes import bring, consignment, recorded, scan, tracked


class TestTracking:
    def test_events_are_the_same_at_every_look(self) -> None:
        newest, older = (
            scan("DELIVERED", "2026-11-24T16:40:05+01:00"),
            scan("IN_TRANSIT", "2026-11-24T08:00:00+01:00"),
        )
        package = recorded("track")["consignmentSet"][0]["packageSet"][0]
        texts = ("Utlevert", "Delivered")
        looks = [
            bring(
                "track",
                ("1",),
                tracked(
                    consignment(
                        packageSet=[{**package, "eventSet": [{**newest, "description": text}, older]}]
                    )
                ),
            )
            for text in texts
        ]
        first, second = ([event.id for event in look.result] for look in looks)
        assert first == second
        assert len(set(first)) == 2
        utc = scan("DELIVERED", "2026-11-24T15:40:05Z")
        [event] = bring(
            "track", ("1",), tracked(consignment(packageSet=[{**package, "eventSet": [utc]}]))
        ).result
        assert event.id == first[-1]

    def test_a_consignment_and_its_package_give_each_event_once(self) -> None:
        answer = (200, recorded("track"))
        asked = bring("track", ("70724760000512348", "370724760000512342", "70724760000512348"), answer)
        assert len(asked.sent) == 2
        assert len(asked.result) == 4

    def test_at_the_same_second_the_newest_is_last(self) -> None:
        at = "2026-11-24T16:40:05+01:00"
        package = {
            "packageNumber": "1",
            "eventSet": [scan("DELIVERED", at), scan("TRANSPORT_TO_RECIPIENT", at)],
        }
        events = bring("track", ("1",), tracked(consignment(packageSet=[package]))).result
        assert [event.state for event in events] == [TrackingState.OUT_FOR_DELIVERY, TrackingState.DELIVERED]

    def test_nulls(self) -> None:
        bare = {
            "status": None,
            "dateIso": "2026-11-24T16:40:05+01:00",
            "description": None,
            "city": None,
            "unitId": None,
        }
        package = {"packageNumber": None, "eventSet": [bare, {"status": "DELIVERED", "dateIso": None}]}
        [event] = bring(
            "track", ("1",), tracked(consignment(packageSet=[package]), consignment(packageSet=None))
        ).result
        assert (event.parcel, event.state, event.raw_state) == (
            "70724760000512348",
            TrackingState.UNKNOWN,
            "UNKNOWN",
        )

    @pytest.mark.parametrize("word", ["NOTIFICATION_SENT", "UNKNOWN", "delivered", "DELIVERED_TO_MARS"])
    def test_other_words_change_nothing(self, word: str) -> None:
        package = {"packageNumber": "1", "eventSet": [scan(word, "2026-11-24T16:40:05+01:00")]}
        [event] = bring("track", ("1",), tracked(consignment(packageSet=[package]))).result
        assert (event.state, event.raw_state) == (TrackingState.UNKNOWN, word)

    @pytest.mark.parametrize("wrapped", [True, False])
    @pytest.mark.parametrize(
        ("code", "kind"),
        [(500, RetryLater), (503, RetryLater), (429, RetryLater), (700, RetryLater), (400, Rejected)],
    )
    def test_failures_of_status_200(self, code: int, kind: type[ProviderError], wrapped: bool) -> None:
        body = {"consignmentSet": [{"error": {"code": code, "message": "Come back later"}}]}
        asked = bring("track", ("1",), (200, {"shipments": [body]} if wrapped else body))
        assert type(asked.error) is kind
        assert asked.error.message == f"Bring answered: Come back later ({code})"

    @pytest.mark.parametrize("status", [200, 404])
    def test_nothing_found_is_no_event(self, status: int) -> None:
        nothing = recorded("booking not found")
        assert bring("track", ("1", "2"), (status, nothing), (200, recorded("track"))).result != []
        assert bring("track", ("1",), (status, nothing)).result == []

    def test_a_page_that_is_missing_is_not_a_shipment_that_is_missing(self) -> None:
        for body in (b"<html>Not found</html>", b"Not found", b"", {"message": "no route"}):
            for operation, request in (("track", ("1",)), ("find", booking({}))):
                assert isinstance(bring(operation, request, (404, body)).error, Rejected)


class TestFinding:
    def find(self, *consignments: Any, **changes: Any) -> Asked:
        return bring("find", booking(changes), tracked(*consignments))

    def test_by_the_senders_reference_without_case(self) -> None:
        asked = self.find(consignment(senderReference="ORDER-7 "), reference="order-7")
        assert asked.result.consignment == "70724760000512348"
        assert asked.sent == [("GET", "/tracking/api/v2/tracking.json?q=order-7&lang=en")]

    def test_by_the_recipient_where_the_reference_is_not_told(self) -> None:
        assert self.find(consignment(senderReference=None)).result.consignment

    def test_somebody_elses_shipment_is_none(self) -> None:
        assert self.find(consignment(senderReference="100234-11")).result is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"recipientAddress": {"postalCode": "9999"}},
            {"senderReference": None, "recipientAddress": {"postalCode": "9999"}},
            {"senderReference": None, "recipientAddress": None},
        ],
    )
    def test_what_may_be_ours_is_neither_taken_nor_passed_over(self, changes: Any) -> None:
        asked = self.find(consignment(**changes))
        assert isinstance(asked.error, Unknown)
        assert "70724760000512348" in asked.error.message

    def test_several_are_not_chosen_from(self) -> None:
        asked = self.find(consignment(), consignment(consignmentId="70724760000599999"))
        assert isinstance(asked.error, Unknown)
        assert "70724760000599999" in asked.error.message

    def test_its_label_is_to_be_had_in_mybring_only(self) -> None:
        asked = bring("fetch_label", booking({"consignment": "70724760000512348"}))
        assert isinstance(asked.error, Rejected)
        assert "Mybring" in asked.error.message
        assert asked.sent == []


def label(*answers: Any, **options: Any) -> Asked:
    given = booking({"label_url": options.pop("url", "/labels/id/1.pdf")})
    return bring("fetch_label", given, *answers, **options)


def test_a_label_that_is_no_pdf() -> None:
    assert isinstance(label((200, b"<html>Please log in</html>")).error, RetryLater)
    assert isinstance(label((404, {})).error, Rejected)


def test_a_label_elsewhere_is_fetched_without_credentials() -> None:
    with Says((200, b"%PDF-1.7")) as storage:
        asked = label(url=f"{storage.url}/1.pdf", reachable=[storage.port])
        assert asked.result.content == b"%PDF-1.7"
    assert "x-mybring-api-key" not in storage.requests[0].headers


class TestRegistering:
    """Event Cast changes no registration, and takes no second one."""

    TAKEN = (409, {"status": "409", "reason": "There is one"})
    MADE = recorded("register tracking")

    def register(self, *answers: Any, renews: str = "") -> Asked:
        registration = TrackingRegistration(
            reference="r", consignment=self.MADE["trackingId"], numbers=(), renews=renews
        )
        return bring("register_tracking", registration, *answers, public_url="https://hub.example/w/1/")

    def listed(self, push_id: str) -> tuple[int, Any]:
        ours = {"configuration": {"url": "https://hub.example/w/1/"}, "id": push_id}
        return 200, [{**self.MADE, "id": "of others"}, {**self.MADE, **ours}]

    @pytest.mark.parametrize("removed", [(204, None), (404, {"reason": "none"})])
    def test_what_is_renewed_makes_room(self, removed: tuple[int, Any]) -> None:
        asked = self.register(self.TAKEN, self.listed("old"), removed, (201, self.MADE), renews="old")
        assert asked.result.id == self.MADE["id"]
        assert [method for method, _ in asked.sent] == ["POST", "GET", "DELETE", "POST"]
        assert asked.sent[2][1].endswith("/webhooks/old")

    @pytest.mark.parametrize("renews", ["", "old"])
    def test_one_that_was_made_by_an_earlier_try_is_taken(self, renews: str) -> None:
        asked = self.register(self.TAKEN, self.listed("new"), renews=renews)
        assert (asked.result.id, asked.result.expires_at.year) == ("new", 2026)

    def test_when_it_lapses_is_looked_at_again_where_it_is_not_listed(self) -> None:
        assert self.register(self.TAKEN, (200, [])).result.id == self.MADE["trackingId"]

    def test_what_cannot_be_renewed_is_told(self) -> None:
        asked = self.register(self.TAKEN, (200, []), (204, None), self.TAKEN, renews="old")
        assert isinstance(asked.error, Rejected)
