"""Failures in SendGrid's shape."""

from __future__ import annotations

from connectors.sandbox.core.wire import Response, json_response


class SendgridError(Exception):
    """One or several problems, each a text and the field that it is about, None for none."""

    def __init__(self, status: int, *problems: tuple[str, str | None]) -> None:
        super().__init__(problems)
        self.status = status
        self.problems = problems

    def response(self) -> Response:
        errors = [{"message": text, "field": field} for text, field in self.problems]
        return json_response({"errors": errors}, self.status)


TEXTS = {
    401: "authorization required",
    403: "access forbidden",
    404: "resource not found",
    405: "method not allowed",
    413: "payload too large",
    429: "too many requests",
    500: "internal server error",
}


def failed(status: int) -> SendgridError:
    return SendgridError(status, (TEXTS.get(status, f"Injected failure {status}"), None))
