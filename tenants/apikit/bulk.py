"""Calls that take many rows: what is wrong with one is told at its place, and the rest is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from tenants.apikit.parsing import ITEMS
from tenants.apikit.problems import FieldError, FieldErrorSerializer, Problem, as_problem
from tenants.apikit.serializers import near, read

BULK_BODY = 10 * 1024 * 1024
NAME = "items"
OUTCOMES = ["created", "updated", "failed"]

#: What is wrong with a row, by its place.
Refused = dict[int, list[FieldError]]


class RowResultSerializer(serializers.Serializer):
    """What became of one row."""

    index = serializers.IntegerField(help_text="Place of the row in what was sent, counted from 0.")
    outcome = serializers.ChoiceField(OUTCOMES)
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]


class BulkResultSerializer(serializers.Serializer):
    saved = serializers.IntegerField()
    failed = serializers.IntegerField()
    results = RowResultSerializer(many=True, help_text="One for each row, in the order sent.")


def read_items(body: Any, most: int = ITEMS) -> list[Any]:
    """The rows of a body such as {"items": [{…}, {…}]}, whatever they are. Raises Problem 400."""
    given: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    errors = [
        FieldError(name, "This field does not exist.", near(name, [NAME])) for name in given if name != NAME
    ]
    rows = given.get(NAME)
    if not isinstance(rows, list) or not rows:
        errors.append(FieldError(NAME, "This is not a list with rows.", 'Send {"items": [{…}, {…}]}.'))
    elif len(rows) > most:
        errors.append(FieldError(NAME, f"This has {len(rows)} rows.", f"Send at most {most} at a time."))
    if errors:
        raise Problem(400, "validation", "The request has errors; nothing was saved.", errors=errors)
    return list(rows or ())


def read_rows(
    kind: type[serializers.BaseSerializer], items: Iterable[Any]
) -> tuple[dict[int, dict[str, Any]], Refused]:
    """The checked rows, and what is wrong with the others, both by place."""
    rows: dict[int, dict[str, Any]] = {}
    refused: Refused = {}
    for index, item in enumerate(items):
        try:
            rows[index] = read(kind, item)
        except serializers.ValidationError as error:
            refused[index] = as_problem(error).errors
    return rows, refused


def bulk_answer(results: Mapping[int, Mapping[str, Any]], refused: Refused) -> dict[str, Any]:
    """`results` of the rows that were saved, each with its outcome, and the others, in the order sent."""
    failed = {index: _failed(errors) for index, errors in refused.items()}
    told = {**{index: {**result, "errors": []} for index, result in results.items()}, **failed}
    return {
        "saved": len(results),
        "failed": len(failed),
        "results": [{"index": index, **told[index]} for index in sorted(told)],
    }


def _failed(errors: Iterable[FieldError]) -> dict[str, Any]:
    return {"outcome": "failed", "errors": [error._asdict() for error in errors]}
