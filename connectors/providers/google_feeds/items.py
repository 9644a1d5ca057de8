"""One product as an item of the file: which attributes it has, and what is missing or wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.contracts.feeds import FeedItem, FeedProduct, FeedRemark
from connectors.providers.google_feeds import attributes as known
from connectors.providers.google_feeds.attributes import Attribute
from connectors.providers.google_feeds.lookup import Finder, MissingField
from connectors.providers.google_feeds.values import Unusable
from connectors.providers.google_feeds.writing import Form, Pair

LONGEST_ID = 50
_LATER = {"preorder", "backorder"}


class Items:
    """Makes the items of one feed. `values` are its settings."""

    def __init__(self, values: Any, mapping: Sequence[tuple[str, str]], form: Form) -> None:
        self.values = values
        self.form = form
        words = {"language": values.language, "market": values.market, "currency": values.currency}
        self.finder = Finder(words, mapping)

    def head(self) -> str:
        return self.form.head(self.values.title, self.values.shop_url)

    def tail(self) -> str:
        return self.form.tail()

    def item(self, product: FeedProduct) -> FeedItem:
        making = _Making(self, product)
        pairs = making.pairs()
        remarks = tuple(making.remarks)
        left_out = any(remark.leaves_out for remark in remarks)
        return FeedItem(text="" if left_out else self.form.item(pairs), remarks=remarks)


class _Making:
    def __init__(self, feed: Items, product: FeedProduct) -> None:
        self.feed = feed
        self.values = feed.values
        self.product = product
        self.remarks: list[FeedRemark] = []

    def pairs(self) -> list[Pair]:
        """All attributes in their order. What is wrong is added to `remarks`."""
        return [
            pair
            for part in (self._who, self._where, self._offer, self._identity, self._more)
            for pair in part()
        ]

    def _who(self) -> Iterator[Pair]:
        if len(self.product.sku) > LONGEST_ID:
            self._left_out(
                "id", f"the SKU is longer than {LONGEST_ID} characters; give the product a shorter one"
            )
        if not self.product.sku.isprintable():
            self._left_out("id", "the SKU has characters that no file can hold; give the product another one")
        yield "id", self.product.sku
        yield from self._own(known.TITLE)
        yield from self._own(known.DESCRIPTION)

    def _where(self) -> Iterator[Pair]:
        yield from self._linked(known.LINK, self.values.link)
        yield from self._linked(known.IMAGE, self.values.image_link)

    def _offer(self) -> Iterator[Pair]:
        state = self._availability()
        yield "availability", state
        if state in _LATER:
            yield from self._own(known.AVAILABILITY_DATE, required=True)
        yield from self._price()
        for shipping in self.values.shipping:
            country, region, service, amount = shipping
            whole = amount if " " in amount else f"{amount} {self.values.currency}"
            yield "shipping", {"country": country, "region": region, "service": service, "price": whole}

    def _availability(self) -> str:
        said = list(self._own(known.AVAILABILITY)) if self._has(known.AVAILABILITY) else []
        if said:
            return str(said[0][1])
        return "in_stock" if self.product.available > 0 else str(self.values.sold_out)

    def _price(self) -> Iterator[Pair]:
        """Our own price only where it is in the feed's currency."""
        product = self.product
        found = self.feed.finder.value(product, "price")
        if found is product.price and found is not None and product.currency != self.values.currency:
            self._left_out(
                "price",
                f"the price is in {product.currency}, the feed in {self.values.currency}; "
                f"give the product a property Price with one for {self.values.currency}",
            )
            return
        yield from self._read(known.PRICE, found, required=True)

    def _identity(self) -> Iterator[Pair]:
        """Brand, and the number of the goods; goods without any number have to say so."""
        condition = [*self._own(known.CONDITION)] or [("condition", "new")]
        yield from condition
        brand, numbers = [*self._own(known.BRAND)], [*self._own(known.GTIN), *self._own(known.MPN)]
        yield from brand
        yield from numbers
        said = [*self._own(known.IDENTIFIER_EXISTS)]
        yield from said
        if not said and not (numbers and (brand or numbers[0][0] == "gtin")):
            yield from self._without_number(bool(numbers))
        elif not brand and condition[0][1] == "new":
            self._note("brand", "new goods need a brand; enter it")

    def _without_number(self, has_mpn: bool) -> Iterator[Pair]:
        """Goods without a number say so; those with a wrong one have one, which is told already."""
        if any(remark.attribute == "gtin" for remark in self.remarks):
            return
        yield "identifier_exists", "no"
        what = "an mpn without brand" if has_mpn else "neither gtin nor brand with mpn"
        self._note("gtin", f"there is {what}; enter the number under the bar code, or brand and mpn")

    def _more(self) -> Iterator[Pair]:
        for attribute in known.OPTIONAL:
            yield from self._own(attribute)

    def _linked(self, attribute: Attribute, template: str | None) -> Iterator[Pair]:
        """From the product where it has one, else from the connector's template."""
        found = self.feed.finder.value(self.product, attribute.name, attribute.names)
        if found is not None or not template:
            yield from self._read(attribute, _first(found), required=True)
            return
        try:
            yield from self._read(attribute, self.feed.finder.fill(template, self.product), required=True)
        except MissingField as missing:
            self._left_out(
                attribute.name, f"the template asks for {{{missing}}}, which this product does not have"
            )

    def _has(self, attribute: Attribute) -> bool:
        return self.feed.finder.value(self.product, attribute.name, attribute.names) is not None

    def _own(self, attribute: Attribute, *, required: bool = False) -> Iterator[Pair]:
        found = self.feed.finder.value(self.product, attribute.name, attribute.names)
        several = found if attribute.most > 1 and isinstance(found, (list, tuple)) else [found]
        for value in several[: attribute.most]:
            yield from self._read(attribute, value, required=required or attribute.required)

    def _read(self, attribute: Attribute, value: Any, *, required: bool) -> Iterator[Pair]:
        if value is None:
            if required:
                self._left_out(attribute.name, "is missing; enter it, or map where it stands")
            return
        try:
            text, mended = attribute.read(value, self.values.currency)
        except Unusable as error:
            tell = self._left_out if required else self._note
            tell(attribute.name, str(error))
            return
        if mended:
            self._note(attribute.name, mended)
        yield attribute.name, text

    def _left_out(self, attribute: str, message: str) -> None:
        self.remarks.append(FeedRemark(attribute=attribute, message=message, leaves_out=True))

    def _note(self, attribute: str, message: str) -> None:
        self.remarks.append(FeedRemark(attribute=attribute, message=message))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, (list, tuple)) and value else value
