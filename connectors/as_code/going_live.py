"""Publishing what was imported, through the checklist, in the order in which one needs the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from connectors.as_code.sections import PublishableSection
from connectors.checklist import Finding
from connectors.models import Connector
from connectors.publishing import PublishRefused
from connectors.versions import newest

#: Told of a connector whose user goes live after it; asked again once all are live.
UNUSED = "unused"


@dataclass(slots=True)
class Ended:
    """By the order of what was given: the version that became live, 0 where nothing changed; why one could not."""

    numbers: list[int] = field(default_factory=list)
    refused: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def publish_all(
    rows: Sequence[tuple[Any, Any]], *, comment: str, confirmed: Collection[str] | None, user: Any
) -> Ended:
    """Publish what differs from what is live. Called in a transaction, which the caller rolls back when some refused."""
    ended = Ended()
    accepted = None if confirmed is None else {*confirmed, UNUSED}
    for section, row in rows:
        number, refused = _publish(section, row, comment=comment, confirmed=accepted, user=user)
        ended.numbers.append(number)
        ended.refused.append(refused)
    if not any(ended.refused):
        ended.notes = _unused(
            [row for (_, row), number in zip(rows, ended.numbers, strict=True) if number], rows
        )
    return ended


def _publish(section: PublishableSection, row: Any, **options: Any) -> tuple[int, list[str]]:
    fresh = type(row)._base_manager.get(pk=row.pk)
    before = newest(fresh)
    try:
        with transaction.atomic():
            made = section.publish(fresh, **options)
    except PublishRefused as error:
        accepted = options["confirmed"]
        return 0, [_told(item) for item in error.findings if item.blocks or item.code not in (accepted or ())]
    return (0 if before is not None and before.pk == made.pk else made.number), []


def _told(finding: Finding) -> str:
    return (
        str(finding) if finding.blocks else f"{finding} (a warning; confirm it with --confirm {finding.code})"
    )


def _unused(published: Sequence[Any], rows: Sequence[tuple[Any, Any]]) -> list[str]:
    sections = {type(row): section for section, row in rows}
    fresh = (type(row)._base_manager.get(pk=row.pk) for row in published if isinstance(row, Connector))
    return [
        f"{row}: {finding}"
        for row in fresh
        for finding in sections[Connector].checked(row)
        if finding.code == UNUSED
    ]
