"""Failures in Vipps' shapes: problem documents of its own, and what the gateway in front of it says."""

from __future__ import annotations

import json

from connectors.sandbox.core.wire import Response, json_response

#: Title and status of the failures that have a number.
PROBLEMS: dict[str, tuple[str, int]] = {
    "4010": ("Key used for another capture", 409),
    "4020": ("Key known", 409),
    "4150": ("Reference taken", 409),
    "5090": ("No such reference", 404),
    "6010": ("Amount below the least", 400),
    "6020": ("Nothing captured to refund", 400),
    "6040": ("Captured, so not to be cancelled", 400),
    "6070": ("Cancelled, so not to be captured", 400),
    "6080": ("Not approved yet", 400),
    "6090": ("More than is left to capture", 400),
    "6150": ("More than is left to refund", 400),
    "6160": ("At work on this payment", 423),
    "6170": ("Captured already", 400),
    "6180": ("Refunded already", 400),
    "6190": ("Not to be cancelled in this state", 400),
    "7010": ("No such customer", 400),
    "10010": ("Not approved", 400),
}
_GATEWAY = frozenset({401, 403, 422, 429})


class VippsError(Exception):
    """A refusal; `details` are pairs of a field and what is wrong with it."""

    def __init__(self, status: int, title: str, detail: str, *details: tuple[str, str]) -> None:
        super().__init__(detail)
        self.status = status
        self.body = {
            "type": f"https://httpstatuses.io/{status}",
            "title": title,
            "detail": detail,
            "status": status,
            "extraDetails": [{"name": name, "reason": reason} for name, reason in details],
            "traceId": "00-5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c-5a4d0b0c5a4d0b0c-00",
        }

    def response(self) -> Response:
        return Response(self.status, json.dumps(self.body).encode(), "application/problem+json")


def refused(code: str, detail: str) -> VippsError:
    title, status = PROBLEMS[code]
    return VippsError(status, title, detail, ("ErrorCode", code))


def invalid(*details: tuple[str, str]) -> VippsError:
    """Fields that are not as the description says have no number."""
    return VippsError(400, "Bad Request", "See extraDetails for further details", *details)


def failed(status: int, text: str = "") -> Response:
    message = text or f"Injected failure {status}"
    if status in _GATEWAY:
        return json_response({"statusCode": status, "message": message}, status)
    return VippsError(status, "Failure", message).response()
