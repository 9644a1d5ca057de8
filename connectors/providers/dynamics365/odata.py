"""How Business Central speaks OData: paths within the company, lists and their pages, errors by the prefix of their code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import Answer, BadAnswer, kind_by_status, reading
from connectors.contracts.erp import ErpProvider
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown

Json = Mapping[str, Any]

SUBSCRIPTIONS = "/subscriptions"

#: Seconds that a request may still wait (8 minutes) and work (8 minutes) over there after its answer was given up.
LAG = 960

#: Somebody else has changed the record since it was read.
CHANGED = "Request_EntityChanged"
TAKEN = "Internal_EntityWithSameKeyExists"
_FINAL = (TAKEN, "Internal_RecordNotFound", "Internal_InvalidTableRelation", "Internal_DataNotFoundFilter")
_PREFIXES: Mapping[str, type[ProviderError]] = {
    "BadRequest": Rejected,
    "Application": Rejected,
    "Authentication": Misconfigured,
    "Authorization": Misconfigured,
}
#: What a front server says, whatever code it gives (a 429 is Application_TooManyRequests).
_BUSY = frozenset({408, 429, 502, 503, 504})
_CARD = (
    "the app needs admin consent, and an enabled card under Microsoft Entra applications in Business Central"
)


def equal(field: str, *texts: str) -> str:
    """An OData filter: the field has one of these values."""
    doubled = (text.replace("'", "''") for text in texts)
    return " or ".join(f"{field} eq '{text}'" for text in doubled)


def keyed(collection: str, row: Json) -> str:
    """The path of one record of a collection."""
    return f"/{collection}({quote(str(row['id']), safe='')})"


class BusinessCentral(ErpProvider):
    headers = {"Accept-Language": "en-US"}
    errors = {
        CHANGED: RetryLater,
        "Internal_CompanyNotFound": Misconfigured,
        **dict.fromkeys(_FINAL, Rejected),
    }

    def send(self, method: str, path: str, data: Any = None, *, write: bool, **extra: Any) -> Answer:
        """Paths are relative to the company, but those of subscriptions to the environment."""
        company = "" if path.startswith(SUBSCRIPTIONS) else f"/companies({self.values.company_id})"
        within = f"{company}{path}"
        return super().send(method, within, data, write=write, **extra)

    @classmethod
    def begun_anew(cls, operation: str, cursor: str) -> str:
        """Without the path of a page. Lists are read in the order of change, but stock in that of article numbers."""
        behind, _, page = cursor.partition(" ")
        if not page:
            return cursor
        return "" if operation == "read_inventory" else behind

    def rows(self, path: str, query: Json) -> list[Json]:
        """All records that fit; for questions that few records answer."""
        return self.page(path, query)[0]

    def page(self, path: str, query: Json, headers: Mapping[str, str] = {}) -> tuple[list[Json], str]:
        """Records, and the path of the page that follows. Anything else than a list must not pass for an empty one."""
        body = self.call("GET", path, query=query, headers=headers)
        with reading("Business Central's list", RetryLater):
            rows = body["value"]
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise TypeError("it is no list of records")
            return rows, self._within(body.get("@odata.nextLink") or "")

    def made(self, path: str, body: Json, look: Callable[[], Json | None]) -> Json:
        """Create a record. When Business Central itself reports an inner failure the request is over, and `look` tells
        at once whether it was carried out all the same."""
        try:
            answer = self.post(path, body)
        except Unknown as error:
            if not error.code.startswith("Internal_") or error.status in _BUSY:
                raise
            found = look()
            if found is None:
                raise RetryLater(
                    error.message, code=error.code, status=error.status, retry_after=error.retry_after
                ) from None
            return found
        if not isinstance(answer, dict) or not answer.get("id") or not answer.get("number"):
            raise Unknown("Business Central's answer names no record that it has made")
        return answer

    def company_currency(self) -> str:
        """Of the company's prices. Raises Misconfigured where it tells none."""
        if self.values.price_currency:
            return str(self.values.price_currency)
        with reading("Business Central's company information", RetryLater):
            rows = self.rows("/companyInformation", {"$select": "currencyCode"})
            found = str(rows[0]["currencyCode"] or "") if rows else ""
        if not found:
            raise Misconfigured(
                "Business Central tells no currency of its prices; set the property PriceCurrency"
            )
        return found

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if error is not None:
            # The same request would meet the same change again: the record has to be read first.
            error.final = error.code == CHANGED
        return error

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        if answer.status in _BUSY:
            return kind_by_status(answer.status, writes)
        prefix = code.partition("_")[0]
        if prefix == "Internal" and code not in self.errors:
            return Unknown if writes else RetryLater
        return self.errors.get(code) or _PREFIXES.get(prefix) or kind_by_status(answer.status, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """Messages end with an id for Microsoft's support, which the event log keeps."""
        try:
            error = answer.json()["error"]
            code, message = str(error.get("code") or ""), str(error.get("message") or "")
        except (BadAnswer, LookupError, TypeError, AttributeError):
            code, message = "", ""
        if answer.status == 412 and not code:
            code = CHANGED
        text = " ".join(message.partition("CorrelationId:")[0].split())
        return code, f"{text} ({_CARD})" if code.startswith(("Authentication_", "Authorization_")) else text

    def _within(self, link: str) -> str:
        """A link as a path within the company. Raises Misconfigured for one that leads elsewhere."""
        if not link:
            return ""
        base = f"{self.config.host}/companies({self.values.company_id})/"
        if not link.casefold().startswith(base.casefold()):
            raise Misconfigured(
                "Business Central continues its list at another address than Host; that is not followed"
            )
        return f"/{link[len(base) :]}"
