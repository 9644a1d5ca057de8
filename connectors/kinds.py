"""What can be published: each app says here how its aggregates become documents, and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db import models
from django.db.models.signals import pre_delete

from connectors.models import Publication, Publishable
from tenants.models import register_usage

Document = dict[str, Any]
ToDocument = Callable[[Any], Document]
Rows = Callable[[Any], Iterable[models.Model]]
Upgrade = Callable[[Document, int], Document]
Restore = Callable[[Any, Document, Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of aggregate is published. `upgrade(document, version)` reads documents of older schemas;
    `restore(obj, document, user)` rewrites the draft. `parts` are the models of its inline rows,
    `labels` what staff call those of the document's names that are no field's."""

    name: str
    model: type[Publishable]
    to_document: ToDocument
    rows: Rows
    parts: tuple[type[models.Model], ...]
    labels: Mapping[str, str]
    schema_version: int
    upgrade: Upgrade | None
    restore: Restore | None


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    model: type[Publishable],
    to_document: ToDocument,
    *,
    rows: Rows = lambda obj: (),
    parts: tuple[type[models.Model], ...] = (),
    labels: Mapping[str, str] = MappingProxyType({}),
    schema_version: int = 1,
    upgrade: Upgrade | None = None,
    restore: Restore | None = None,
) -> None:
    """Make a model publishable. `rows(obj)` gives its inline rows, whose history ids a publication keeps.

    From now on a row that was published is retired and never deleted.
    """
    from connectors.usage import refuse_deletion

    _kinds[kind] = Kind(
        name=kind,
        model=model,
        to_document=to_document,
        rows=rows,
        parts=parts,
        labels=labels,
        schema_version=schema_version,
        upgrade=upgrade,
        restore=restore,
    )
    register_usage(model, _what_is_published)
    pre_delete.connect(refuse_deletion, sender=model, dispatch_uid=f"connectors.publishing.{kind}")


def kinds() -> list[Kind]:
    """Everything that is publishable."""
    return list(_kinds.values())


def kind_of(obj: models.Model) -> Kind:
    """Raises LookupError for a model that is not publishable."""
    for kind in _kinds.values():
        if isinstance(obj, kind.model):
            return kind
    raise LookupError(f"{type(obj).__name__} is not publishable")


def read_document(publication: Publication) -> Document:
    """The document in today's schema, whatever the schema it was written in."""
    kind = _kinds.get(publication.kind)
    if kind is None or kind.upgrade is None or publication.schema_version == kind.schema_version:
        document: Document = publication.document
        return document
    return kind.upgrade(publication.document, publication.schema_version)


def _what_is_published(obj: Publishable) -> list[str]:
    published = Publication.objects.filter(kind=kind_of(obj).name, object_id=obj.pk).exists()
    return ["what it has published"] if published or obj.was_published else []
