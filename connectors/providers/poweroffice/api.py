"""How PowerOffice Go speaks: bare lists in pages, 204 for an empty one, problem details in any case of letters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.contracts.base import Answer, BadAnswer, reading
from connectors.contracts.erp import ErpProvider
from connectors.errors import ProviderError, ReadBack, Rejected, RetryLater, Unknown

Json = Mapping[str, Any]

#: The currency of the books and of the products' prices.
CURRENCY = "NOK"
#: Pages of a look-up that few records answer; one that needs more does not look for something of ours.
MOST_PAGES = 20
#: Seconds for which a request may still be at work there after its answer was given up.
LAG = 300
MOST_REFERENCE = 50

IN_USE = "AlreadyInUse"
_NO_LEAVE = "PowerOffice Go gives this integration no leave for that; have the company grant the privilege"
_WAIT = re.compile(r"in (\d+) seconds?")


class Go(ErpProvider):
    errors = {IN_USE: ReadBack}

    def page(self, path: str, number: int = 1, **query: Any) -> tuple[list[Json], bool]:
        """A page of a list, and whether there is another one. Nothing but 204 passes for an empty list."""
        paging = {"PageNumber": number, "PageSize": self.values.page_size}
        answer = self.send("GET", path, write=False, query={**query, **paging})
        if answer.status == 204:
            return [], False
        with reading(f"PowerOffice Go's {path}", RetryLater):
            rows = answer.json()
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise TypeError("it is no list of records")
            if not rows and number == 1:
                raise ValueError("an empty list comes as 204")
            return rows, len(rows) >= self.values.page_size

    def rows(self, path: str, **query: Any) -> Iterator[Json]:
        """All records that a filter finds. Raises Rejected where that are too many to be about one thing."""
        for number in range(1, MOST_PAGES + 1):
            found, more = self.page(path, number, **query)
            yield from found
            if not more:
                return
        most = MOST_PAGES * self.values.page_size
        raise Rejected(f"PowerOffice Go finds more than {most} records at {path} for {query}")

    def one(self, path: str) -> Json:
        return _record(self.get(path), path, RetryLater)

    def made(self, path: str, body: Json) -> Json:
        return _record(self.post(path, body), path, Unknown)

    def changed(self, path: str, fields: Json) -> Json:
        """The record after these fields were set, by JSON Patch."""
        operations = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in fields.items()]
        kind = {"Content-Type": "application/json-patch+json"}
        return _record(self.patch(path, operations, headers=kind), path, Unknown)

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if error is not None and answer.status == 429 and error.retry_after is None:
            wait = _WAIT.search(error.message)
            error.retry_after = float(wait[1]) if wait else 1.0
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """The gateway in front of the service has a shape of its own."""
        body = _lower(answer)
        title, detail = str(body.get("title") or ""), str(body.get("detail") or "")
        if "already in use" in detail.casefold():
            return IN_USE, detail
        text = detail or title or str(body.get("message") or "")
        if answer.status == 403:
            return title, f"{_NO_LEAVE}. {text}".strip()
        return title, text


def short(reference: str) -> str:
    """A reference as it is sent: where it does not fit, a fingerprint of it."""
    if len(reference) <= MOST_REFERENCE:
        return reference
    return hashlib.sha256(reference.encode()).hexdigest()[:MOST_REFERENCE]


def listed(values: Sequence[str]) -> str:
    """Several values of a filter, which parts them at commas. Raises Rejected for a value that holds one."""
    for value in values:
        if "," in value or not value:
            raise Rejected(f"PowerOffice Go cannot look for {value!r}: a comma parts what it looks for")
    return ",".join(values)


def _lower(answer: Answer) -> dict[str, Any]:
    try:
        return {str(key).lower(): value for key, value in answer.json().items()}
    except (BadAnswer, TypeError, AttributeError):
        return {}


def _record(body: Any, path: str, kind: type[ProviderError]) -> Json:
    if not isinstance(body, dict) or not body.get("Id"):
        raise kind(f"PowerOffice Go's answer to {path} holds no record with an Id")
    found: Json = body
    return found
