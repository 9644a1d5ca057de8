"""How Flow speaks: everything below the tenant, lists in pages that count from 1."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import Answer, BadAnswer, reading
from connectors.contracts.ecommerce import PosProvider
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater
from connectors.providers.flow.numbers import Json
from connectors.providers.flow.settings import FlowSettings

_REFUSED = (
    "Flow refuses the token, or it lacks a right: check the integration token and TenantUid, and give the integration user"
    " TENANT.ACCESS, and TENANT.BACKOFFICE to write products"
)


class FlowApi(PosProvider):
    headers = {"Accept": "application/json"}
    settings = FlowSettings

    def send(self, method: str, path: str, data: Any = None, *, write: bool, **extra: Any) -> Answer:
        """Paths are relative to the tenant."""
        return super().send(method, f"/v2/tenants/{self.values.tenant_uid}{path}", data, write=write, **extra)

    def page(
        self, path: str, size: int, number: int = 1, *, search: Json | None = None, **query: Any
    ) -> tuple[list[Json], bool]:
        """One page of a list, or of a search, which is a POST that changes nothing; and whether there is another one."""
        asked = {"pageNumber": number, "pageSize": size, **query}
        method = "GET" if search is None else "POST"
        body = self.call(method, path, search, write=False, query=asked)
        with reading("Flow's list", RetryLater):
            items, paging = body["items"], body.get("paging") or {}
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise TypeError("it is no list of objects")
            total = paging.get("totalCount")
            more = len(items) == size if total is None else bool(items) and number * size < int(total)
            return items, more

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if isinstance(error, Misconfigured) and answer.status in {401, 403}:
            error.message = _REFUSED
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """No form of errors is published; a text under the usual name is told."""
        try:
            body = answer.json()
        except BadAnswer:
            return "", ""
        message = body.get("message") if isinstance(body, dict) else None
        return "", " ".join(message.split())[:300] if isinstance(message, str) else ""


def page_number(cursor: str) -> int:
    """Raises Rejected for a cursor that is no number of a page."""
    if not cursor:
        return 1
    if not (cursor.isascii() and cursor.isdecimal() and int(cursor) > 0):
        raise Rejected(f"{cursor[:80]!r} is no cursor of Flow's; empty it to read all of it again")
    return int(cursor)
