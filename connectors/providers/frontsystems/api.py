"""How Front Systems speaks: REST for nearly everything, OData for sales. Names of fields come in either case, so that all
answers are read with names in lower case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.base import Answer, BadAnswer, reading
from connectors.contracts.ecommerce import PosProvider
from connectors.errors import Misconfigured, ProviderError, RetryLater, Unknown
from connectors.providers.frontsystems.settings import FrontSystemsSettings
from tenants.money import Money, quantum

Json = Mapping[str, Any]

REST = "/restapi/V2/api"
#: Rows that OData looks at, which it counts before it filters: far above what there is, else the answer is silently cut.
ALL_ROWS = 2_000_000
_MOST_BYTES = 64 * 1024 * 1024
_REFUSED = (
    "Front Systems refuses the keys; check the subscription key of its API gateway, and the API key that is made in its"
    " Portal under Admin, Integration users"
)
#: Code of an error: what was asked for is not there.
UNKNOWN_THERE = "not found"
#: Where an answer's text may be, in lower case.
_TEXTS = ("message", "detail", "error", "title")


class FrontSystemsApi(PosProvider):
    headers = {"Accept": "application/json"}
    settings = FrontSystemsSettings

    def ask(self, path: str, body: Any = None, **query: Any) -> Any:
        """Read something; searches are POST with a filter as body, and change nothing."""
        method = "GET" if body is None else "POST"
        return lowered(self.call(method, f"{REST}{path}", body, write=False, query=query))

    def rows(self, path: str, body: Any = None, **query: Any) -> list[Json]:
        """The objects of a list. Anything else must not pass for an empty list."""
        return _objects(self.ask(path, body, **query), f"Front Systems' answer to {path}")

    def count(self, path: str, body: Json) -> int:
        found = self.ask(path, body)
        with reading(f"Front Systems' answer to {path}", RetryLater):
            if isinstance(found, bool) or not isinstance(found, int):
                raise TypeError(f"{found!r} is no number")
            return found

    def change(self, method: str, path: str, body: Any, **extra: Any) -> Any:
        return lowered(self.call(method, f"{REST}{path}", body, **extra))

    def odata(self, entity: str, fields: Iterable[str], **query: Any) -> list[Json]:
        """Never paged: where rows are skipped, OData's filters go wrong without a word."""
        asked = {**query, "$select": ",".join(fields), "$top": ALL_ROWS}
        body = self.call("GET", f"/odata/{entity}", query=asked, max_bytes=_MOST_BYTES)
        with reading(f"Front Systems' {entity}", RetryLater):
            return _objects(lowered(body["value"]), f"Front Systems' {entity}")

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if isinstance(error, Misconfigured) and answer.status in {401, 403}:
            error.message = _REFUSED
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """Only Front Systems itself can say that it does not know an object, not a web page on the way."""
        try:
            text = text_of(lowered(answer.json())) if answer.body else ""
        except BadAnswer:
            return "", ""
        return UNKNOWN_THERE if answer.status == 404 else "", text


def whole_number(value: Any, what: str) -> int:
    """The number that a write is answered with. Raises Unknown for anything else, such as a text that hides a failure."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Unknown(f"Front Systems' answer names no {what}: {text_of(value) or value!r}"[:300])
    return value


def lowered(value: Any) -> Any:
    """Names of fields in lower case at any depth; errors keep the names that people know."""
    if isinstance(value, list):
        return [lowered(item) for item in value]
    if isinstance(value, dict):
        return {
            str(name).lower(): item if str(name).lower() == "errors" else lowered(item)
            for name, item in value.items()
        }
    return value


def text_of(body: Any) -> str:
    """The text of a refusal, "" where it has none: a text alone, or one beside the errors of single fields."""
    if isinstance(body, str):
        return " ".join(body.split())[:300]
    if not isinstance(body, dict):
        return ""
    found = next((body[name] for name in _TEXTS if isinstance(body.get(name), str)), "")
    fields = details(body.get("errors"))
    return " ".join(filter(None, (" ".join(found.split()), fields)))[:300]


def details(errors: Any) -> str:
    """Errors by field as one text."""
    if not isinstance(errors, dict):
        return ""
    return "; ".join(f"{name}: {_joined(told)}" for name, told in errors.items())


def told(item: Json, name: str) -> str:
    """A field as text; "" for what is not there."""
    value = item.get(name)
    return "" if value is None else str(value).strip()


def price_of(value: Any, currency: str) -> Money:
    """A price in whole cents, of a number that may be a fraction behind them. Raises ValueError."""
    return Money.of(Decimal(value).quantize(quantum(currency), ROUND_HALF_UP), currency)


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _joined(texts: Any) -> str:
    return ", ".join(map(str, texts)) if isinstance(texts, list) else str(texts)


def _objects(items: Any, what: str) -> list[Json]:
    with reading(what, RetryLater):
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise TypeError("it is no list of objects")
        return items
