"""How Fortnox speaks: objects wrapped in their name, lists in pages, Swedish messages with a number.

Its text filters find whatever contains the text, so everything that is found is compared once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer, reading
from connectors.contracts.erp import ErpProvider
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown

Json = Mapping[str, Any]

#: The currency of Fortnox's books and price lists.
CURRENCY = "SEK"
PAGE = 500
#: Pages of a look-up that few records answer; one that needs more does not look for something of ours.
MOST_PAGES = 20
#: Seconds for which a request may still be at work there after its answer was given up.
LAG = 300

SYSTEM_EXCEPTION = "1000003"
NUMBER_TAKEN = "2000637"
_LICENCE = "see in Fortnox that the company has the licence for it"
_CURES = {
    "2000310": "press Connect again",
    "2000311": "press Connect again",
    "2001101": _LICENCE,
    "2001103": _LICENCE,
    "2001304": "correct the properties of the Key Group FortnoxSalesAccounts",
    "2004167": "give the country an account in the Key Group FortnoxSalesAccounts",
}
#: Seconds after which more calls may be made once there were too many.
_PAUSE_S = 5.0


class Books(ErpProvider):
    errors = {
        **dict.fromkeys(("2000310", "2000311", "2001101", "2001103"), Misconfigured),
        **dict.fromkeys(("2001304", "2004167"), Misconfigured),
        NUMBER_TAKEN: Rejected,
    }

    def one(self, path: str, name: str) -> Json:
        """The object of that name at a path."""
        return _unwrapped(self.get(path), name, RetryLater)

    def known(self, path: str, name: str) -> Json | None:
        """The object at a path, None where there is none."""
        found = self.look_for(path)
        return None if found is None else _unwrapped(found, name, RetryLater)

    def page(self, path: str, name: str, number: int = 1, **query: Any) -> tuple[list[Json], int]:
        """A page of a list, and how many pages there are. Anything else than a list must not pass for an empty one."""
        body = self.get(path, **query, page=number, limit=PAGE)
        with reading(f"Fortnox's {name}", RetryLater):
            rows, pages = body[name], int(body["MetaInformation"]["@TotalPages"])
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise TypeError("it is no list of records")
            return rows, pages

    def rows(self, path: str, name: str, **query: Any) -> Iterator[Json]:
        """All records that a filter finds. Raises Rejected where that are too many to be about one thing."""
        for number in range(1, MOST_PAGES + 1):
            found, pages = self.page(path, name, number, **query)
            yield from found
            if number >= pages:
                return
        raise Rejected(f"Fortnox finds more than {MOST_PAGES * PAGE} {name} for {query}; use a longer number")

    def made(self, path: str, name: str, body: Json) -> Json:
        return _unwrapped(self.post(path, {name: body}), name, Unknown)

    def done(self, path: str, name: str, body: Json | None = None) -> Json:
        """The object as an action at that path has left it."""
        return _unwrapped(self.put(path, {name: body} if body else None), name, Unknown)

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if error is not None and answer.status == 429 and error.retry_after is None:
            error.retry_after = _PAUSE_S
        return error

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        if code == SYSTEM_EXCEPTION:
            return Unknown if writes else RetryLater
        return super().kind_of(code, answer, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """The keys' case differs between what is documented and what is sent; gateway and warehouse have shapes of their
        own."""
        try:
            body = _lower(answer.json())
            error = _lower(body.get("errorinformation") or body)
            code, text = str(error.get("code") or error.get("id") or ""), str(error.get("message") or "")
        except (BadAnswer, TypeError, AttributeError):
            return "", ""
        cure = _CURES.get(code)
        told = text.strip().rstrip(".")
        return code, f"{told}: {cure}" if cure and told else text.strip()


def _lower(body: Any) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in body.items()}


def _unwrapped(body: Any, name: str, kind: type[ProviderError]) -> Json:
    if not isinstance(body, dict) or not isinstance(body.get(name), dict):
        raise kind(f"Fortnox's answer holds no {name}")
    found: Json = body[name]
    return found
