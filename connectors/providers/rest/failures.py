"""How failures of a service are told: read once, refused with the place and the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.providers.rest.calls import ErrorShape
from connectors.schema import Json

KINDS = ("retry", "rejected", "misconfigured", "done")


class DescribedErrors(Json):
    """Where nothing is described, failures have their HTTP status only."""

    def read(self, raw: Any) -> ErrorShape:
        found: ErrorShape | None = super().read(raw)
        return found or ErrorShape()

    def convert(self, raw: Any) -> ErrorShape:
        document = super().convert(raw)
        wrong = list(_error_problems(document))
        if wrong:
            raise ValueError("; ".join(wrong))
        return ErrorShape(
            message=document.get("message", ""),
            code=document.get("code", ""),
            kinds=document.get("kinds", {}),
        )


def _error_problems(document: Any) -> Iterator[str]:
    if not isinstance(document, Mapping):
        yield 'must be a JSON object such as {"message": "error.text", "code": "error.code"}'
        return
    for name in document:
        if name not in ("message", "code", "kinds"):
            yield f"{name}: is not known; use message, code, kinds"
    for name in ("message", "code"):
        if not isinstance(document.get(name, ""), str):
            yield f"{name}: must be a path into the answer, such as error.{name}"
    kinds = document.get("kinds", {})
    if not isinstance(kinds, Mapping):
        yield 'kinds: must be an object such as {"DUPLICATE": "done"}'
        return
    for code, kind in kinds.items():
        if kind not in KINDS:
            yield f"kinds.{code}: {kind} is none of {', '.join(KINDS)}"
