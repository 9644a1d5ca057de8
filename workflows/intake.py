"""Judges the document of a new order before anything is written, and tells at once all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from connectors.contracts.common import Address
from connectors.runtime import TenantRuntime, runtime
from tenants.countries import COUNTRIES
from tenants.models import Market, Store
from tenants.money import Money, MoneyError, exponent
from tenants.scoping import ScopeError, current_tenant_id
from workflows import lookups
from workflows.chart import Chart, Status, UnknownOrderType, UnknownStatus, chart_of, default_chart
from workflows.lines import Line, Totals, read_lines, read_totals
from workflows.models import Customer
from workflows.problems import FieldErrors, InvalidData
from workflows.reading import YEARS, Reader, refuse_unstorable

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NAME_LIMIT = 80
_ADDRESS_LIMITS = {"postal_code": 20, "country": 2, "phone": 40, "email": 254}
_CUSTOMER_LIMITS = {
    "number": 64,
    "email": 254,
    "phone": 40,
    "first_name": 100,
    "last_name": 100,
    "company": 200,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """A new order that may be saved. `number` is empty when one is to be generated."""

    tenant_id: int
    runtime: TenantRuntime
    chart: Chart
    status: Status
    number: str
    market: Market
    store: Store | None
    customer: Customer | None
    customer_data: Mapping[str, str]
    currency: str
    lines: tuple[Line, ...]
    totals: Totals
    billing: Mapping[str, str]
    shipping: Mapping[str, str]
    tags: list[str]
    properties: Mapping[str, Any]
    external_ids: Mapping[str, str]
    placed_at: datetime

    @property
    def total(self) -> Money:
        return Money(self.totals.total, self.currency)


def read_order(data: Mapping[str, Any], errors: FieldErrors) -> OrderDraft | None:
    """The draft of what can be read, for the tenant in scope; None when that is too little to judge the rest.

    Whoever saves looks at `errors` first.
    """
    refuse_unstorable(data, errors)
    if errors:
        return None
    return _Intake(Reader(data, errors)).draft()


class _Intake:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.errors = reader.errors
        self.tenant_id = _tenant_id()
        self.runtime = runtime(self.tenant_id)

    def draft(self) -> OrderDraft | None:
        """Reads every field before it gives up, so that nothing that is wrong stays unsaid."""
        reader = self.reader
        chart, market, store = self._chart(), self._market(), self._store()
        status = self._status(chart) if chart else None
        currency = self._currency(market)
        lines = read_lines(reader, currency) if currency else ()
        totals = read_totals(reader, currency, lines) if currency and not self.errors else None
        number, placed_at = self._number(), self._placed_at()
        tags, properties = reader.texts("tags", 100), reader.properties("properties")
        external_ids = reader.named_texts("external_ids", 200)
        billing, shipping = self._addresses()
        customer, customer_data = self._customer()
        if chart is None or status is None or market is None or totals is None:
            return None
        return OrderDraft(
            tenant_id=self.tenant_id,
            runtime=self.runtime,
            chart=chart,
            status=status,
            number=number,
            market=market,
            store=store,
            customer=customer,
            customer_data=customer_data,
            currency=currency,
            lines=lines,
            totals=totals,
            billing=billing,
            shipping=shipping,
            tags=tags,
            properties=properties,
            external_ids=external_ids,
            placed_at=placed_at,
        )

    def _number(self) -> str:
        number = self.reader.text("number", 64)
        if number and not _NUMBER.fullmatch(number):
            self.errors.add(
                "number",
                "This is not usable; send letters, digits, dots, dashes or underscores, such as WEB-1.",
            )
        return number

    def _chart(self) -> Chart | None:
        name = self.reader.text("order_type", _NAME_LIMIT)
        with self.errors.catch("order_type", UnknownOrderType):
            return chart_of(self.runtime, name, retired=False) if name else default_chart(self.runtime)
        return None

    def _status(self, chart: Chart) -> Status | None:
        name = self.reader.text("status", _NAME_LIMIT)
        with self.errors.catch("status", UnknownStatus):
            found = chart.status(name) if name else chart.first
            if not found.active:
                raise UnknownStatus(f"the status {found.name} is switched off; use another one")
            return found
        return None

    def _market(self) -> Market | None:
        code = self.reader.text("market", 50, required=True)
        return lookups.market(code, self.errors) if code else None

    def _store(self) -> Store | None:
        code = self.reader.text("store", 50)
        return lookups.store(code, self.errors) if code else None

    def _currency(self, market: Market | None) -> str:
        given = self.reader.text("currency", 3).upper()
        if not given:
            return market.currency if market else ""
        with self.errors.catch("currency", MoneyError):
            exponent(given)
            if market is not None and given != market.currency:
                raise MoneyError(
                    f"The market {market.code} sells in {market.currency}, not {given}; leave the currency out."
                )
            return given
        return ""

    def _placed_at(self) -> datetime:
        value = self.reader.data.get("placed_at")
        if value in (None, ""):
            return timezone.now()
        moment = _moment(value)
        if moment is None:
            self.errors.add(
                "placed_at", "This is not a time; send one with its zone, such as 2026-05-03T12:00:00Z."
            )
            return timezone.now()
        return moment

    def _addresses(self) -> tuple[dict[str, str], dict[str, str]]:
        billing, shipping = (read_address(self.reader, key) for key in ("billing", "shipping"))
        return billing or shipping, shipping or billing

    def _customer(self) -> tuple[Customer | None, dict[str, str]]:
        given = read_customer(self.reader)
        known = lookups.customer(given["number"]) if given.get("number") else None
        if known is not None:
            given = {name: given.get(name) or getattr(known, name) for name in _CUSTOMER_LIMITS}
        return known, {name: value for name, value in given.items() if value}


def read_customer(order: Reader) -> dict[str, str]:
    """The customer's own fields that are given and not empty."""
    reader = Reader(order.mapping("customer"), order.errors.under("customer"))
    found = {name: reader.text(name, limit) for name, limit in _CUSTOMER_LIMITS.items()}
    _check_email(found["email"], reader.errors)
    return {name: value for name, value in found.items() if value}


def read_address(order: Reader, key: str) -> dict[str, str]:
    """The fields of an address that are given and not empty; the country in capitals."""
    reader = Reader(order.mapping(key), order.errors.under(key))
    found = {
        item.name: reader.text(item.name, _ADDRESS_LIMITS.get(item.name, 200)) for item in fields(Address)
    }
    found["country"] = found["country"].upper()
    if found["country"] and found["country"] not in COUNTRIES:
        reader.errors.add("country", "This is not an ISO 3166 country; send two letters such as NO.")
    _check_email(found["email"], reader.errors)
    return {name: value for name, value in found.items() if value}


def _tenant_id() -> int:
    tenant_id = current_tenant_id()
    if tenant_id is None:
        raise ScopeError("an order belongs to a tenant; enter tenant_scope(tenant) first")
    return tenant_id


def _check_email(email: str, errors: FieldErrors) -> None:
    try:
        validate_email(email or "a@b.example")
    except ValidationError:
        errors.add("email", "This is not an e-mail address; send one such as kari@shop.example.")


def _moment(value: Any) -> datetime | None:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else value
    except ValueError:
        return None
    usable = isinstance(moment, datetime) and moment.tzinfo is not None and moment.year in YEARS
    return moment if usable else None


def refuse(errors: FieldErrors) -> None:
    """Raises InvalidData when something was found."""
    if errors:
        raise InvalidData(errors.found)
