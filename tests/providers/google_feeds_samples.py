"""What the samples published for Google's feeds have to come to."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from connectors.contracts.feeds import FeedProduct
from tests.providers.test_google_feeds import PRODUCT, feed

LEFT_OUT = {
    "g-content21": "the Content API is the Merchant API's predecessor; products go out as a file",
    "g-merchant-insert": "products go out as a file that Google fetches, not one by one over the API",
}


def head(data: str, samples: dict[str, Any]) -> None:
    """Our file has the published elements, in the published namespace and order, also inside of an item."""
    published, ours = _outline(data), _outline(_written(PRODUCT))
    assert ours[:5] == published[:5]
    shared = [name for name in ours if name in published]
    assert shared == published


def _written(product: FeedProduct) -> str:
    writer = feed().writer
    return writer.head() + writer.item(product).text + writer.tail()


def _outline(document: str) -> list[str]:
    return [element.tag for element in ElementTree.fromstring(document.encode()).iter()]


READERS = {"g-rss2-head": head}
