"""Who goes first where a vendor's quota does not suffice for all."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from connectors.contracts.base import Category

if TYPE_CHECKING:
    from connectors.calls import Prepared


class Rank(IntEnum):
    MONEY = 0
    CHECKOUT = 1
    SHIPPING = 2
    EXPORT = 3
    SYNC = 4


def rank_of(prepared: Prepared, category: Category) -> Rank:
    """A call that belongs to no step and no scheduled task has a person or a shopper waiting for it."""
    if prepared.context.step and prepared.context.run_id is None:
        return Rank.EXPORT if prepared.spec.write else Rank.SYNC
    if category == Category.PAYMENT:
        return Rank.MONEY
    if not prepared.context.step:
        return Rank.CHECKOUT
    if category == Category.SHIPPING:
        return Rank.SHIPPING
    return Rank.EXPORT if prepared.spec.write else Rank.SYNC
