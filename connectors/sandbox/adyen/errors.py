"""Failures in Adyen's shape."""

from __future__ import annotations

from connectors.sandbox.core.wire import Response, json_response


class AdyenError(Exception):
    """`transient` failures are not remembered under the request's key."""

    def __init__(self, status: int, code: str, message: str, kind: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.transient = transient
        self.body = {"status": status, "errorCode": code, "message": message, "errorType": kind}

    def response(self) -> Response:
        headers = {"transient-error": "true"} if self.transient else {}
        return json_response(self.body, self.status, **headers)


def invalid(code: str, message: str) -> AdyenError:
    return AdyenError(422, code, message, "validation")


def unauthorized() -> AdyenError:
    return AdyenError(401, "000", "The API key is not valid", "security")


def unknown_account() -> AdyenError:
    return AdyenError(403, "901", "The merchant account does not exist", "security")


def in_progress() -> AdyenError:
    return AdyenError(422, "704", "A request with this key is still at work", "validation", transient=True)


def injected(status: int) -> AdyenError:
    passing = status == 429 or status >= 500
    kind = "internal" if passing else "validation"
    return AdyenError(
        status, "99_500" if passing else "702", f"Injected failure {status}", kind, transient=passing
    )
