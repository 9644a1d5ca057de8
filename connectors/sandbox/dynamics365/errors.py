"""Failures in Business Central's shape."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

_CODES = {
    400: "BadRequest",
    401: "Authentication_InvalidCredentials",
    403: "Authorization_RequestDenied",
    404: "BadRequest_NotFound",
    409: "Request_EntityChanged",
    429: "Application_TooManyRequests",
    500: "Internal_ServerError",
}


class BcError(Exception):
    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status

    @property
    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": f"{self}  CorrelationId:  {uuid4()}."}}


def injected(status: int) -> BcError:
    """The usual error of a status; those of front servers have no code of Business Central's."""
    return BcError(_CODES.get(status, "Unknown"), f"Injected failure {status}.", status)


def dialog(message: str) -> BcError:
    return BcError("Application_DialogException", message)


def unauthorized() -> BcError:
    message = "The server has rejected the client credentials."
    return BcError("Authentication_InvalidCredentials", message, 401)


def not_found(what: str) -> BcError:
    return BcError("BadRequest_NotFound", f"No HTTP resource was found that matches {what}.", 404)


def no_such_field(name: str, kind: str) -> BcError:
    message = f"The property '{name}' does not exist on type 'Microsoft.NAV.{kind}'."
    return BcError("BadRequest", message)


def too_long(text: str, longest: int) -> BcError:
    message = (
        f"The length of the string is {len(text)}, but it must be less than or equal to {longest} characters."
        f" Value: {text}"
    )
    return BcError("Application_StringExceededLength", message)


def changed() -> BcError:
    return BcError("Request_EntityChanged", "Another user has already changed the record.", 409)
