"""The two forms of the file: RSS 2.0 with Google's namespace, and text with tabs.

RSS: support.google.com/merchants/answer/160589; text: answer/160567. Both are UTF-8.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol
from xml.sax.saxutils import escape

from connectors.providers.google_feeds.attributes import ALL

#: An attribute and its text; one with parts has them by name.
Pair = tuple[str, str | Mapping[str, str]]

_NAMESPACE = "http://base.google.com/ns/1.0"
#: The columns of a text file, which cannot know beforehand which ones its products will have.
_COLUMNS = ("id", *(attribute.name for attribute in ALL), "shipping")


class Form(Protocol):
    extension: str
    content_type: str

    def head(self, title: str, link: str) -> str: ...

    def item(self, pairs: Sequence[Pair]) -> str: ...

    def tail(self) -> str: ...


class Xml:
    extension, content_type = "xml", "application/xml; charset=utf-8"

    def head(self, title: str, link: str) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<rss xmlns:g="{_NAMESPACE}" version="2.0">\n<channel>\n'
            f"<title>{escape(title)}</title>\n<link>{escape(link)}</link>\n<description>{escape(title)}</description>\n"
        )

    def item(self, pairs: Sequence[Pair]) -> str:
        return "<item>" + "".join(_element(name, value) for name, value in pairs) + "</item>\n"

    def tail(self) -> str:
        return "</channel>\n</rss>\n"


class Tsv:
    extension, content_type = "tsv", "text/tab-separated-values; charset=utf-8"

    def head(self, title: str, link: str) -> str:
        return "\t".join(_COLUMNS) + "\n"

    def item(self, pairs: Sequence[Pair]) -> str:
        cells: dict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            cells[name].append(value if isinstance(value, str) else ":".join(value.values()))
        return "\t".join(_column(cells[name]) for name in _COLUMNS) + "\n"

    def tail(self) -> str:
        return ""


FORMS: Mapping[str, Form] = {"XML": Xml(), "TSV": Tsv()}


def _element(name: str, value: str | Mapping[str, str]) -> str:
    inner = (
        escape(value)
        if isinstance(value, str)
        else "".join(_element(part, text) for part, text in value.items() if text)
    )
    return f"<g:{name}>{inner}</g:{name}>"


def _column(values: Sequence[str]) -> str:
    """Several values have commas between them, so that none may stand in one of them."""
    cells = [" ".join(value.split()) for value in values]
    return cells[0] if len(cells) == 1 else ",".join(cell.replace(",", "%2C") for cell in cells)
