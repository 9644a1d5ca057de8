"""Every error as an RFC 9457 problem that names the field and the cure, and never an internal."""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
_CURES = {
    "required": "Send this field.",
    "null": "Send a value.",
    "blank": "Send a text that is not empty.",
    "empty": "Send at least one item.",
    "invalid_choice": "Send one of the values that the API description lists.",
    "max_length": "Send a shorter value.",
    "unique": "Use another value.",
}


class FieldError(NamedTuple):
    """`field` is a path such as "lines.0.sku"; empty when the whole document is meant."""

    field: str
    message: str
    cure: str = ""


class Problem(exceptions.APIException):
    """Raise it anywhere in a view: `Problem(409, "not-allowed", "The order is completed.", errors=[…])`."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        current: Mapping[str, Any] | None = None,
    ) -> None:
        """`current` is how the thing stands, for callers whose copy of it is old."""
        super().__init__(detail, code)
        self.status_code = status
        self.code = code
        self.text = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.current = current

    @classmethod
    def of_fields(cls, errors: Mapping[str, Iterable[str]]) -> Problem:
        """From messages by path; in a message, what follows the first "; " is the cure."""
        found = [_field_error(path, message) for path, messages in errors.items() for message in messages]
        return cls(400, "validation", "The request has errors; nothing was saved.", errors=found)


class FieldErrorSerializer(serializers.Serializer):
    field = serializers.CharField(help_text="Path of the field, such as lines.0.sku; empty for the whole.")
    message = serializers.CharField()
    cure = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    request_id = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]
    current = serializers.DictField(
        required=False, help_text="How the thing stands now, where the caller's copy of it is old."
    )


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER; answers unforeseen exceptions too, after logging them."""
    from rest_framework.views import set_rollback  # which imports us, through the settings

    problem = as_problem(exc)
    request = context["request"]
    if problem.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s failed", request.method, request.path, exc_info=exc)
    set_rollback()
    return Response(
        document(problem, request), problem.status_code, headers=problem.headers, content_type=CONTENT_TYPE
    )


def document(problem: Problem, request: Any) -> dict[str, Any]:
    told = {
        "type": f"urn:crossdock:problem:{problem.code}",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.text,
        "instance": request.path,
        "request_id": request_id(request),
        "errors": [error._asdict() for error in problem.errors],
    }
    return told if problem.current is None else {**told, "current": dict(problem.current)}


def request_id(request: Any) -> str:
    """The caller's X-Request-Id when it is a plain short text, else a new one; the same for the whole request."""
    bare = getattr(request, "_request", request)
    if not hasattr(bare, "request_id"):
        sent = request.headers.get("X-Request-Id", "")
        fine = 8 <= len(sent) <= 64 and sent.isascii() and sent.replace("-", "").replace("_", "").isalnum()
        bare.request_id = sent if fine else uuid.uuid4().hex
    return str(bare.request_id)


def as_problem(exc: Exception) -> Problem:
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(get_error_detail(exc))
    if isinstance(exc, exceptions.ValidationError):
        found = list(_field_errors(exc.detail, ""))
        return Problem(400, "validation", "The request has errors; nothing was saved.", errors=found)
    if isinstance(exc, Http404 | exceptions.NotFound):
        return Problem(404, "not-found", "There is nothing here.")
    if isinstance(exc, PermissionDenied):
        return Problem(403, "permission-denied", "This is not allowed.")
    if isinstance(exc, RequestDataTooBig):
        return Problem(413, "too-large", "The body is too large; send less at a time.")
    if isinstance(exc, exceptions.APIException):
        return _from_api_exception(exc)
    return Problem(500, "internal", "Something went wrong on our side; tell support the request id.")


def _from_api_exception(exc: exceptions.APIException) -> Problem:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    code = str(exc.get_codes()).replace("_", "-")
    return Problem(exc.status_code, code, str(exc.detail), headers=headers)


def _field_errors(detail: Any, path: str) -> Iterator[FieldError]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _field_errors(inner, path if name == "non_field_errors" else _join(path, name))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            yield from _field_errors(inner, path if isinstance(inner, str) else _join(path, index))
    else:
        yield _field_error(path, str(detail), getattr(detail, "code", ""))


def _join(path: str, name: Any) -> str:
    return f"{path}.{name}" if path else str(name)


def _field_error(path: str, text: str, code: str = "") -> FieldError:
    message, _, cure = text.partition("; ")
    return FieldError(path, message, cure or _CURES.get(code, ""))
