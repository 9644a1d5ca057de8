"""Documents of files become drafts, all or none; what would change is told first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from connectors.as_code.entries import Change, Entry, ImportRefused, Trouble, read_all, refuse, write_all
from connectors.as_code.files import Given
from connectors.as_code.going_live import publish_all
from connectors.as_code.sections import PublishableSection
from tenants.models import Tenant
from tenants.scoping import tenant_scope

__all__ = ["Change", "ImportRefused", "Imported", "Publishing", "Trouble", "import_documents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """Publish with this comment what differs from what is live; warnings of these codes are confirmed, None all."""

    comment: str = ""
    confirmed: Collection[str] | None = ()


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
        entries = read_all(given, environment, keep_secrets)
        write_all(entries, user)
        notes = _publish(entries, publishing, user) if publishing else []
        changes = [entry.change for entry in entries if entry.change]
        found = Imported(changes, list(_untouched(entries)), notes)
        transaction.set_rollback(only_plan)
    return found


def _publish(entries: Sequence[Entry], publishing: Publishing, user: Any) -> list[str]:
    going = [entry for entry in entries if isinstance(entry.section, PublishableSection)]
    ended = publish_all(
        [(entry.section, entry.row) for entry in going],
        comment=publishing.comment,
        confirmed=publishing.confirmed,
        user=user,
    )
    refuse(
        [
            Trouble(f"{entry.section.noun} {entry.identity}", text)
            for entry, texts in zip(going, ended.refused, strict=True)
            for text in texts
        ]
    )
    for entry, number in zip(going, ended.numbers, strict=True):
        if number and entry.change is not None:
            entry.change = replace(entry.change, published=number)
    return ended.notes


def _untouched(entries: Sequence[Entry]) -> Iterator[str]:
    """Of the sections that the documents have."""
    kept = {(type(entry.row), entry.row.pk) for entry in entries}
    for section in dict.fromkeys(entry.section for entry in entries):
        for row in section.rows():
            if (type(row), row.pk) not in kept and not getattr(row, "retired", False):
                yield f"{section.noun} {row}"
