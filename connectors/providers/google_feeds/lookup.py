"""Finds in a product what an attribute takes: by the connector's Field Mapping, else by the attribute's own name.

A place is a path with dots, such as Texts.Title; its names compare without case, spaces and underscores. Where it leads to
values by language, market or currency, such as {"no": "Genser", "sv": "Tröja"}, the feed's own is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connectors.contracts.feeds import FeedProduct

_FIELD = re.compile(r"\{([^{}]*)\}")

#: What a product has a place of its own for.
_OWN: dict[str, Callable[[FeedProduct], Any]] = {
    "sku": lambda product: product.sku,
    "name": lambda product: product.name,
    "unit": lambda product: product.unit,
    "price": lambda product: product.price,
    "currency": lambda product: product.currency,
    "taxrate": lambda product: product.tax_rate,
    "available": lambda product: product.available,
    "externalids": lambda product: product.external_ids,
}
_NOTHING: tuple[Any, ...] = (None, "", [], {}, ())


class MissingField(LookupError):
    """A template asks for a field that the product does not have; the text is its name."""


def plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").replace("-", "").casefold()


class Finder:
    """`words` are the feed's language, market and currency; `mapping` gives the place for an attribute."""

    def __init__(self, words: Mapping[str, str], mapping: Sequence[tuple[str, str]]) -> None:
        self.words = words
        self._keys = [plain(word) for word in words.values()]
        self._mapping = {plain(theirs): ours for ours, theirs in mapping}

    def value(self, product: FeedProduct, attribute: str, names: Iterable[str] = ()) -> Any:
        """The first value that is there: of the mapped place, else of the properties of these names; None for none."""
        mapped = self._mapping.get(plain(attribute))
        places = [mapped] if mapped else [attribute, *names]
        return next((found for place in places if (found := self.at(product, place)) not in _NOTHING), None)

    def is_mapped(self, attribute: str) -> bool:
        return plain(attribute) in self._mapping

    def at(self, product: FeedProduct, place: str) -> Any:
        """What stands at a place; properties come before what the product has of its own."""
        first, *rest = [plain(part) for part in place.split(".")]
        value = _named(product.properties, first)
        if value is None and first in _OWN:
            value = _OWN[first](product)
        for part in rest:
            value = _named(value, part)
        return self._of_this_feed(value)

    def fill(self, template: str, product: FeedProduct) -> str:
        """The template with the product's fields, encoded for an address. Raises MissingField."""
        return _FIELD.sub(lambda match: quote(self._text(product, match[1]), safe=""), template)

    def _text(self, product: FeedProduct, place: str) -> str:
        value = self.words.get(place.strip().lower()) or self.at(product, place.strip())
        if value in _NOTHING or isinstance(value, (Mapping, list, tuple)):
            raise MissingField(place)
        return str(value)

    def _of_this_feed(self, value: Any) -> Any:
        while isinstance(value, Mapping):
            chosen = next((found for key in self._keys if (found := _named(value, key)) is not None), None)
            if chosen is None:
                return value
            value = chosen
        return value


def _named(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    return next((item for key, item in value.items() if plain(str(key)) == name), None)
