"""How Tripletex speaks: single objects and lists in envelopes, failures with a number and validation messages.

Source: the description's introduction. A reference is written and read as {"id": …}; `fields` chooses how deep an answer is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contracts.base import Answer, BadAnswer, reading
from connectors.contracts.erp import ErpProvider
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown

Json = Mapping[str, Any]

#: Tripletex's dates are Norwegian.
NORWAY = ZoneInfo("Europe/Oslo")
PAGE = 500
#: Pages of a look-up that few records answer; one that needs more does not look for something of ours.
MOST_PAGES = 20
#: Seconds for which a request may still be at work there after its answer was given up.
LAG = 300

NO_LOGIN, NO_RIGHTS, STALE, LOCKED = "3000", "9000", "8000", "10000"
_CURES = {
    NO_LOGIN: "check the properties ConsumerToken and EmployeeToken, and CompanyId",
    NO_RIGHTS: "give the employee of the Employee Token the right, or the company the package, in Tripletex",
}
_RESET = "X-Rate-Limit-Reset"


class Books(ErpProvider):
    errors = {
        NO_LOGIN: Misconfigured,
        NO_RIGHTS: Misconfigured,
        STALE: RetryLater,
        LOCKED: RetryLater,
    }

    def one(self, path: str, fields: str) -> Json:
        """The object at a path."""
        return _value(self.get(path, fields=fields), RetryLater)

    def page(self, path: str, start: int = 0, **query: Any) -> tuple[list[Json], bool]:
        """A page of a list, and whether there are more. Anything else than a list must not pass for an empty one.

        How many there are in all is told, but is going to be told no more.
        """
        body = self.get(path, **{"from": start, "count": PAGE}, **query)
        with reading(f"Tripletex's answer to {path}", RetryLater):
            rows, total = body["values"], body.get("fullResultSize") or 0
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise TypeError("it is no list of records")
            return rows, bool(rows) and (len(rows) >= PAGE or start + len(rows) < int(total))

    def rows(self, path: str, **query: Any) -> Iterator[Json]:
        """All records that a filter finds. Raises Rejected where that are too many to be about one thing."""
        start = 0
        for _ in range(MOST_PAGES):
            found, more = self.page(path, start, **query)
            yield from found
            if not more:
                return
            start += len(found)
        raise Rejected(f"Tripletex finds more than {MOST_PAGES * PAGE} records at {path}; narrow the search")

    def made(self, path: str, body: Json) -> Json:
        return _value(self.post(path, body), Unknown)

    def changed(self, path: str, body: Json) -> Json:
        return _value(self.put(path, body), Unknown)

    def done(self, path: str, **query: Any) -> Json:
        """What an action at that path answers."""
        return _value(self.put(path, query=query), Unknown)

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if error is not None and answer.status == 429 and error.retry_after is None:
            reset = answer.headers.get(_RESET, "").strip()
            error.retry_after = float(reset) if reset.isdecimal() else None
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            body = answer.json()
            code, text = str(body.get("code") or ""), str(body.get("message") or "").strip()
            details = "; ".join(_details(body.get("validationMessages")))
        except (BadAnswer, TypeError, AttributeError):
            return "", ""
        told = ": ".join(filter(None, (text.rstrip("."), details)))
        cure = _CURES.get(code)
        return code, f"{told or 'Refused'}. Cure: {cure}" if cure else told


def today() -> date:
    return datetime.now(UTC).astimezone(NORWAY).date()


def id_of(row: Json, kind: type[ProviderError] = RetryLater) -> int:
    """Raises `kind` for a record without one."""
    with reading("Tripletex's record", kind):
        found = row["id"]
        if isinstance(found, bool) or not isinstance(found, int):
            raise TypeError("its id is no whole number")
        return found


def reference_to(found: int) -> dict[str, int]:
    return {"id": found}


def _value(body: Any, kind: type[ProviderError]) -> Json:
    found = body.get("value") if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise kind("Tripletex's answer holds no object")
    id_of(found, kind)
    return found


def _details(messages: Any) -> Sequence[str]:
    """A single message may come by itself."""
    rows = [messages] if isinstance(messages, dict) else messages or []
    pairs = ((str(row.get("field") or "").strip(), str(row.get("message") or "").strip()) for row in rows)
    return [": ".join(filter(None, pair)) for pair in pairs]
