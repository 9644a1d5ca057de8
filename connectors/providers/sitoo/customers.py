"""Customers, whom Sitoo calls users, in and out. They are found by e-mail address; staff are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
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
from connectors.errors import RetryLater
from connectors.providers.sitoo.api import Json, SitooApi, refusal
from connectors.providers.sitoo.changes import Since

PAGE = 100
_READ = (
    "userid,email,namefirst,namelast,externalid,company,companyid,address,address2,zip,city,state,countryid,phone,mobile"
    ",customernumber,datemodified,role"
)


class Customers(SitooApi, CustomerSource, CustomerSink):
    most_customers = 10

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        """Sitoo cannot be asked for changes only, so the list is read whole, and those changed since are handed on."""
        at = Since.read(cursor)
        items, total = self.page(f"{self.site}/users.json", start=at.start, num=PAGE, fields=_READ)
        with reading("Sitoo's customers", RetryLater):
            news = [item for item in items if _is_customer(item) and _changed(item) >= at.since]
            found = tuple(_customer(item) for item in sorted(news, key=_changed))
            following = at.behind(map(_changed, items), total)
        return CatalogPage(items=found, cursor=following.text(), more=following.start > 0, total=total)

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        results, fresh, changed = [], [], []
        for customer in customers:
            known = self._user_of(customer.email) if customer.email else None
            settled = _settled(customer, known)
            if settled:
                results.append(settled)
            elif known is None:
                fresh.append((customer, _body(customer)))
            else:
                changed.append((customer, {"userid": known["userid"], **_body(customer)}))
        return BatchResult(
            items=(*results, *self._written_users("POST", fresh), *self._written_users("PUT", changed))
        )

    def _user_of(self, email: str) -> Json | None:
        items, _ = self.page(f"{self.site}/users.json", email=email, fields="userid,email,role")
        with reading("Sitoo's customers", RetryLater):
            return next((item for item in items if str(item["email"]).casefold() == email.casefold()), None)

    def _written_users(self, method: str, wanted: Sequence[tuple[CustomerRecord, Json]]) -> list[ItemResult]:
        if not wanted:
            return []
        answers = self.batch(method, f"{self.site}/users.json", [body for _, body in wanted])
        return [
            _result(customer, body, answer) for (customer, body), answer in zip(wanted, answers, strict=True)
        ]


def _key(customer: CustomerRecord) -> str:
    return customer.number or customer.email


def _settled(customer: CustomerRecord, known: Json | None) -> ItemResult | None:
    """What is decided without asking Sitoo to write anything."""
    if not customer.email:
        text = "Sitoo needs an e-mail address of every customer; this one has none"
        return ItemResult(key=_key(customer), state=ItemState.SKIPPED, message=text)
    if customer.deleted:
        text = "Deleted customers stay in Sitoo; delete this one there"
        return ItemResult(key=_key(customer), state=ItemState.SKIPPED, message=text)
    if known is not None and not _is_customer(known):
        text = f"{customer.email} is a member of staff in Sitoo, whose data stay as they are"
        return ItemResult(key=_key(customer), state=ItemState.SKIPPED, message=text)
    return None


def _result(customer: CustomerRecord, body: Json, answer: Json) -> ItemResult:
    told = refusal(answer)
    if told:
        return ItemResult(key=_key(customer), state=ItemState.FAILED, message=told)
    made = answer.get("return")
    number = body.get("userid") or (made if isinstance(made, str) else "")
    return ItemResult(key=_key(customer), external_id=str(number))


def _body(customer: CustomerRecord) -> dict[str, Any]:
    """Only what is told: an empty field never overwrites."""
    address = customer.address or Address()
    told = {
        "email": customer.email,
        "namefirst": customer.first_name,
        "namelast": customer.last_name,
        "company": customer.company,
        "companyid": customer.organisation_number,
        "mobile": customer.phone,
        "customernumber": customer.number,
        "address": address.line1,
        "address2": address.line2,
        "zip": address.postal_code,
        "city": address.city,
        "state": address.region,
        "countryid": address.country,
    }
    return {**{name: text for name, text in told.items() if text}, **customer.fields}


def _customer(item: Json) -> CustomerRecord:
    def told(name: str) -> str:
        return str(item.get(name) or "")

    phone = told("mobile") or told("phone")
    address = Address(
        name=" ".join(filter(None, (told("namefirst"), told("namelast")))),
        company=told("company"),
        line1=told("address"),
        line2=told("address2"),
        postal_code=told("zip"),
        city=told("city"),
        region=told("state"),
        country=told("countryid").upper(),
        email=told("email"),
        phone=phone,
    )
    return CustomerRecord(
        external_id=str(item["userid"]),
        number=told("customernumber"),
        email=told("email"),
        phone=phone,
        first_name=told("namefirst"),
        last_name=told("namelast"),
        company=told("company"),
        organisation_number=told("companyid"),
        address=address if address.line1 or address.city else None,
        modified_at=datetime.fromtimestamp(_changed(item), UTC) if _changed(item) else None,
        fields={name: item[name] for name in ("externalid", "phone") if item.get(name)},
    )


def _changed(item: Json) -> int:
    return int(item.get("datemodified") or 0)


def _is_customer(item: Json) -> bool:
    return item.get("role") is None
