"""How Shopify is asked, and what its answers say: HTTP 200 is a success only without errors and without user errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from decimal import ROUND_UP, Decimal
from typing import Any

from connectors.contracts.base import Answer, BadAnswer
from connectors.contracts.ecommerce import ShopProvider
from connectors.errors import Misconfigured, ProviderError, RetryLater, Unknown

log = logging.getLogger(__name__)

VERSION = "2026-07"
PATH = f"/admin/api/{VERSION}/graphql.json"

Json = Mapping[str, Any]

#: What a query asks for by its id or handle.
_SINGLE = {"order", "job", "product", "productByIdentifier"}
#: Where mutations tell what they have refused.
_REFUSED = ("userErrors", "orderCancelUserErrors")

_OPERATION = re.compile(r"(?:query|mutation) (\w+)")
#: The shop is frozen for an unpaid bill, or locked: somebody has to act there.
_CLOSED = {402, 423}
#: Waits without a word of Shopify's about how long, in seconds.
_SOME_TIME = 2.0
#: Another try of ours with this key is still at work over there: the answer is none to that one.
_AT_WORK = "IDEMPOTENCY_CONCURRENT_REQUEST"
_CURES = {
    "ACCESS_DENIED": "give the app's access token the missing scope in the Shopify admin",
    "MAX_COST_EXCEEDED": "set the property OrdersPerPage or ProductsPerPage to a smaller number",
}


class ShopifyApi(ShopProvider):
    """The asking and the judging half of Shopify."""

    errors = {
        "THROTTLED": RetryLater,
        "INTERNAL_SERVER_ERROR": Unknown,
        "INTERNAL_ERROR": Unknown,
        "TIMEOUT": Unknown,
        "ACCESS_DENIED": Misconfigured,
        "SHOP_INACTIVE": Misconfigured,
        "MAX_COST_EXCEEDED": Misconfigured,
        "CHANGE_FROM_QUANTITY_STALE": RetryLater,
        "COMPARE_QUANTITY_STALE": RetryLater,
        _AT_WORK: Unknown,
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": Unknown,
        "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": Unknown,
    }

    def ask(self, document: str, **variables: Any) -> Json:
        """The data of a query's answer."""
        return self._run(document, variables, write=False, keyed=False)

    def tell(self, document: str, *, keyed: bool, **variables: Any) -> Json:
        """The data of a mutation's answer; `keyed` mutations get the next idempotency key among their variables."""
        return self._run(document, variables, write=True, keyed=keyed)

    def _run(self, document: str, variables: Json, *, write: bool, keyed: bool) -> Json:
        name = _OPERATION.search(document)
        body = {"query": document, "operationName": name[1] if name else "", "variables": variables}
        answer = self.call("POST", PATH, body, write=write, keyed=keyed)
        data = answer.get("data") if isinstance(answer, Mapping) else None
        if not isinstance(data, Mapping) or not data or any(map(_is_lacking, data.items())):
            raise (Unknown if write else RetryLater)("Shopify's answer holds no data")
        return data

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        self._note_version(answer)
        error = super().classify(answer, writes) or self._refusal(answer, writes)
        if error is None:
            return None
        if error.code in _CURES:
            error.message = error.args[0] + f": {_CURES[error.code]}"
        if error.code == "THROTTLED" and error.retry_after is None:
            error.retry_after = throttled_for(body_of(answer))
        # A used key would only be refused again; what it did is found out by asking.
        error.final = error.code.startswith("IDEMPOTENCY_") and error.code != _AT_WORK
        error.answered = error.code != _AT_WORK
        return error

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        if answer.status in _CLOSED:
            return Misconfigured
        kind = super().kind_of(code, answer, writes)
        return RetryLater if kind is Unknown and not writes else kind

    def read_error(self, answer: Answer) -> tuple[str, str]:
        problems = problems_of(body_of(answer))
        codes = [code for code in map(_code, problems) if code]
        text = "; ".join(filter(None, map(_text, problems)))
        return codes[0] if codes else "", f"Shopify: {text}"[:500] if text else ""

    def _refusal(self, answer: Answer, writes: bool) -> ProviderError | None:
        """The errors inside an answer of HTTP 200."""
        body = body_of(answer)
        if not problems_of(body):
            return None
        code, message = self.read_error(answer)
        kind = self.kind_of(code, answer, writes)
        if writes and body.get("errors") and _has_data(body):
            kind = Unknown  # carried out in part, or only its answer is incomplete
        return kind(message or "Shopify answered with an error", code=code, status=answer.status)

    def _note_version(self, answer: Answer) -> None:
        given = answer.headers.get("X-Shopify-API-Version", VERSION)
        if given != VERSION:
            log.warning("Shopify answered in API version %s instead of %s", given[:20], VERSION)


def body_of(answer: Answer) -> Json:
    """The answer's JSON object; {} for anything else, which is dealt with when it is read as a success."""
    try:
        body = answer.json()
    except BadAnswer:
        return {}
    return body if isinstance(body, Mapping) else {}


def problems_of(body: Json) -> list[Any]:
    """The errors of the whole request, and those of its mutations."""
    errors = body.get("errors") or []
    found = list(errors) if isinstance(errors, list) else [errors]
    data = body.get("data")
    for payload in data.values() if isinstance(data, Mapping) else ():
        if isinstance(payload, Mapping):
            told = [payload[name] for name in _REFUSED if isinstance(payload.get(name), list)]
            found += [problem for problems in told for problem in problems]
    return found


def throttled_for(body: Json) -> float:
    """Seconds until the bucket holds what the query costs."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = Decimal(cost["requestedQueryCost"]) - Decimal(status["currentlyAvailable"])
        seconds = missing / Decimal(status["restoreRate"])
        return float(max(seconds, Decimal(0)).quantize(Decimal("0.1"), ROUND_UP))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return _SOME_TIME


def _is_lacking(field: tuple[str, Any]) -> bool:
    """Only what is asked for by its id may not be there."""
    return field[0] not in _SINGLE and not isinstance(field[1], Mapping)


def _has_data(body: Json) -> bool:
    data = body.get("data")
    return isinstance(data, Mapping) and any(value is not None for value in data.values())


def _code(problem: Any) -> str:
    if not isinstance(problem, Mapping):
        return ""
    extensions = problem.get("extensions")
    inner = extensions.get("code") if isinstance(extensions, Mapping) else None
    return str(problem.get("code") or inner or "")


def _text(problem: Any) -> str:
    """A user error with the place in our input that it is about."""
    if not isinstance(problem, Mapping):
        return str(problem)
    message, field = str(problem.get("message") or ""), problem.get("field")
    return f"{message} ({'.'.join(map(str, field))})" if isinstance(field, list) and field else message
