"""What deliveries tell of orders, which live in an app above: it registers here how they are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from connectors.subscriptions.following import OrderFacts

Facts = Callable[[Collection[int]], Mapping[int, OrderFacts]]
Documents = Callable[[Collection[int]], Mapping[int, Mapping[str, Any]]]

_facts: list[Facts] = []
_documents: list[Documents] = []


def register_orders(facts: Facts, documents: Documents) -> None:
    """`facts(order_ids)` gives type and status by id, `documents(order_ids)` the orders as the API shows them; each in a
    number of statements that does not grow with the orders. Both are called in whatever scope is open."""
    if facts not in _facts:
        _facts.append(facts)
        _documents.append(documents)


def order_facts(order_ids: Collection[int]) -> dict[int, OrderFacts]:
    return _of_all(_facts, order_ids)


def order_documents(order_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    return _of_all(_documents, order_ids)


def _of_all(sources: list[Any], order_ids: Collection[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for source in sources if order_ids else ():
        found |= source(order_ids)
    return found
