"""Market groups, markets and stores as documents. They have no drafts: what is written is in force."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from connectors.as_code.checks import spelled
from connectors.as_code.sections import Coded, Section, register
from connectors.as_code.shapes import MarketGroupShape, MarketShape, StoreShape, fields_of
from tenants.models import Market, MarketGroup, Store
from tenants.scoping import current_tenant


class PlainSection(Section):
    """Rows whose fields are their document, but for what a subclass says."""

    key = "code"

    def encode(self, row: Any) -> Coded:
        return {name: getattr(row, name) for name in fields_of(self.shape)}

    def write(self, row: Any, document: Coded, user: Any) -> Any:
        row = row or self.model(tenant=current_tenant())
        row._history_user = user
        for name, value in self.values(document).items():
            setattr(row, name, value)
        row.save()
        return row

    def values(self, document: Coded) -> Coded:
        """Fields of the row."""
        return document


@register
class MarketGroups(PlainSection):
    name = "market_groups"
    noun = "market group"
    shape = MarketGroupShape
    model: ClassVar[type[models.Model]] = MarketGroup
    position = 10


@register
class Markets(PlainSection):
    name = "markets"
    noun = "market"
    shape = MarketShape
    model: ClassVar[type[models.Model]] = Market
    position = 20

    def encode(self, row: Any) -> Coded:
        own = {name: getattr(row, name) for name in fields_of(self.shape) if name != "groups"}
        return {**own, "groups": sorted(group.code for group in row.groups.all())}

    def settle(self, present: Coded | None, wanted: Coded) -> Coded:
        return {**wanted, "groups": spelled(MarketGroup, wanted["groups"], "groups")}

    def values(self, document: Coded) -> Coded:
        return {name: value for name, value in document.items() if name != "groups"}

    def write(self, row: Any, document: Coded, user: Any) -> Any:
        market = super().write(row, document, user)
        market.groups.set(MarketGroup.objects.filter(code__in=document["groups"]))
        return market


@register
class Stores(PlainSection):
    name = "stores"
    noun = "store"
    shape = StoreShape
    model: ClassVar[type[models.Model]] = Store
    position = 30

    def encode(self, row: Any) -> Coded:
        return {**super().encode(row), "market": row.market.code if row.market else ""}

    def settle(self, present: Coded | None, wanted: Coded) -> Coded:
        market = [wanted["market"]] if wanted["market"] else []
        return {**wanted, "market": "".join(spelled(Market, market, "market"))}

    def values(self, document: Coded) -> Coded:
        return {**document, "market": Market.objects.filter(code=document["market"]).first()}
