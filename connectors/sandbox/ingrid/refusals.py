"""How the simulated Ingrid says no."""

from __future__ import annotations

from uuid import uuid4

from connectors.sandbox.core.wire import Response, json_response


class Refused(Exception):
    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


def refusal(error: Refused) -> Response:
    trace = f"S{uuid4().hex[:20].upper()}"
    return json_response({"error": f"{error.code}: {error.text}", "trace_id": trace}, error.status)


def wrong(text: str) -> Refused:
    return Refused(400, "invalid_argument", text)
