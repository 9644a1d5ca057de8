"""Failures in Fortnox's shape: Swedish messages with a number."""

from __future__ import annotations

from typing import Any


class FortnoxError(Exception):
    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status

    @property
    def body(self) -> dict[str, Any]:
        return {"ErrorInformation": {"Error": 1, "Message": str(self), "Code": self.code}}


def injected(status: int) -> tuple[dict[str, Any], int]:
    """What the gateway says of logins and of too many calls, and the service of everything else."""
    if status in {401, 403}:
        return {"message": "unauthorized"}, status
    if status == 429:
        return {"message": "Too Many Requests"}, status
    return FortnoxError(1000003, "Ett systemfel har inträffat.", status).body, status


def missing(what: str, code: int) -> FortnoxError:
    return FortnoxError(code, f"Kan inte hitta {what}.", 404)


def refused(message: str, code: int = 2000588) -> FortnoxError:
    return FortnoxError(code, message)
