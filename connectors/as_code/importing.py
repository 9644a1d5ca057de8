"""Documents of files become drafts, all or none; what would change is told first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from rest_framework import serializers

from connectors.as_code.environment import open_secrets
from connectors.as_code.files import Given
from connectors.as_code.going_live import publish_all
from connectors.as_code.secret_places import comparable
from connectors.as_code.sections import Coded, PublishableSection, Section
from connectors.differences import Difference, differences
from tenants.apikit.problems import as_problem
from tenants.models import Tenant
from tenants.scoping import tenant_scope


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """Publish with this comment what differs from what is live; warnings of these codes are confirmed, None all."""

    comment: str = ""
    confirmed: Collection[str] | None = ()


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


@dataclass(slots=True)
class Imported:
    """`untouched` is what the tenant has and no document is about; it stays as it is."""

    changes: list[Change]
    untouched: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_documents(
    tenant: Tenant,
    given: Sequence[Given],
    environment: Mapping[str, str],
    *,
    only_plan: bool = False,
    keep_secrets: bool = False,
    publishing: Publishing | None = None,
    user: Any = None,
) -> Imported:
    """Write all documents as drafts, and publish them where that is asked for, in one transaction.

    With `only_plan` everything is done and taken back, so that what is told is what would happen. Raises ImportRefused.
    """
    with transaction.atomic(), tenant_scope(tenant):
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
        entries = _read_all(given, environment, keep_secrets)
        _write_all(entries, user)
        notes = _publish(entries, publishing, user) if publishing else []
        changes = [entry.change for entry in entries if entry.change]
        found = Imported(changes, list(_untouched(entries)), notes)
        transaction.set_rollback(only_plan)
    return found


def _read_all(given: Iterable[Given], environment: Mapping[str, str], keep: bool) -> list[Entry]:
    troubles: list[Trouble] = []
    entries = [entry for item in given if (entry := _read(item, environment, keep, troubles))]
    _refuse_doubles(entries, troubles)
    _raise(troubles)
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


def _write_all(entries: Sequence[Entry], user: Any) -> None:
    """Section by section: what is wrong with one would only make the next ones look wrong."""
    for position in sorted({entry.section.position for entry in entries}):
        troubles: list[Trouble] = []
        for entry in entries:
            if entry.section.position == position:
                troubles += _attempt(entry, lambda entry=entry: _write(entry, user))
        _raise(troubles)
    # Fields may name what a later section holds, such as the statuses of order types.
    _raise([trouble for entry in entries for trouble in _attempt(entry, lambda entry=entry: _check(entry))])


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


def _publish(entries: Sequence[Entry], publishing: Publishing, user: Any) -> list[str]:
    going = [entry for entry in entries if isinstance(entry.section, PublishableSection)]
    ended = publish_all(
        [(entry.section, entry.row) for entry in going],
        comment=publishing.comment,
        confirmed=publishing.confirmed,
        user=user,
    )
    _raise(
        [
            Trouble(f"{entry.section.noun} {entry.identity}", text)
            for entry, texts in zip(going, ended.refused, strict=True)
            for text in texts
        ]
    )
    for entry, number in zip(going, ended.numbers, strict=True):
        if number and entry.change is not None:
            entry.change = _published(entry.change, number)
    return ended.notes


def _published(change: Change, number: int) -> Change:
    return Change(
        section=change.section,
        identity=change.identity,
        is_new=change.is_new,
        differences=change.differences,
        published=number,
    )


def _untouched(entries: Sequence[Entry]) -> Iterator[str]:
    """Of the sections that the documents have."""
    kept = {(type(entry.row), entry.row.pk) for entry in entries}
    for section in dict.fromkeys(entry.section for entry in entries):
        for row in section.rows():
            if (type(row), row.pk) not in kept and not getattr(row, "retired", False):
                yield f"{section.noun} {row}"


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


def _raise(troubles: Sequence[Trouble]) -> None:
    if troubles:
        raise ImportRefused(list(dict.fromkeys(troubles)))
