"""What every API of Crossdock is built with: keys, scopes, problems, idempotency, strict reading, pages."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tenants.apikit.authentication import ApiKeyAuthentication, HasScope
from tenants.apikit.pagination import Pagination
from tenants.apikit.parsing import StrictJSONParser
from tenants.apikit.problems import FieldError, Problem, ProblemSerializer, problem_handler
from tenants.apikit.serializers import OpenJSONField, StrictSerializer, read, show

if TYPE_CHECKING:
    from tenants.apikit.views import ApiView, ApiViewSet

__all__ = [
    "ApiKeyAuthentication",
    "ApiView",
    "ApiViewSet",
    "FieldError",
    "HasScope",
    "OpenJSONField",
    "Pagination",
    "Problem",
    "ProblemSerializer",
    "StrictJSONParser",
    "StrictSerializer",
    "problem_handler",
    "read",
    "show",
]


def __getattr__(name: str) -> Any:
    """The framework's own views import the authentication class from here, before any view can be defined."""
    if name in ("ApiView", "ApiViewSet"):
        return getattr(import_module("tenants.apikit.views"), name)
    raise AttributeError(name)
