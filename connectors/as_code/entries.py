"""Documents on their way in: read, compared with what is there, written, and checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from rest_framework import serializers

from connectors.as_code.environment import open_secrets
from connectors.as_code.files import Given
from connectors.as_code.secret_places import comparable
from connectors.as_code.sections import Coded, Section
from connectors.differences import Difference, differences
from tenants.apikit.problems import as_problem


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong with a document; `place` is its file and line."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class ImportRefused(Exception):
    """Nothing was written. `troubles` are all that could be found out at once."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__("\n".join(map(str, troubles)))
        self.troubles = tuple(troubles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the import does to one thing. `published` is the version that became live, 0 for none."""

    section: Section
    identity: str
    is_new: bool = False
    differences: tuple[Difference, ...] = ()
    published: int = 0

    def __bool__(self) -> bool:
        return bool(self.is_new or self.differences or self.published)


@dataclass(slots=True)
class Entry:
    """A document on its way in."""

    given: Given
    wanted: Coded
    row: Any = None
    change: Change | None = None

    @property
    def section(self) -> Section:
        return self.given.section

    @property
    def identity(self) -> str:
        return self.section.identity(self.wanted)


def read_all(given: Iterable[Given], environment: Mapping[str, str], keep: bool) -> list[Entry]:
    """All documents, checked, in the order in which they are written. Raises ImportRefused."""
    troubles: list[Trouble] = []
    entries = [entry for item in given if (entry := _read(item, environment, keep, troubles))]
    _refuse_doubles(entries, troubles)
    refuse(troubles)
    return sorted(entries, key=lambda entry: (entry.section.position, not entry.section.first(entry.wanted)))


def _read(given: Given, environment: Mapping[str, str], keep: bool, troubles: list[Trouble]) -> Entry | None:
    def tell(path: tuple[Any, ...], message: str) -> None:
        troubles.append(Trouble(given.place(path), message))

    data = open_secrets(given.section.shape(), given.data, environment, tell, keep_missing=keep)
    try:
        return Entry(given, given.section.read(data))
    except serializers.ValidationError as error:
        troubles.extend(_troubles(given, error))
        return None


def _refuse_doubles(entries: Iterable[Entry], troubles: list[Trouble]) -> None:
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        known = first.setdefault((entry.section.name, entry.identity.casefold()), entry)
        if known is not entry:
            text = f"{entry.section.noun} {entry.identity} is described in {known.given.place()} already"
            troubles.append(Trouble(entry.given.place(), text))


def write_all(entries: Sequence[Entry], user: Any) -> None:
    """Section by section: what is wrong with one would only make the next ones look wrong."""
    for position in sorted({entry.section.position for entry in entries}):
        troubles: list[Trouble] = []
        for entry in entries:
            if entry.section.position == position:
                troubles += _attempt(entry, lambda entry=entry: _write(entry, user))
        refuse(troubles)
    # Fields may name what a later section holds, such as the statuses of order types.
    refuse([trouble for entry in entries for trouble in _attempt(entry, lambda entry=entry: _check(entry))])


def _write(entry: Entry, user: Any) -> None:
    section = entry.section
    row = section.find(entry.wanted)
    present = section.encode(row) if row is not None else None
    wanted = section.settle(present, entry.wanted)
    changed = tuple(differences(*(comparable(section.shape(), item) for item in (present, wanted))))
    if row is None or changed:
        row = section.write(row, wanted, user)
    entry.row = row
    entry.change = Change(
        section=section,
        identity=section.identity(wanted),
        is_new=present is None,
        differences=changed,
    )


def _check(entry: Entry) -> None:
    if entry.change:
        entry.row = type(entry.row)._base_manager.get(pk=entry.row.pk)
        entry.section.check(entry.row, entry.wanted)


def _attempt(entry: Entry, do: Any) -> list[Trouble]:
    try:
        with transaction.atomic():
            do()
    except ValidationError as error:
        return list(_troubles(entry.given, error))
    return []


def _troubles(given: Given, error: Exception) -> Iterator[Trouble]:
    """Of a refusal, at the lines that it is about. Raises what is no refusal."""
    problem = as_problem(error)
    if not problem.errors:
        raise error
    for item in problem.errors:
        path = tuple(int(part) if part.isdecimal() else part for part in item.field.split(".") if part)
        told = "; ".join(filter(None, (item.message, item.cure)))
        yield Trouble(given.place(path), f"{item.field}: {told}" if item.field else told)


def refuse(troubles: Sequence[Trouble]) -> None:
    """Raises ImportRefused when there are any."""
    if troubles:
        raise ImportRefused(list(dict.fromkeys(troubles)))
