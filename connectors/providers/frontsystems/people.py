"""Customers, in and out, and how Front Systems writes phone numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    BatchResult,
    CatalogPage,
    CustomerRecord,
    CustomerSink,
    CustomerSource,
    ItemResult,
    ItemState,
)
from connectors.contracts.common import Address
from connectors.errors import Rejected, RetryLater
from connectors.providers.frontsystems.api import FrontSystemsApi, Json, told, whole_number
from connectors.providers.frontsystems.cursor import Paging, moment

#: Dialling codes of the countries where Front Systems has shops; the longer ones first where one begins with another.
_CODES = (
    "+358",
    "+354",
    "+298",
    "+47",
    "+46",
    "+45",
    "+49",
    "+44",
    "+31",
    "+32",
    "+33",
    "+34",
    "+39",
    "+43",
    "+48",
)


class Customers(FrontSystemsApi, CustomerSource, CustomerSink):
    most_customers = 10

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        at = Paging.read(cursor)
        changed = at.changed
        if at.wanted is None:
            at = at.counted(self.count("/Customer/count", changed), self.count("/Customer/count", {}))
        items = self.rows("/Customer", {**changed, **at.asked})
        with reading("Front Systems' customers", RetryLater):
            found = tuple(
                sorted((_customer(item) for item in items if not item.get("isemployee")), key=_changed)
            )
            following = at.behind(told(item, "upt") or told(item, "ins") for item in items)
        return CatalogPage(
            items=found, cursor=following.text(), more=following.wanted is not None, total=at.wanted
        )

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        return BatchResult(items=tuple(self._export(customer) for customer in customers))

    def upsert(self, body: Json) -> int:
        """Front Systems finds a customer by its id, else ExtId, else phone, else e-mail. Raises ProviderError."""
        return whole_number(self.change("PUT", "/Customer", body), "customer")

    def _export(self, customer: CustomerRecord) -> ItemResult:
        key = customer.number or customer.email
        if customer.deleted:
            text = "Deleted customers stay in Front Systems; delete this one there"
            return ItemResult(key=key, state=ItemState.SKIPPED, message=text)
        known = self._known(customer)
        if known and known.get("isemployee"):
            text = f"{key} is a member of staff in Front Systems, whose data stay as they are"
            return ItemResult(key=key, state=ItemState.SKIPPED, message=text)
        body = _body(customer)
        if known:
            body["customerid"] = known["customerid"]
        try:
            return ItemResult(key=key, external_id=str(self.upsert(body)))
        except Rejected as error:
            return ItemResult(key=key, state=ItemState.FAILED, message=error.message)

    def _known(self, customer: CustomerRecord) -> Json | None:
        """The customer with our number, else the one with that e-mail address; searches find parts of it, too."""
        filters: list[tuple[str, str, dict[str, Any]]] = [
            ("extid", customer.number, {"customerExtIds": [customer.number]}),
            ("email", customer.email, {"emailContains": customer.email}),
        ]
        for name, wanted, asked in filters:
            items = self.rows("/Customer", {**asked, "pageSize": 100, "pageSkip": 0}) if wanted else []
            fits = [item for item in items if told(item, name).casefold() == wanted.casefold()]
            if fits:
                with reading("Front Systems' customers", RetryLater):
                    return min(fits, key=lambda item: int(item["customerid"]))
        return None


def phone_of(number: str) -> dict[str, str]:
    """A number in E.164 as prefix and rest; any other as it is."""
    code = next((code for code in _CODES if number.startswith(code)), "")
    found = {"phone": number.removeprefix(code), "phoneCountryPrefix": code}
    return {name: text for name, text in found.items() if text}


def _body(customer: CustomerRecord) -> dict[str, Any]:
    """Only what is told: an empty field never overwrites."""
    address = customer.address or Address()
    texts = {
        "extId": customer.number,
        "email": customer.email,
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "companyName": customer.company,
        "orgNum": customer.organisation_number,
        "address": ", ".join(filter(None, (address.line1, address.line2))),
        "postalCode": address.postal_code,
        "city": address.city,
        "countryCode": address.country,
        **phone_of(customer.phone),
    }
    consents = {
        "agreedSendEmail": customer.consents.get("email"),
        "agreedSendSms": customer.consents.get("sms"),
    }
    return {
        **{name: text for name, text in texts.items() if text},
        **{name: given for name, given in consents.items() if given is not None},
        **({"isCompany": True} if customer.company else {}),
        **customer.fields,
    }


def _customer(item: Json) -> CustomerRecord:
    phone = _phone(item)
    address = Address(
        name=" ".join(filter(None, (told(item, "firstname"), told(item, "lastname")))),
        company=told(item, "companyname"),
        line1=told(item, "address"),
        postal_code=told(item, "postalcode"),
        city=told(item, "city"),
        country=told(item, "countrycode").upper(),
        email=told(item, "email"),
        phone=phone,
    )
    when = told(item, "upt") or told(item, "ins")
    extra = ("tags", "gender", "cardno", "registeredstoreid", "bonusbalance", "langcode")
    return CustomerRecord(
        external_id=str(int(item["customerid"])),
        number=told(item, "extid"),
        email=told(item, "email"),
        phone=phone,
        first_name=told(item, "firstname"),
        last_name=told(item, "lastname"),
        company=told(item, "companyname"),
        organisation_number=told(item, "orgnum"),
        address=address if address.line1 or address.city else None,
        consents={"email": item.get("agreedsendemail"), "sms": item.get("agreedsendsms")},
        deleted=bool(item.get("deleted")),
        modified_at=moment(when) if when else None,
        fields={name: item[name] for name in extra if item.get(name) not in (None, "")},
    )


def _phone(item: Json) -> str:
    number, prefix = told(item, "phone"), told(item, "phonecountryprefix").lstrip("+").lstrip("0")
    return f"+{prefix}{number}" if number and prefix and not number.startswith("+") else number


def _changed(customer: CustomerRecord) -> float:
    return customer.modified_at.timestamp() if customer.modified_at else 0.0
