"""How GLS refuses: ShipIT in headers of an empty answer, the gateway in a fault."""

from __future__ import annotations

from connectors.sandbox.core.wire import Response, json_response


class ShipitError(Exception):
    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def response(self, status: int | None = None) -> Response:
        headers = {"error": self.code, "message": self.message}
        return Response(self.status if status is None else status, content_type="text/plain", headers=headers)


def fault(status: int, text: str, code: str) -> Response:
    return json_response({"fault": {"faultstring": text, "detail": {"errorcode": code}}}, status)


def not_found(what: str) -> ShipitError:
    return ShipitError("NOT_FOUND", f"There is no {what}", 404)
