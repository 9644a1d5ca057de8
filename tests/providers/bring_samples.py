"""What Bring's published samples have to come to."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.client.answer import HttpAnswer
from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Parcel, ShippingQuery, TrackingState
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.bring import Bring
from connectors.providers.bring.answers import booked
from connectors.providers.bring.bodies import booking_body, guide_body
from tenants.money import Money
from tests.contract.scenarios.shipping import booking, query
from tests.providers.asking import ask

Samples = dict[str, Any]

LEFT_OUT = {
    "webhook.callback request to us": "callbacks carry no signature, so the hub asks Tracking instead of believing them",
}


def result_of(operation: str, request: Any, answer: Any) -> Any:
    asked = ask("bring", operation, request, (200, answer))
    assert asked.outcome.ending is Ending.SUCCEEDED, asked.outcome.message
    return asked.result


def address(party: dict[str, Any]) -> Address:
    return Address(
        name=party["contact"]["name"],
        company=party["name"],
        line1=party["addressLine"],
        line2=party["addressLine2"] or "",
        postal_code=party["postalCode"],
        city=party["city"],
        country=party["countryCode"],
        email=party["contact"]["email"],
        phone=party["contact"]["phoneNumber"],
    )


def fits(ours: Any, theirs: Any, place: str = "") -> None:
    """Everything that we send is in the sample too, and the same."""
    if isinstance(ours, dict):
        for name, value in ours.items():
            assert name in theirs, f"{place}.{name}"
            fits(value, theirs[name], f"{place}.{name}")
    elif isinstance(ours, list):
        for index, (value, other) in enumerate(zip(ours, theirs, strict=True)):
            fits(value, other, f"{place}[{index}]")
    else:
        assert str(ours) == str(theirs), place


def book_request(data: dict[str, Any], samples: Samples) -> None:
    [sample] = data["consignments"]
    [package], parties, product = sample["packages"], sample["parties"], sample["product"]
    services = product.get("additionalServices") or []
    size = {name: package["dimensions"][f"{name}InCm"] * 10 for name in ("length", "width", "height")}
    weight = round(package["weightInKg"] * 1000)
    parcel = Parcel(
        reference=package["correlationId"], weight=weight, description=package["goodsDescription"], **size
    )
    ours = Booking(
        reference=parties["sender"]["reference"],
        order_number=parties["recipient"]["reference"],
        product=product["id"],
        sender=address(parties["sender"]),
        recipient=address(parties["recipient"]),
        parcels=(parcel,),
        services=tuple(item["id"] for item in services),
        pickup_point=(parties["pickupPoint"] or {}).get("id", ""),
    )
    sent = booking_body(ours, product["customerNumber"], data["testIndicator"], 0)
    [consignment] = sent["consignments"]
    for service, theirs in zip(consignment["product"]["additionalServices"], services, strict=True):
        assert set(service) == set(theirs)
    reached = [{name: item[name] for name in item} for item in services]
    product = {**consignment["product"], "additionalServices": reached}
    told = {"shippingDateTime": sample["shippingDateTime"], "correlationId": sample["correlationId"]}
    fits({**sent, "consignments": [{**consignment, **told, "product": product}]}, _with(data, reached))


def _with(data: dict[str, Any], services: list[Any]) -> dict[str, Any]:
    [sample] = data["consignments"]
    return {
        **data,
        "consignments": [{**sample, "product": {**sample["product"], "additionalServices": services}}],
    }


def book_response(data: dict[str, Any], samples: Samples) -> None:
    confirmation = data["consignments"][0]["confirmation"]
    [package], links = confirmation["packages"], confirmation["links"]
    parcel = Parcel(reference=package["correlationId"], weight=1100)
    result = result_of("book", booking({"parcels": (parcel,)}), data)
    assert result.consignment == confirmation["consignmentNumber"]
    assert [(item.reference, item.number) for item in result.parcels] == [
        (package["correlationId"], package["packageNumber"])
    ]
    assert (result.label_url, result.tracking_url) == (links["labels"], links["tracking"])
    assert result.delivery.tzinfo is UTC
    assert round(result.delivery.timestamp() * 1000) == confirmation["dateAndTimes"]["expectedDelivery"]


def customers(data: dict[str, Any], samples: Samples) -> None:
    """What the check request is answered with."""
    assert Bring.check == ("GET", "/booking/api/customers")
    answer = HttpAnswer(200, {}, json.dumps(data).encode())
    assert Bring(None, None).classify(answer, False) is None  # type: ignore[arg-type]


def errors(data: dict[str, Any], samples: Samples) -> None:
    """Each code is a refusal, unless it is about the account or Bring's own trouble."""
    for item in data["errorTypes"]:
        error = {"code": item["code"], "messages": [{"lang": "en", "message": item["message"]}]}
        answer = {"consignments": [{"confirmation": None, "errors": [error]}]}
        with pytest.raises(ProviderError) as found:
            booked(answer, booking({}))
        failed = Bring(None, None).classify(HttpAnswer(400, {}, json.dumps(answer).encode()), True)  # type: ignore[arg-type]
        kinds = (Unknown,) if "INTERNAL" in item["code"] else (Rejected, Misconfigured)
        for told in (found.value, failed):
            assert isinstance(told, kinds), item
            assert (told.code, item["message"][:400] in told.message) == (item["code"], True)


def rates_request(data: dict[str, Any], samples: Samples) -> None:
    [sample] = data["consignments"]
    [package] = sample["packages"]
    asked = ShippingQuery(
        sender=Address(country=sample["fromCountryCode"], postal_code=sample["fromPostalCode"]),
        recipient=Address(country=sample["toCountryCode"], postal_code=sample["toPostalCode"]),
        parcels=(
            Parcel(
                reference="1",
                weight=package["grossWeight"],
                **{name: package[name] * 10 for name in ("length", "width", "height")},
            ),
        ),
        products=tuple(item["id"] for item in sample["products"]),
    )
    sent = guide_body(asked, sample["products"][0]["customerNumber"])
    [consignment] = sent["consignments"]
    del consignment["addressLine"], sent["language"]
    fits({**sent, "withGuiInformation": data["withGuiInformation"]}, data)


def rates_response(data: dict[str, Any], samples: Samples) -> None:
    [sample] = data["consignments"][0]["products"]
    [option] = result_of("options", query({"products": (sample["id"],)}), data)
    price, expected = sample["price"]["netPrice"], sample["expectedDelivery"]
    told = price["priceWithAdditionalServices"]["amountWithVAT"]
    assert (option.product, option.name) == (sample["id"], sample["id"])
    assert option.price == Money.of(told, price["currencyCode"])
    assert f"{option.delivery:%d.%m.%Y}" == expected["formattedExpectedDeliveryDate"]
    assert option.working_days == int(expected["workingDays"])


def tracking(data: dict[str, Any], samples: Samples) -> None:
    [consignment] = data["consignmentSet"]
    [package] = consignment["packageSet"]
    events = result_of("track", ("SHIPMENTNUMBER",), data)
    assert [event.raw_state for event in events] == [item["status"] for item in reversed(package["eventSet"])]
    assert events == sorted(events, key=lambda event: event.occurred_at)
    assert {event.parcel for event in events} == {package["packageNumber"]}
    assert TrackingState.UNKNOWN not in {event.state for event in events}


def delivered(data: dict[str, Any], samples: Samples) -> None:
    tracking(data, samples)
    assert result_of("track", ("SHIPMENTNUMBER",), data)[-1].state is TrackingState.DELIVERED


def ready(data: dict[str, Any], samples: Samples) -> None:
    tracking(data, samples)
    assert result_of("track", ("SHIPMENTNUMBER",), data)[-1].state is TrackingState.READY_FOR_PICKUP


def not_found(data: dict[str, Any], samples: Samples) -> None:
    assert result_of("track", ("1",), data) == []
    assert result_of("find", booking({}), data) is None
    for code, kind in ((503, RetryLater), (500, RetryLater), (400, Rejected)):
        busy = {**data, "consignmentSet": [{"error": {"code": code, "message": "Not now"}}]}
        assert type(ask("bring", "track", ("1",), (200, busy)).error) is kind


def pickup_point(data: dict[str, Any], samples: Samples) -> None:
    [sample] = data["pickupPoint"]
    [point] = result_of("pickup_points", query({"language": "en"}), data)
    assert (point.id, point.name, point.opening_hours) == (
        sample["id"],
        sample["name"],
        sample["openingHoursEnglish"],
    )
    assert (point.address.line1, point.address.postal_code) == (
        sample["visitingAddress"],
        sample["visitingPostalCode"],
    )
    assert point.distance is None
    assert point.latitude is not None
    assert round(point.latitude, 3) == round(sample["latitude"], 3)


READERS = {
    "book request": book_request,
    "book response": book_response,
    "book.pickup_point request": book_request,
    "customers response": customers,
    "errors reference": errors,
    "rates request": rates_request,
    "rates response": rates_response,
    "tracking.delivered response": delivered,
    "tracking.ready_for_pickup response": ready,
    "tracking.not_found response": not_found,
    "pickup_point.by_id response": pickup_point,
}
