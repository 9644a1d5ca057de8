"""Failures in PayPal's shape."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.core.wire import Response, json_response

NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    403: "NOT_AUTHORIZED",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}


class PaypalError(Exception):
    """`issue` is what callers go by; `field` is a JSON pointer."""

    def __init__(self, status: int, issue: str = "", text: str = "", field: str = "") -> None:
        super().__init__(issue or status)
        self.status = status
        self.issue = issue
        self.text = text
        self.field = field

    def response(self) -> Response:
        name = NAMES.get(self.status, "INTERNAL_SERVER_ERROR")
        body: dict[str, Any] = {"name": name, "message": self.text or name.replace("_", " ").capitalize()}
        body |= {"debug_id": "5andb0xdebug1", "links": []}
        if self.issue:
            detail = {"issue": self.issue, "description": self.text or self.issue, "field": self.field}
            body["details"] = [{name: value for name, value in detail.items() if value}]
        return json_response(body, self.status, **{"Paypal-Debug-Id": "5andb0xdebug1"})


def refused(issue: str, text: str = "", field: str = "") -> PaypalError:
    return PaypalError(422, issue, text, field)


def invalid(issue: str, field: str, text: str = "") -> PaypalError:
    return PaypalError(400, issue, text, field)


def not_found() -> PaypalError:
    return PaypalError(404, "INVALID_RESOURCE_ID", "The specified resource does not exist.")
