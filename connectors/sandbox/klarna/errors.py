"""Failures in Klarna's shape."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from connectors.sandbox.core.wire import Response, json_response

CODES = {
    400: "BAD_VALUE",
    403: "NOT_ALLOWED",
    404: "NOT_FOUND",
    409: "CONFLICT",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
}


class KlarnaError(Exception):
    """A refusal. Its correlation id is made when it is answered."""

    def __init__(self, status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text
        self.headers = dict(headers or {})

    def response(self) -> Response:
        body = {"error_code": self.code, "error_messages": [self.text], "correlation_id": str(uuid.uuid4())}
        return json_response(body, self.status, **self.headers)


def bad_value(place: str) -> KlarnaError:
    return KlarnaError(400, "BAD_VALUE", f"This cannot be taken: {place}")


def not_found(what: str, code: str = "NOT_FOUND") -> KlarnaError:
    return KlarnaError(404, code, f"{what} was not found")


def failed(status: int) -> KlarnaError:
    code = CODES.get(status, "TEMPORARILY_UNAVAILABLE" if status > 500 else "BAD_VALUE")
    headers = {"X-Ratelimit-Reset": "1"} if status == 429 else {}
    return KlarnaError(status, code, f"Injected failure {status}", headers)
