"""Drafts written and compared as documents: what the configuration API does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from connectors.as_code.secret_places import comparable
from connectors.as_code.sections import Coded, PublishableSection, section_of
from connectors.canonical import checksum
from connectors.differences import SEPARATOR, Difference, differences
from connectors.kinds import kind_of, read_document
from connectors.models import Publishable
from connectors.overtaken import stamp
from connectors.publishing import lock
from connectors.versions import newest, version
from tenants.apikit import show
from tenants.models import Tenant
from tenants.scoping import current_tenant

#: The draft among numbers of versions.
DRAFT = None
_MARK = 32


class DraftChanged(Exception):
    """The draft is another than the caller has read."""


def draft_mark(section: PublishableSection, row: Any) -> str:
    """Changes with the draft and with what is published of it, and of whatever is published together with it."""
    parts = (stamp(part, kind_of(part).to_document(part)) for part in section.parts(row))
    return checksum(list(parts))[:_MARK]


def expect(section: PublishableSection, row: Any, mark: str | None) -> None:
    """Call it in the transaction that changes something. Raises DraftChanged."""
    lock(row)
    if mark and mark != draft_mark(section, type(row)._base_manager.get(pk=row.pk)):
        raise DraftChanged


def create(section: PublishableSection, data: Any) -> Any:
    """A new draft. Raises ValidationError by field; also for what is there already."""
    given = section.read(data)
    with transaction.atomic():
        Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant().pk)
        there = section.find(given)
        if there is not None:
            text = f"There is a {section.noun} {section.identity(given)} already; change that or take another name."
            raise ValidationError({section.identity_field(given): [text]})
        row = section.write(None, section.settle(None, given), None)
        return _checked(section, row, given)


def change(section: PublishableSection, row: Any, data: Any, mark: str | None) -> Any:
    """Merge what is sent into the draft, as RFC 7396 says. Raises ValidationError by field, and DraftChanged."""
    with transaction.atomic():
        expect(section, row, mark)
        present = section.encode(row)
        given = section.read(merged(show(section.shape, present), data))
        wanted = section.settle(present, given)
        if not compared(section, present, wanted):
            return row
        return _checked(section, section.write(row, wanted, None), given)


def merged(present: Any, sent: Any) -> Any:
    """Objects by name, where null takes a name away; everything else as a whole."""
    if not isinstance(sent, Mapping):
        return sent
    found = dict(present) if isinstance(present, Mapping) else {}
    for name, value in sent.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def changes(
    section: PublishableSection, row: Publishable, old: int | None, new: int | None
) -> list[Difference]:
    """From one version to another; 0 is before the first, DRAFT the draft. Raises Publication.DoesNotExist."""
    return compared(section, _document(section, row, old), _document(section, row, new))


def pending(section: PublishableSection, row: Any) -> list[Difference]:
    """What publishing the draft would change, also of the connector that is published with it."""
    found = changes(section, row, in_force(row), DRAFT)
    for part in section.parts(row)[1:]:
        other = section_of("connectors")
        assert isinstance(other, PublishableSection)
        place = f"connector {other.identity(other.encode(part))}"
        theirs = changes(other, part, in_force(part), DRAFT)
        found += [replace(item, path=f"{place}{SEPARATOR}{item.path}") for item in theirs]
    return found


def in_force(row: Publishable) -> int:
    """The number of the version that is live; 0 for none."""
    last = newest(row)
    return last.number if last is not None and not last.retired else 0


def compared(section: PublishableSection, old: Coded | None, new: Coded | None) -> list[Difference]:
    shape = section.shape()
    return differences(comparable(shape, old), comparable(shape, new))


def _document(section: PublishableSection, row: Publishable, number: int | None) -> Coded | None:
    if number is DRAFT:
        return section.encode(row)
    return section.encode_document(read_document(version(row, number))) if number else None


def _checked(section: PublishableSection, row: Any, given: Coded) -> Any:
    fresh = type(row)._base_manager.get(pk=row.pk)
    section.check(fresh, given)
    return fresh
