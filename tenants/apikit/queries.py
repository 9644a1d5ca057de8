"""The query of a list or a row: filters, the fields wanted, and what paging takes care of by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from tenants.apikit.problems import FieldError, Problem
from tenants.apikit.serializers import StrictSerializer, names_of, near, read

FIELDS = "fields"
_NOT_FILTERS = {"cursor", "limit", FIELDS}


class NoQuerySerializer(StrictSerializer):
    """Of lists that are not narrowed."""


def read_query(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The checked filters. Raises ValidationError for what is unknown, and Problem for what is sent twice."""
    query = request.query_params
    twice = [
        FieldError(name, "This is sent twice.", "Send it once.")
        for name in query
        if _is_repeated(query, name)
    ]
    if twice:
        raise Problem(400, "validation", "The query has errors.", errors=twice)
    return read(serializer, {name: value for name, value in query.items() if name not in _NOT_FILTERS})


def wanted_fields(kind: type[serializers.BaseSerializer], request: Request) -> frozenset[str] | None:
    """The fields that the caller asks for; None means all. Raises Problem for one that there is not."""
    sent = request.query_params.get(FIELDS)
    if sent is None:
        return None
    names, known = [name.strip() for name in sent.split(",")], names_of(kind)
    unknown = [name for name in names if name not in known]
    if unknown:
        errors = [
            FieldError(FIELDS, f"There is no field {name[:100]!r}.", near(name, known)) for name in unknown
        ]
        raise Problem(400, "validation", "The query has errors.", errors=errors[:20])
    return frozenset(names)


def wants(fields: Iterable[str] | None, *names: str) -> bool:
    """Whether one of these is asked for, so that it has to be read."""
    return fields is None or bool(set(names) & set(fields))


def _is_repeated(query: Mapping[str, Any], name: str) -> bool:
    return len(query.getlist(name)) > 1  # type: ignore[attr-defined]
