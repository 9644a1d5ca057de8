"""Business Central's lists: the filters, orders and pages that OData v4 names and this vendor takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox.dynamics365.company import Json
from connectors.sandbox.dynamics365.errors import BcError, no_such_field

_TERM = re.compile(
    r"(?P<field>\w+) (?P<operator>eq|gt|ge) "
    r"(?:'(?P<text>(?:[^']|'')*)'|(?P<moment>\d{4}-\d\d-\d\dT[\d:.]+Z)|(?P<number>\d+))"
)
_OPTIONS = {"$filter", "$orderby", "$select", "$top", "$expand", "$skiptoken"}
#: Code fields compare in capitals, and what is longer than the field cannot be searched for.
_CODES = {
    "number": 20,
    "itemNumber": 20,
    "externalDocumentNumber": 35,
    "orderNumber": 20,
    "documentNumber": 20,
}
_MOST = 20_000

Show = Callable[[Mapping[str, Any]], Json]


def listed(records: Iterable[Json], query: Mapping[str, str], prefer: str, url: str, show: Show) -> Json:
    """One page; `url` is the address that was asked, for the link to the next one."""
    unknown = sorted(name for name in query if name not in _OPTIONS and name.startswith("$"))
    if unknown:
        raise BcError("BadRequest", f"The query parameter '{unknown[0]}' is not supported.")
    found = _ordered([record for record in records if _fits(record, query.get("$filter", ""))], query)
    found = _after(found, query.get("$skiptoken", ""))
    size = min(_page_size(prefer), int(query.get("$top", _MOST)))
    rows = [_selected(show(record), query.get("$select", "")) for record in found[:size]]
    page: Json = {"@odata.context": f"{url.partition('/companies')[0]}/$metadata", "value": rows}
    if len(found) > size and "$top" not in query:
        page["@odata.nextLink"] = f"{url}?{urlencode({**query, '$skiptoken': found[size - 1]['id']})}"
    return page


def _fits(record: Json, text: str) -> bool:
    if not text:
        return True
    terms = [_TERM.fullmatch(part) for part in re.split(r" or (?=\w+ (?:eq|gt|ge) )", text)]
    if not all(terms) or len({term["field"] for term in terms if term}) > 1:
        raise BcError("BadRequest", f"The filter {text!r} is not supported.")
    return any(_is_met(record, term) for term in terms if term)


def _is_met(record: Json, term: re.Match[str]) -> bool:
    name = term["field"]
    if name not in record:
        raise no_such_field(name, "entity")
    wanted: Any = Decimal(term["number"]) if term["number"] else (term["text"] or "").replace("''", "'")
    wanted = term["moment"] or wanted
    if name in _CODES and isinstance(wanted, str):
        if len(wanted) > _CODES[name]:
            raise BcError(
                "Application_FilterErrorException",
                f"The filter \"='{wanted}'\" is not valid for the No. field. The length of the string is"
                f" {len(wanted)}, but it must be less than or equal to {_CODES[name]} characters.",
            )
        wanted = wanted.upper()
    return bool({"eq": record[name] == wanted}.get(term["operator"], _is_above(record[name], wanted, term)))


def _is_above(value: Any, wanted: Any, term: re.Match[str]) -> bool:
    if isinstance(value, str) is not isinstance(wanted, str):
        raise BcError("BadRequest", "A binary operator with incompatible types was detected.")
    return bool(value > wanted or (term["operator"] == "ge" and value == wanted))


def _ordered(records: list[Json], query: Mapping[str, str]) -> list[Json]:
    name, _, direction = query.get("$orderby", "").partition(" ")
    if not name:
        return records
    return sorted(records, key=lambda record: record[name], reverse=direction == "desc")


def _after(records: list[Json], token: str) -> list[Json]:
    ids = [record["id"] for record in records]
    return records[ids.index(token) + 1 :] if token in ids else records


def _page_size(prefer: str) -> int:
    asked = re.search(r"odata\.maxpagesize=(\d+)", prefer)
    return min(int(asked[1]), _MOST) if asked else _MOST


def _selected(row: Json, names: str) -> Json:
    if not names:
        return row
    wanted = {"@odata.etag", "id", *names.split(",")}
    missing = sorted(wanted - set(row))
    if missing:
        raise no_such_field(missing[0], "entity")
    return {name: value for name, value in row.items() if name in wanted}
