"""PostNord's errors: a message, and faults with codes under it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """A request that PostNord answers with status 400."""

    def __init__(self, code: str, text: str, **values: str) -> None:
        super().__init__(text)
        self.body = fault(code, text, **values)


def fault(code: str, text: str, **values: str) -> Json:
    told = [{"param": name, "value": value} for name, value in values.items()]
    one = {"faultCode": code, "explanationText": text, "paramValues": told, "faultReferences": []}
    return {"message": text, "compositeFault": {"faults": [one]}}
