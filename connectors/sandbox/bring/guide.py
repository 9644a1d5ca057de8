"""Shipping Guide: prices and days of delivery. What does not fit gets an error of its own, in an answer of status 200."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from connectors.sandbox.bring.products import CURRENCIES, Product, product
from connectors.sandbox.core.wire import Response, json_response

Json = dict[str, Any]

_VAT = Decimal("0.25")
_AGREED = Decimal("0.8")
_LONGEST_CM = 240
_NEEDED = ("fromCountryCode", "fromPostalCode", "toCountryCode", "toPostalCode", "packages", "products")


def answer(asked: Json) -> Response:
    missing = [name for part in asked.get("consignments") or [{}] for name in _NEEDED if not part.get(name)]
    if missing:
        errors = [{"field": name, "message": f"{name} has to be given"} for name in missing]
        return json_response({"fieldErrors": errors}, 400)
    parts = [{"products": _products(part)} for part in asked["consignments"]]
    return json_response({"traceMessages": [], "consignments": parts, "uniqueId": str(uuid4())})


def _products(part: Json) -> list[Json]:
    """Products that do not go this way are not mentioned at all."""
    origin, target = part["fromCountryCode"].upper(), part["toCountryCode"].upper()
    known = [(wanted, product(str(wanted["id"]))) for wanted in part["products"]]
    return [
        _offer(wanted, found, part, CURRENCIES[origin])
        for wanted, found in known
        if found is None or found.serves(origin, target)
    ]


def _offer(wanted: Json, found: Product | None, part: Json, currency: str) -> Json:
    if found is None:
        return _unavailable(wanted, "PRODUCT_UNKNOWN", f"There is no product {wanted['id']}.")
    if not all(_fits(package, found) for package in part["packages"]):
        return _unavailable(wanted, "INVALID_MEASUREMENTS", f"A package is too large for {found.name}.")
    listed = sum(
        (found.price(int(package.get("grossWeight") or 0)) for package in part["packages"]), Decimal(0)
    )
    prices = {"listPrice": _price(listed, currency)}
    if wanted.get("customerNumber"):
        prices["netPrice"] = _price(listed * _AGREED, currency)
    return {
        "id": wanted["id"],
        "productionCode": found.code,
        "guiInformation": {
            "displayName": found.text,
            "productName": found.name,
            "descriptionText": found.text,
        },
        "price": prices,
        "expectedDelivery": _expected(found.days),
    }


def _unavailable(wanted: Json, code: str, text: str) -> Json:
    return {"id": wanted["id"], "errors": [{"code": code, "description": text}]}


def _fits(package: Json, found: Product) -> bool:
    sizes = [int(package.get(name) or 0) for name in ("length", "width", "height")]
    return int(package.get("grossWeight") or 0) <= found.heaviest and max(sizes) <= _LONGEST_CM


def _price(amount: Decimal, currency: str) -> Json:
    vat = (amount * _VAT).quantize(Decimal("0.01"))
    net = amount.quantize(Decimal("0.01"))
    told = {"amountWithoutVAT": str(net), "vat": str(vat), "amountWithVAT": str(net + vat)}
    return {
        "priceWithoutAdditionalServices": told,
        "priceWithAdditionalServices": told,
        "currencyCode": currency,
    }


def _expected(days: int) -> Json:
    day = after_working_days(datetime.now(UTC).date(), days)
    return {
        "workingDays": str(days),
        "userMessage": "",
        "formattedExpectedDeliveryDate": f"{day:%d.%m.%Y}",
        "expectedDeliveryDate": {"year": str(day.year), "month": str(day.month), "day": str(day.day)},
        "alternativeDeliveryDates": [],
    }


def after_working_days(start: date, days: int) -> date:
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
