"""What a buyer may use: points, level, promotions and vouchers, each asked for live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import reading
from connectors.contracts.common import Customer
from connectors.contracts.crm import Loyalty, Promotion
from connectors.errors import Misconfigured, RetryLater
from connectors.providers.voyado.api import SEARCHED, Engage
from connectors.providers.voyado.contacts import identity, parts, type_of
from tenants.money import Money

Json = Mapping[str, Any]

VOUCHER = "voucher"
_MOST = 100


class LoyaltyOf(Engage):
    def read_loyalty(self, customer: Customer) -> Loyalty:
        contact_id = self._known(customer)
        contact = self.contact(contact_id) if contact_id else None
        if contact is None:
            return Loyalty()
        offers = self._rows(
            f"contacts/{quote(contact_id, safe='')}/promotions", redemptionChannelType=self._channel
        )
        vouchers, accounts = self._vouchers(contact_id), self._rows("point-accounts", contactId=contact_id)
        with reading("What Voyado knows of a contact", RetryLater):
            attributes, _, _ = parts(contact)
            return Loyalty(
                external_id=contact_id,
                member=type_of(contact).casefold() == self.values.member_type.casefold(),
                points=self._points(accounts),
                level=str(attributes.get(self.values.level_field) or ""),
                promotions=(*_promotions(offers, self._channel), *map(_voucher, _open(vouchers))),
            )

    @property
    def _channel(self) -> str:
        return str(self.values.redemption_channel)

    def _known(self, customer: Customer) -> str:
        """By the contact's id, else by the first that is told of what people are known by there."""
        known = customer.external_ids.get(str(self.config.connector_id or self.config.name))
        if known:
            return known
        for identifier in dict.fromkeys((self.values.unique_identifier, *SEARCHED)):
            value = identity(customer, identifier)
            found = self.contact_id(identifier, value) if value else ""
            if found:
                return found
        return ""

    def _vouchers(self, contact_id: str) -> list[Json]:
        """Called bonus checks in v2."""
        if self.values.api_version == "v2":
            return self._rows(f"contacts/{quote(contact_id, safe='')}/bonuschecks/available", count=_MOST)
        return self._rows("reward-vouchers/available", contactId=contact_id, count=_MOST)

    def _rows(self, path: str, **query: Any) -> list[Json]:
        """A list, or the items of a page; none where Engage has nothing of the kind for this contact."""
        body = self.look_for(self.at(path), **query)
        if body is None:
            return []
        rows = body.get("items", body.get("Items")) if isinstance(body, dict) else body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RetryLater(f"Voyado's answer to {path.rsplit('/', 1)[-1]} cannot be read: it is no list")
        return rows

    def _points(self, accounts: list[Json]) -> Decimal | None:
        wanted = self.values.point_definition_id
        found = [row for row in accounts if wanted in ("", str(row["definitionId"]))]
        kinds = sorted({str(row["definitionId"]) for row in found})
        if len(kinds) > 1:
            raise Misconfigured(
                f"Voyado has several kinds of points; set the property PointDefinitionId to one of {', '.join(kinds)}"
            )
        return sum((Decimal(row["balance"]) for row in found), Decimal(0)) if found else None


def _open(rows: list[Json]) -> Iterator[Json]:
    return (row for row in rows if not row.get("redeemed"))


def _promotions(rows: list[Json], channel: str) -> Iterator[Promotion]:
    for row in _open(rows):
        offers = [item for item in row.get("redemptionChannels") or () if item["type"] == channel]
        offer: Json = offers[0] if offers else {}
        kind, value = str(offer.get("valueType") or ""), offer.get("value")
        yield Promotion(
            external_id=str(row["id"]),
            name=str(row.get("name") or row.get("heading") or ""),
            description=str(row.get("description") or offer.get("instruction") or ""),
            code=str(value) if kind == "EXTERNALOFFER" and value else "",
            value=_money(value) if kind == "MONEY" else None,
            percent=Decimal(value) if kind == "PERCENT" and value is not None else None,
            valid_to=_moment(row.get("expiresOn")),
            kind=kind.lower(),
        )


def _voucher(row: Json) -> Promotion:
    return Promotion(
        external_id=str(row["id"]),
        name=str(row.get("name") or ""),
        code=str(row.get("voucherNumber") or row.get("checkNumber") or ""),
        value=_money(row.get("value")),
        valid_to=_moment(row.get("expiresOn")),
        kind=VOUCHER,
    )


def _money(told: Any) -> Money | None:
    """Engage writes {"amount", "currency"}, v2 also with capitals."""
    if not isinstance(told, dict):
        return None
    given = {str(name).lower(): value for name, value in told.items()}
    return Money.of(Decimal(given["amount"]), str(given["currency"]))


def _moment(told: Any) -> datetime | None:
    if not told:
        return None
    at = datetime.fromisoformat(str(told))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
