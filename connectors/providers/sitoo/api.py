"""How Sitoo speaks: everything below the account, lists in an envelope, batches with an answer for each item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.contracts.base import Answer, BadAnswer, reading
from connectors.contracts.ecommerce import PosProvider
from connectors.errors import Misconfigured, ProviderError, RetryLater, Unknown
from connectors.providers.sitoo.settings import SitooSettings

Json = Mapping[str, Any]

_REFUSED = (
    "Sitoo refuses the login; check API ID, API password and AccountNumber, and that Sitoo allows calls from this"
    " installation's IP address"
)
#: Where an answer's text may be.
_TEXTS = ("errortext", "message", "error", "return")


class SitooApi(PosProvider):
    headers = {"Accept": "application/json"}
    settings = SitooSettings

    def send(self, method: str, path: str, data: Any = None, *, write: bool, **extra: Any) -> Answer:
        """Paths are relative to the account."""
        within = f"/v2/accounts/{self.values.account_number}{path}"
        return super().send(method, within, data, write=write, **extra)

    @property
    def site(self) -> str:
        return f"/sites/{self.values.eshop_id}"

    def page(self, path: str, **query: Any) -> tuple[list[Json], int]:
        """The items of a list, and how many there are in all. Anything else must not pass for an empty list."""
        body = self.get(path, **query)
        with reading("Sitoo's list", RetryLater):
            items, total = body["items"], int(body["totalcount"])
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise TypeError("it is no list of objects")
            return items, total

    def batch(self, method: str, path: str, items: Sequence[Json]) -> list[Json]:
        """Write several at once: one answer for each, in their order, each with a `statuscode` of its own.

        Where Sitoo answers a single item without the envelope, that is success. Raises Unknown where answers are missing.
        """
        answers = self.call(method, path, list(items))
        if not isinstance(answers, list):
            done = len(items) == 1 and answers not in (None, False) and not isinstance(answers, dict)
            answers = [{"statuscode": 200, "return": answers}] if done else []
        if len(answers) != len(items) or not all(isinstance(answer, dict) for answer in answers):
            raise Unknown(f"Sitoo was given {len(items)} items and does not tell what became of each")
        return answers

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if isinstance(error, Misconfigured) and answer.status in {401, 403}:
            error.message = _REFUSED
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            body = answer.json()
        except BadAnswer:
            return "", ""
        return ("", text_of(body)) if isinstance(body, dict) else ("", "")


def text_of(answer: Json) -> str:
    """The text of a refusal, "" where it has none."""
    found = next((answer[name] for name in _TEXTS if isinstance(answer.get(name), str)), "")
    return " ".join(found.split())[:300]


def refusal(answer: Json) -> str:
    """Why an item of a batch was not taken; "" when it was."""
    status = answer.get("statuscode")
    if isinstance(status, int) and not isinstance(status, bool) and 200 <= status < 300:
        return ""
    return text_of(answer) or f"Sitoo answered with status {status} for it"


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def listed(values: Iterable[Any]) -> str:
    """Several values of one parameter."""
    return ",".join(map(str, values))
