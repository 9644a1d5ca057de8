"""What everything that hangs on an order shares: finding it, its document, and the version that the caller has read."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from tenants.apikit import FieldError, Problem, show
from tenants.apikit.queries import wants
from tenants.kept import Kept
from workflows.api.order_serializers import OrderSerializer
from workflows.api.problems import OrderApi, as_problem
from workflows.models import ErrorStatus, Order, OrderError, OrderLine
from workflows.problems import NotFound, VersionConflict

TAG = "Orders"
NUMBER_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
#: What whoever acts on an order needs of it before it is locked and read anew.
_HANDLE = ("tenant_id", "number", "status", "version", "modified_at")
_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "The ETag of the order that you read, which is its version in quotes. Refused with 409 and the order as it is "
        "now when it has changed since."
    ),
)


_by_number = Kept(lambda number: Order.objects.only(*_HANDLE).filter(number=number).order_by())


class OneOrderApi(OrderApi):
    """Base of what hangs on one order."""

    def order(self) -> Order:
        """The order that the address names, without its documents. Raises NotFound."""
        for order in _by_number(self.kwargs["number"]):
            return order
        raise NotFound(f"there is no order {self.kwargs['number']}")

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, VersionConflict):
            problem = as_problem(exc)
            problem.current = document(self.kwargs["number"])
            exc = problem
        return super().handle_exception(exc)


def with_parts(orders: QuerySet[Order], fields: Collection[str] | None = None) -> QuerySet[Order]:
    """What the documents, or these fields of them, need, in a fixed number of statements."""
    return orders.select_related("market", "store").prefetch_related(*parts(fields))


def parts(fields: Collection[str] | None = None) -> list[Prefetch]:
    active = OrderError.objects.filter(status=ErrorStatus.ACTIVE).order_by("id")
    lines = Prefetch("lines", OrderLine.objects.order_by("number"))
    errors = Prefetch("errors", active, to_attr="active_errors")
    return [part for part, name in ((lines, "lines"), (errors, "errors")) if wants(fields, name)]


def know_lines(order: Order, lines: list[OrderLine]) -> None:
    """Lets the order's document use lines that are at hand instead of reading them."""
    rows = OrderLine.objects.none()
    rows._result_cache = lines
    order._prefetched_objects_cache = {"lines": rows}  # type: ignore[attr-defined]


def document(number: str) -> dict[str, Any] | None:
    """The whole order as it is now."""
    order = with_parts(Order.objects.all()).filter(number=number).first()
    return None if order is None else show(OrderSerializer, order)


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def expected_version(request: Request, sent: int | None) -> int | None:
    """The version that the caller has read, by the body or If-Match. Raises Problem 400 when it is no version."""
    header = request.headers.get("If-Match", "").strip()
    if sent is not None or header in ("", "*"):
        return sent
    found = _ETAG.fullmatch(header)
    if found is None:
        error = FieldError(
            "If-Match", "This is not the ETag of an order.", 'Send the version in quotes: "3".'
        )
        raise Problem(400, "validation", "A header has errors.", errors=[error])
    return int(found[1])
