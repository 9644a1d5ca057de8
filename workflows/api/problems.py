"""Turns what the order services refuse into problem documents."""

from __future__ import annotations

from typing import Any

from tenants.apikit import ApiViewSet, FieldError, Problem
from workflows import problems

_RETRY_AFTER_S = "1"


class OrderApi(ApiViewSet):
    """Base of the endpoints that call the order services."""

    def handle_exception(self, exc: Exception) -> Any:
        return super().handle_exception(as_problem(exc) if isinstance(exc, problems.OrderProblem) else exc)

    @property
    def actor(self) -> str:
        """How events and runs name the caller."""
        return str(self.request.auth)[:150]


def as_problem(error: problems.OrderProblem) -> Problem:
    match error:
        case problems.InvalidData():
            return Problem.of_fields(error.errors)
        case problems.NotFound():
            return Problem(404, "not-found", _sentence(error))
        case problems.DuplicateNumber():
            return _conflict("duplicate", error, FieldError("number", *_parts(error)))
        case problems.DuplicateCode():
            return _conflict("duplicate", error, FieldError(error.field, *_parts(error)))
        case problems.StatusNotAllowed():
            return _conflict("status-not-allowed", error, FieldError("status", *_parts(error)))
        case problems.VersionConflict():
            return _conflict("version-conflict", error, FieldError("version", *_parts(error)))
        case problems.NotPossible():
            return Problem(409, "not-possible", _sentence(error))
        case _:
            return Problem(503, "busy", _sentence(error), headers={"Retry-After": _RETRY_AFTER_S})


def _conflict(code: str, error: problems.OrderProblem, field: FieldError) -> Problem:
    return Problem(409, code, _sentence(error), errors=[field])


def _sentence(error: problems.OrderProblem) -> str:
    text = error.message
    return f"{text[:1].upper()}{text[1:]}."


def _parts(error: problems.OrderProblem) -> tuple[str, str]:
    message, _, cure = _sentence(error).partition("; ")
    return message, cure
