"""How Ongoing is asked: lists by id, upserts whose answer tells an id, and errors whose form nobody describes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer, Provider, reading
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown

Json = Mapping[str, Any]

API = "/api/v1"
_TEXTS = ("message", "Message", "detail", "title", "error", "exceptionMessage", "ExceptionMessage")
_MARKUP = re.compile(r"<[^<>]*>")


class OngoingApi(Provider):
    timeout_ms = 30_000

    @property
    def owner(self) -> int:
        return int(self.values.goods_owner_id)

    def listed(self, path: str, **filters: Any) -> list[Json]:
        """A list of the goods owner's records. Anything else must not pass for an empty one."""
        body = self.get(f"{API}/{path}", goodsOwnerId=self.owner, **filters)
        with reading(f"Ongoing's list of {path}", RetryLater):
            if body is None or not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
                raise TypeError("it is no list of records")
        return list(body)

    def upsert(self, path: str, body: Json, key: str) -> tuple[str, str]:
        """Put a record; its id there, and what Ongoing says of it.

        An answer without id is a refusal, whatever its HTTP status.
        """
        answer = self.put(f"{API}/{path}", {"goodsOwnerId": self.owner, **body})
        if not isinstance(answer, dict) or key not in answer:
            raise Unknown(f"Ongoing's answer tells no {key}")
        said = plain(answer.get("message"))
        if not isinstance(answer[key], int) or isinstance(answer[key], bool) or answer[key] <= 0:
            raise Rejected(f"Ongoing: {said or 'it took nothing and does not say why'}")
        return str(answer[key]), said

    def numbered(self, number: str) -> str:
        """A number of ours as Ongoing has it."""
        return f"{self.values.number_prefix}{number}"

    def own_number(self, theirs: Any) -> str:
        """A number there as ours; "" for one of somebody else's."""
        text, prefix = str(theirs or ""), str(self.values.number_prefix)
        return text.removeprefix(prefix) if text.startswith(prefix) else ""

    def warehouse_id(self, store: str) -> int | None:
        """Raises Misconfigured for a store that the connector names no warehouse for, where it names some."""
        known = {code.lower(): number for code, number in self.values.warehouses.items()}
        if not store or not known:
            return None
        if store.lower() not in known:
            raise Misconfigured(
                f"Store {store} has no warehouse at Ongoing; add it to the properties with the Key Group OngoingWarehouses"
            )
        return int(known[store.lower()])

    def read_error(self, answer: Answer) -> tuple[str, str]:
        text = _said(answer)
        return "", f"Ongoing: {text}"[:500] if text else ""


def plain(text: Any) -> str:
    """What Ongoing says, without the markup for its own pages."""
    return " ".join(_MARKUP.sub(" ", str(text or "")).split())


def _said(answer: Answer) -> str:
    try:
        body = answer.json()
    except BadAnswer:
        # A page of a server in between says nothing about the request.
        text = answer.text()
        return "" if "<html" in text.lower() or "<!doctype" in text.lower() else plain(text)
    if isinstance(body, str):
        return plain(body)
    if not isinstance(body, dict):
        return ""
    told = [plain(body[name]) for name in _TEXTS if isinstance(body.get(name), str)]
    return "; ".join(dict.fromkeys(filter(None, [*told, *_fields(body)])))


def _fields(body: Json) -> list[str]:
    """Problems by field, as ASP.NET lists them."""
    found = body.get("errors") or body.get("modelState")
    if not isinstance(found, dict):
        return []
    return [f"{name}: {plain(text)}" for name, texts in found.items() for text in _listed(texts)]


def _listed(texts: Any) -> list[Any]:
    return texts if isinstance(texts, list) else [texts]
