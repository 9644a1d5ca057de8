"""How Magento is asked: searches with their pages, single records, and answers that hide a failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import Answer, BadAnswer, Provider, kind_by_status, reading
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.magento import errors

Json = Mapping[str, Any]

#: Seconds that a shop may still work on a request after its answer was given up.
LAG = 900
#: Records that are looked up at once; more than an order ever has of them.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `total` is how many there are on all of them."""

    items: list[Json]
    total: int

    def goes_on(self, page: int, size: int) -> bool:
        """Beyond the last page the shop repeats it, so that only the total tells where the end is."""
        return bool(self.items) and page * size < self.total


@dataclass(frozen=True, slots=True)
class Filter:
    """Several of them have all to be met."""

    field: str
    value: str
    condition: str = "eq"


class MagentoApi(Provider):
    errors = errors.KINDS
    timeout_ms = 60_000

    def search(
        self, path: str, *filters: Filter, page: int = 1, size: int = _MOST, order: Sequence[str] = ()
    ) -> Found:
        """One page, sorted by the fields of `order`. Anything else than a list must not pass for an empty one."""
        query = "&".join(
            f"{quote(f'searchCriteria{name}', safe='[]')}={quote(value, safe='')}"
            for name, value in _criteria(filters, page, size, order)
        )
        body = self.get(f"{path}?{query}")
        with reading(f"Magento's list {path}", RetryLater):
            # A search that finds nothing has null for its items in some modules.
            items = body["items"] or []
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise TypeError("it is no list of records")
            return Found(items, int(body["total_count"]))

    def all_of(self, path: str, *filters: Filter) -> list[Json]:
        """Everything that fits; for what an order has few of. Raises Rejected where that is not so."""
        found = self.search(path, *filters, order=("entity_id",))
        if found.total > len(found.items):
            raise Rejected(
                f"Magento has {found.total} records under {path} for one order; look at that order there"
            )
        return found.items

    def record(self, path: str, what: str) -> Json:
        """A single record. Raises Rejected, in words, where the shop has none."""
        body = self.get(path)
        if not isinstance(body, dict) or not body:
            raise RetryLater(f"Magento's answer is no {what}")
        return body

    @cached_property
    def store_configs(self) -> list[Json]:
        """Of every store view: its id and code, base currency, unit of weight, addresses."""
        found = self.get("/V1/store/storeConfigs")
        if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
            raise RetryLater("Magento's answer holds no store views")
        return found

    @property
    def store_view(self) -> str:
        """That the address ends with."""
        return str(self.config.host).rstrip("/").rpartition("/")[2]

    @property
    def store_config(self) -> Json:
        """Of the store view that the address names, else of the first."""
        wanted = self.store_view
        return next(
            (item for item in self.store_configs if item.get("code") == wanted), self.store_configs[0]
        )

    @property
    def base_currency(self) -> str:
        with reading("Magento's store view", RetryLater):
            return str(self.store_config["base_currency_code"])

    def created(self, path: str, body: Json, what: str) -> str:
        """Make something whose answer is only its id, a number or a text."""
        answer = self.post(path, body)
        if isinstance(answer, bool) or not isinstance(answer, int | str) or not str(answer).isdecimal():
            raise Unknown(f"Magento's answer names no {what} that it has made")
        return str(answer)

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        """Any status may hide an error, 200 too."""
        error = super().classify(answer, writes)
        if error is None and errors.is_failure(_body(answer)):
            code, message = self.read_error(answer)
            kind = self.kind_of(code, answer, writes)
            error = kind(message, code=code, status=answer.status)
        return error

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        kind = self.errors.get(code) if answer.status < 500 else None
        if kind is None:
            kind = kind_by_status(answer.status, writes) if answer.status >= 300 else Rejected
        return RetryLater if kind is Unknown and not writes else kind

    def read_error(self, answer: Answer) -> tuple[str, str]:
        text = errors.text_of(_body(answer))
        code = errors.code_of(text)
        told = errors.cured(text, code, answer.status)
        return code, f"Magento: {told}"[:500] if told else ""


def id_of(value: Any) -> str:
    """An id as text. Raises Misconfigured for what the shop cannot have given."""
    text = str(value)
    if not text.isdecimal():
        raise Misconfigured(f"{text[:40]!r} is no id of Magento's; it has numbers")
    return text


def sku_path(sku: str) -> str:
    return quote(sku, safe="")


def _criteria(
    filters: Sequence[Filter], page: int, size: int, order: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for index, item in enumerate(filters):
        name = f"[filterGroups][{index}][filters][0]"
        yield f"{name}[field]", item.field
        yield f"{name}[value]", item.value
        yield f"{name}[conditionType]", item.condition
    for index, field in enumerate(order):
        yield f"[sortOrders][{index}][field]", field
        yield f"[sortOrders][{index}][direction]", "ASC"
    yield "[pageSize]", str(size)
    yield "[currentPage]", str(page)


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except BadAnswer:
        return None
