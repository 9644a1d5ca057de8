"""Lists that are narrowed by a query, and rows that are read by their code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import Pagination, read, show
from tenants.apikit.bulk import BULK_BODY, BulkResultSerializer, Refused, bulk_answer, read_items, read_rows
from tenants.apikit.describing import FIELDS, IDEMPOTENCY, describe, request_example
from tenants.apikit.problems import Problem
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields
from workflows import catalog, lookups
from workflows.api.problems import OrderApi
from workflows.problems import NotFound


class ChangesPagination(Pagination):
    """Newest first; in the order of change for who asks what changed, so that no change is missed."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return ("modified_at", "id") if "modified_since" in request.query_params else ("-id",)


class ListApi(OrderApi):
    """Lists rows by the parameters of a query serializer."""

    pagination_class: Any = ChangesPagination
    lookup_value_regex = r"[^/\x00]{1,64}"
    query_serializer: Any = NoQuerySerializer

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        since, external_id = query.pop("modified_since", None), query.pop("external_id", None)
        rows = rows.filter(**query)
        rows = rows.filter(modified_at__gte=since) if since else rows
        return lookups.with_external_id(rows, external_id) if external_id else rows

    def list(self, request: Request) -> Response:
        return self.page(self.filtered(self.get_queryset(), read_query(self.query_serializer, request)))

    def page(self, rows: QuerySet[Any]) -> Response:
        """A page of the rows, each with the fields that the caller wants."""
        kind: Any = self.serializer_class
        fields = wanted_fields(kind, self.request)
        found = self.paginate_queryset(rows) or ()
        return self.get_paginated_response([show(kind, row, fields) for row in found])


class CatalogApi(ListApi):
    """Reads one row by its code, too."""

    def retrieve(self, request: Request, **code: str) -> Response:
        kind: Any = self.serializer_class
        read_query(NoQuerySerializer, request)
        fields = wanted_fields(kind, request)
        row = self.get_queryset().filter(**code).first()
        if row is None:
            name = self.get_queryset().model._meta.verbose_name
            raise NotFound(f"there is no {name} {next(iter(code.values()))}")
        return Response(show(kind, row, fields))


class BulkApi(OrderApi):
    """A view with an action `bulk`, whose body may be larger."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.action == "bulk":
            self.max_body = BULK_BODY
        super().initial(request, *args, **kwargs)


class KeptApi(BulkApi, CatalogApi):
    """Rows that callers create, change and send in bulk by their code, `lookup_field`."""

    row_serializer: Any
    change_serializer: Any

    def create_row(self, **values: Any) -> Any:
        raise NotImplementedError

    def create(self, request: Request) -> Response:
        kind: Any = self.serializer_class
        return Response(show(kind, self.create_row(**read(kind, request.data))), 201)

    def partial_update(self, request: Request, **code: str) -> Response:
        kind: Any = self.serializer_class
        values = read(self.change_serializer, request.data)
        return Response(show(kind, catalog.change(self.get_queryset().model, code, values)))

    def save_rows(self, request: Request) -> Response:
        rows, refused = read_rows(self.row_serializer, read_items(request.data))
        new, wrong = catalog.save_many(self.get_queryset().model, str(self.lookup_field), rows)
        results = {index: {"outcome": "created" if is_new else "updated"} for index, is_new in new.items()}
        return Response(bulk_answer(results, {**refused, **as_refused(wrong)}))


def as_refused(wrong: Mapping[int, Mapping[str, list[str]]]) -> Refused:
    return {index: Problem.of_fields(errors).errors for index, errors in wrong.items()}


def described(tag: str, query: tuple[Any, ...], answer: Any, code: Any, thing: str = "") -> dict[str, Any]:
    """How list and read of a resource are described."""
    thing = thing or tag.lower().rstrip("s")
    return {
        "list": describe(
            f"List {tag.lower()}",
            tag=tag,
            parameters=(*query, FIELDS),
            answers={200: answer(many=True)},
            problems=(400,),
        ),
        "retrieve": describe(
            f"Read a {thing}",
            tag=tag,
            parameters=(code, FIELDS),
            answers={200: answer},
            problems=(400, 404),
        ),
    }


def creates(thing: str, tag: str, serializer: Any, example: dict[str, Any], answer: Any = None) -> Any:
    return describe(
        f"Create a {thing}",
        tag=tag,
        parameters=(IDEMPOTENCY,),
        request=serializer,
        answers={201: answer or serializer},
        problems=(400, 409, 413, 415, 422),
        examples=(request_example(f"A {thing}", example),),
    )


def changes(thing: str, tag: str, request: Any, answer: Any, code: Any, example: dict[str, Any]) -> Any:
    return describe(
        f"Change a {thing}",
        tag=tag,
        description="Sets the fields that are sent; the others stay as they are.",
        parameters=(code,),
        request=request,
        answers={200: answer},
        problems=(400, 404, 413, 415),
        examples=(request_example("One field", example),),
    )


def takes_many(things: str, tag: str, request: Any, example: dict[str, Any], answer: Any = None) -> Any:
    return describe(
        f"Save many {things}",
        tag=tag,
        description=(
            "Creates those that are not there and changes those that are, up to 1,000 at a time and 10 MiB. A row with "
            "errors is told at its place and does not keep the others from being saved: look at `failed`."
        ),
        parameters=(IDEMPOTENCY,),
        request=request,
        answers={200: answer or BulkResultSerializer(many=False)},
        problems=(400, 409, 413, 415, 422),
        examples=(request_example("One row", {"items": [example]}),),
    )
