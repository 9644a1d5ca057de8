"""What a tenant has configured, as documents for files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.as_code.environment import Names
from connectors.as_code.refs import Refs
from connectors.as_code.sections import Coded, PublishableSection, Section, sections
from connectors.as_code.shapes import compact
from connectors.kinds import read_document
from connectors.models import Connector, Publishable


@dataclass(frozen=True, slots=True)
class Exported:
    section: Section
    identity: str
    document: Coded


class CannotExport(Exception):
    """Something has no name that leads back to it; the text says what to do."""


def export(*, drafts: bool = False) -> list[Exported]:
    """All that the tenant in scope has: what is published, or with `drafts` what it would be. Without what is retired.

    Raises CannotExport.
    """
    _check_refs()
    names = Names()
    return [
        _exported(section, document, names)
        for section in sections()
        for document in _documents(section, drafts)
    ]


def environment_names(found: list[Exported]) -> list[str]:
    """What the documents refer to, sorted."""
    return sorted(set(_names([item.document for item in found])))


def left_out() -> list[str]:
    """What an export of what is published does not hold, in words."""
    return [line for section in sections() for line in section.doubts()]


def _exported(section: Section, document: Coded, names: Names) -> Exported:
    shape, identity, document = section.shape(), section.identity(document), section.for_file(document)
    return Exported(section, identity, names.put(shape, compact(shape, document), identity))


def _documents(section: Section, drafts: bool) -> Iterator[Coded]:
    for row in section.rows():
        if not isinstance(section, PublishableSection) or (drafts and not row.retired):
            yield section.encode(row)
        elif not drafts and row.live is not None:
            yield section.encode_document(_published(row))


def _published(row: Publishable) -> Coded:
    assert row.live is not None
    return read_document(row.live)


def _check_refs() -> None:
    refs = Refs()
    for connector in Connector.objects.filter(retired=False):
        if not refs.is_clear(connector.pk):
            raise CannotExport(
                f"Several connectors are called {refs.text(connector.pk)!r}; give each a Connector ID of its own."
            )


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"env"} and isinstance(value["env"], str):
            yield value["env"]
        for item in value.values():
            yield from _names(item)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)
