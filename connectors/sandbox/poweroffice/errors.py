"""Failures in the service's shape, and in that of the gateway in front of it."""

from __future__ import annotations

from typing import Any


class GoError(Exception):
    def __init__(self, title: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.title, self.status = title, status

    @property
    def body(self) -> dict[str, Any]:
        return {"title": self.title, "detail": str(self), "status": self.status}


def injected(status: int) -> tuple[dict[str, Any], int]:
    if status == 429:
        return {"statusCode": "429", "message": "Rate limit is exceeded. Try again in 1 seconds."}, status
    if status in {401, 403}:
        return {}, status
    return GoError("Internal error", f"Injected failure {status}.", status).body, status


def missing(what: str, value: object) -> GoError:
    return GoError("Object(s) not found", f"{what} '{value}' not found.", 404)


def in_use(reference: str, identifier: object) -> GoError:
    return GoError(
        "Validation error(s)",
        f"ExternalImportReference is already in use. '{reference}' is used on Id = {identifier}.",
    )
