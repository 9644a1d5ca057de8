"""Customers, numbered by hand or from the number series."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.dynamics365.company import Company, Json, checked
from connectors.sandbox.dynamics365.errors import BcError, dialog

_FIELDS = {
    "number": 20,
    "displayName": 100,
    "type": 10,
    "addressLine1": 100,
    "addressLine2": 50,
    "city": 30,
    "state": 30,
    "country": 10,
    "postalCode": 20,
    "phoneNumber": 30,
    "email": 80,
    "website": 80,
    "taxRegistrationNumber": 20,
    "currencyCode": 10,
    "paymentTermsId": 36,
    "paymentMethodId": 36,
    "taxAreaId": 36,
}


def create(company: Company, body: Any) -> Json:
    given = checked(body, "customer", _FIELDS, ("taxLiable",))
    if not given.get("displayName"):
        raise dialog('A "displayName" must be provided.')
    if given.get("type", "Company") not in {"Company", "Person"}:
        raise BcError("Application_EvaluateException", "The type cannot be evaluated into type Option.")
    number = _number(company, str(given.pop("number", "")))
    blank = dict.fromkeys(set(_FIELDS) - {"number", "paymentTermsId", "paymentMethodId", "taxAreaId"}, "")
    fields = {**blank, "type": "Company", **given, "number": number, "blocked": " "}
    customer = company.add(company.customers, "customer", **fields)
    company.note("create_customer", customer["email"] or number, number, customer)
    return customer


def _number(company: Company, given: str) -> str:
    if not given:
        return f"K{next(company.numbers)}"
    if not company.manual_numbers:
        raise dialog(
            "You may not enter numbers manually. If you want to enter numbers manually, please activate Manual Nos. in"
            " No. Series CUST."
        )
    if any(customer["number"] == given.upper() for customer in company.customers.values()):
        message = f"The Customer already exists. Identification fields and values: No.='{given.upper()}'"
        raise BcError("Internal_EntityWithSameKeyExists", message, 409)
    return given.upper()
