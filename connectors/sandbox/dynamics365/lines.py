"""The lines of sales orders and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.sandbox.dynamics365.company import NO_ID, Company, Json, checked, item_of
from connectors.sandbox.dynamics365.errors import BcError, dialog

_CENT = Decimal("0.01")
_LINE = {"lineType": 20, "lineObjectNumber": 20, "description": 100, "itemId": 36, "unitOfMeasureCode": 10}
_NUMBERS = ("sequence", "quantity", "unitPrice", "discountAmount")
_LINE_TYPES = {"Comment", "Account", "Item", "Resource", "Fixed Asset", "Charge"}


def insert(company: Company, order: Json, body: Any) -> Json:
    given = checked(body, "salesOrderLine", _LINE, _NUMBERS)
    taken = [line["sequence"] for line in order["lines"]]
    if given.get("sequence") in taken:
        raise dialog("You cannot insert a line because a line already exists.")
    if given.get("lineType") not in _LINE_TYPES:
        raise BcError("Application_EvaluateException", "The line type cannot be evaluated into type Option.")
    line = {
        "sequence": max(taken, default=0) + 10_000,
        "description": "",
        "quantity": Decimal(0),
        "unitPrice": Decimal(0),
        "discountAmount": Decimal(0),
        "shippedQuantity": Decimal(0),
        **given,
        "taxPercent": _tax_percent(company, given),
    }
    order["lines"].append(line)
    order["lines"].sort(key=lambda one: one["sequence"])
    return line


def _tax_percent(company: Company, line: Json) -> Decimal:
    number = line.get("lineObjectNumber", "")
    if line["lineType"] == "Item":
        item = item_of(company, number)
        if item is None:
            raise dialog("Item does not exist.")
        return Decimal(item["taxPercent"])
    if line["lineType"] == "Account" and number not in company.accounts:
        raise dialog("Account does not exist.")
    return Decimal(25)


def totals(document: Mapping[str, Any]) -> Json:
    lines = [line_shown(document, line) for line in document["lines"]]
    excluding = sum((line["amountExcludingTax"] for line in lines), Decimal(0))
    including = sum((line["amountIncludingTax"] for line in lines), Decimal(0))
    return {
        "totalAmountExcludingTax": excluding,
        "totalTaxAmount": including - excluding,
        "totalAmountIncludingTax": including,
    }


def line_shown(order: Mapping[str, Any], line: Mapping[str, Any]) -> Json:
    amount = (line["quantity"] * line["unitPrice"]).quantize(_CENT, ROUND_HALF_UP) - line["discountAmount"]
    factor = 1 + line["taxPercent"] / 100
    including = amount if order["pricesIncludeTax"] else (amount * factor).quantize(_CENT, ROUND_HALF_UP)
    excluding = (amount / factor).quantize(_CENT, ROUND_HALF_UP) if order["pricesIncludeTax"] else amount
    return {
        "@odata.etag": f'W/"{order["number"]}-{line["sequence"]}"',
        "documentId": order.get("id", NO_ID),
        **line,
        "amountExcludingTax": excluding,
        "totalTaxAmount": including - excluding,
        "amountIncludingTax": including,
    }
