"""Lists: filters, pages, and 204 where nothing is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from connectors.sandbox.core.wire import Response
from connectors.sandbox.poweroffice.company import Json, dumped

#: Filters by query name in lower case, with their fields; their values are parted by commas.
TEXTS = {
    "customernos": "CustomerNo",
    "custommatchingreferences": "CustomMatchingReference",
    "externalimportreference": "ExternalImportReference",
    "invoicenos": "InvoiceNo",
    "codes": "Code",
    "accountnos": "AccountNo",
}
TIMES = {
    "lastchangeddatetimeoffsetgreaterthan": "LastChangedDateTimeOffset",
    "stockonhandlastchangeddatetimeoffsetgreaterthan": "StockOnHandLastChangedDatetimeOffset",
    "balancelastchangeddatetimeoffsetgreaterthan": "BalanceLastChangedDateTimeOffset",
}


def listed(records: Iterable[Json], query: Mapping[str, str], **renamed: str) -> Response:
    """`renamed` are filters that ask for another field in this list."""
    asked = {name.lower(): value for name, value in query.items()}
    found = [record for record in records if _fits(record, asked, {**TEXTS, **renamed})]
    size, page = int(asked.get("pagesize", 5000)), int(asked.get("pagenumber", 1))
    part = found[(page - 1) * size : page * size]
    return Response(body=dumped(part)) if part else Response(204)


def _fits(record: Json, asked: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    for name, value in asked.items():
        if name in texts and str(record.get(texts[name])) not in [one.strip() for one in value.split(",")]:
            return False
        if name in TIMES and not _later(record.get(TIMES[name]), value):
            return False
        if name == "fromdate" and str(record["PostingDate"]) < value:
            return False
        if name == "todate" and str(record["PostingDate"]) > value:
            return False
    return True


def _later(at: str | None, asked: str) -> bool:
    return at is not None and datetime.fromisoformat(at) > datetime.fromisoformat(asked)
