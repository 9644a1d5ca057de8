"""What the descriptions of all endpoints have in common: problems, the idempotency header, paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from tenants.apikit.problems import ProblemSerializer

_PROBLEM = "application/problem+json"
_TEXTS = {
    400: "The request has errors; each names its field and the cure.",
    401: "No valid API key was sent.",
    403: "The API key lacks the scope that this call needs.",
    402: "The payment was declined; the shopper may try another way to pay.",
    404: "There is no such thing in the tenant of the API key.",
    409: "The current state does not allow it; the detail says what would be allowed.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The Idempotency-Key was used for another request.",
    429: "The API key has sent too many requests; go on after as many seconds as Retry-After says.",
    503: "Somebody else is at it, or the provider is away; try again as Retry-After says.",
}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "Any text of up to 255 characters that names this request, such as a UUID. Sending the same request again "
        "within 24 hours repeats the first answer and nothing else."
    ),
)
FIELDS = OpenApiParameter(
    "fields",
    OpenApiTypes.STR,
    OpenApiParameter.QUERY,
    description="Names of the fields to answer with, separated by commas; all when it is left out.",
)


def describe(
    summary: str,
    *,
    tag: str,
    answers: Mapping[Any, Any],
    problems: tuple[int, ...] = (),
    description: str = "",
    parameters: tuple[Any, ...] = (),
    examples: tuple[OpenApiExample, ...] = (),
    **rest: Any,
) -> Callable[[Any], Any]:
    """Decorates an endpoint. `answers` are by status, or by status and media type; `problems` are the statuses beyond
    those that every call, or every one with an Idempotency-Key, can have."""
    every = {401, 403, 429} | ({400, 409, 422} if IDEMPOTENCY in parameters else set())
    failures = {
        (status, _PROBLEM): OpenApiResponse(ProblemSerializer, _TEXTS[status])
        for status in sorted({*every, *problems})
    }
    return extend_schema(
        summary=summary,
        description=description or f"{summary}.",
        tags=[tag],
        parameters=list(parameters),
        responses={**answers, **failures},
        examples=list(examples),
        **rest,
    )


def path(name: str, text: str) -> OpenApiParameter:
    """A text in the address."""
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=text)


def request_example(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def answer_example(name: str, value: Any, *statuses: int) -> OpenApiExample:
    return OpenApiExample(
        name, value=value, response_only=True, status_codes=[str(status) for status in statuses] or None
    )
