"""PostNord at checkout: delivery dates, delivery options, service points."""

from __future__ import annotations

from connectors.contracts.shipping import DeliveryType
from connectors.errors import Misconfigured, Rejected
from connectors.providers.postnord.words import hours
from tests.contract.scenarios.shipping import query
from tests.providers.postnord_shapes import postnord, recorded, settings


def test_dates_of_some_products_are_better_than_none() -> None:
    arrives, refusal = (200, recorded("options")), (400, {"message": "Wrong"})
    some = postnord("options", query({"products": ("19", "17")}), refusal, arrives)
    assert [option.product for option in some.result] == ["17"]
    none = postnord("options", query({"products": ("19", "17")}), refusal)
    assert (type(none.error), none.error.message) == (Rejected, "PostNord answered: Wrong")
    assert type(postnord("options", query({}), arrives).error) is Misconfigured


def test_delivery_options_in_one_question() -> None:
    way = {"bookingInstructions": {"serviceCode": "17", "deliveryOptionId": "o-1"}}
    day = {
        "deliveryTime": {
            "date": {"earliest": "2026-11-24T08:00:00+01:00", "latest": "2026-11-25T12:00:00+01:00"}
        }
    }
    texts = {"descriptiveTexts": {"checkout": {"title": "Hjem til deg", "briefDescription": "På kvelden"}}}
    place = {"name": "Boks", "address": {"postCode": "5014"}, "distanceFromRecipientAddress": 413}
    place["openingHours"] = {"regular": {"monday": {"timeRanges": [{"from": "00:00", "to": "23:59"}]}}}
    codes = {"serviceCode": "19", "additionalServiceCodes": ["A7"], "servicePointId": "7"}
    answered = [
        {"type": "home", "defaultOption": {**way, **day, **texts}},
        {"type": "parcel-locker", "additionalOptions": [{"bookingInstructions": codes, "location": place}]},
        {"type": "pallet", "defaultOption": {"bookingInstructions": {"serviceCode": "52"}}},
        {"type": "mailbox"},
    ]
    answer = (200, {"warehouseToDeliveryOptions": [{"deliveryOptions": answered}]})
    asked = postnord("options", query({"products": ("17", "19")}), answer, **settings(CustomerKey="nord"))
    home, locker = asked.result
    assert (home.name, str(home.delivery), home.offer, home.type) == (
        "Hjem til deg",
        "2026-11-25",
        "o-1",
        DeliveryType.HOME,
    )
    assert (locker.services, locker.name, locker.type) == (("A7",), "19", DeliveryType.LOCKER)
    [point] = locker.pickup_points
    assert (point.id, point.distance, point.opening_hours) == ("7", 413, "Man 00:00-23:59")
    assert asked.bodies[0]["customer"] == {"customerKey": "nord"}


def test_service_points_of_some_types() -> None:
    answer = (200, recorded("pickup points"))
    asked = postnord(
        "pickup_points", query({"language": "sv"}), answer, **settings(ServicePointTypes="24, 25")
    )
    point, box = asked.result
    assert "typeId=24%2C25" in asked.sent[0][1]
    assert (point.opening_hours, point.distance) == ("Mån-Tis 08:00-21:00, Lör 09:00-18:00", 420)
    assert (point.type, box.type) == (DeliveryType.PICKUP_POINT, DeliveryType.LOCKER)
    assert (box.opening_hours, box.distance, box.latitude) == ("", None, None)
    wrapped = {"servicePointInformationResponse": recorded("book refused", 1)}
    error = postnord("pickup_points", query({}), (400, wrapped)).error
    assert error.message.startswith("PostNord answered: The service does not reach the recipient")


def test_opening_hours_in_the_shopper_s_language() -> None:
    rows = [("MONDAY", "08:00:00", "20:00"), ("TUESDAY", "08:00", "20:00"), ("SUNDAY", "12:00", "15:00")]
    rows += [("HOLIDAY", "10:00", "12:00"), ("SATURDAY", "", "")]
    told = {tag: hours(rows, tag) for tag in ("en-GB", "nb-NO", "fi", "de", "")}
    assert told["nb-NO"] == "Man-Tir 08:00-20:00, Søn 12:00-15:00"
    assert told["fi"] == "Ma-Ti 08:00-20:00, Su 12:00-15:00"
    assert told["en-GB"] == told["de"] == told[""] == "Mon-Tue 08:00-20:00, Sun 12:00-15:00"
