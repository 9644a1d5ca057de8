"""What is checked of documents and of the rows that they become. Refusals name the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def clean(row: models.Model, place: str = "", names: Mapping[str, str] = {}) -> None:
    """The checks of the row's own fields, each told at its place; `names` are fields that a document calls otherwise."""
    errors: dict[str, list[str]] = {}
    checks: tuple[Any, ...] = (
        partial(row.clean_fields, exclude={"tenant", "live"}),
        row.clean,
        row.validate_constraints,
    )
    for check in checks:
        try:
            check()
        except ValidationError as error:
            told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            for name, messages in told.items():
                inner = "" if name == "__all__" else names.get(name, name)
                errors.setdefault(".".join(filter(None, (place, inner))), []).extend(messages)
        if errors:
            raise ValidationError(errors)


def clean_all(rows: Iterable[tuple[models.Model, str]]) -> None:
    """Raises ValidationError with what is wrong with any of these rows, each with its place."""
    errors: dict[str, list[str]] = {}
    for row, place in rows:
        try:
            clean(row, place)
        except ValidationError as error:
            errors |= error.message_dict
    if errors:
        raise ValidationError(errors)


def spelled(model: type[Any], codes: Iterable[str], place: str) -> list[str]:
    """The codes as their rows spell them, sorted. Raises ValidationError at `place` for one that there is not."""
    wanted = list(codes)
    known = {row.lower(): row for row in model.objects.values_list("code", flat=True)} if wanted else {}
    missing = sorted({code for code in wanted if code.lower() not in known})
    if missing:
        noun = model._meta.verbose_name
        text = f"There is no {noun} {', '.join(missing)}; create it or leave it out."
        raise ValidationError({place: [text]})
    return sorted({known[code.lower()] for code in wanted})


def refuse_twice(rows: Sequence[Mapping[str, Any]], place: str, *names: str) -> None:
    """Raises ValidationError where two rows of a list have the same names, in any case."""
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(rows):
        key = tuple(str(row.get(name, "")).casefold() for name in names)
        if key in seen:
            text = f"{' > '.join(filter(None, (str(row.get(name, '')) for name in names)))} is there already; write it once."
            raise ValidationError({f"{place}.{number}.{names[-1]}": [text]})
        seen.add(key)
