"""The versions of an aggregate: what changed in each, and back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from connectors.differences import Difference, differences
from connectors.models import Publication, Publishable
from connectors.publishing import kind_of, lock, read_document
from tenants.scoping import tenant_scope


def versions(obj: Publishable) -> QuerySet[Publication]:
    """Newest first."""
    kind = kind_of(obj)
    rows = Publication.objects.filter(kind=kind.name, object_id=obj.pk)
    return rows.select_related("published_by").order_by("-number")


def version(obj: Publishable, number: int) -> Publication:
    """Raises Publication.DoesNotExist."""
    return versions(obj).get(number=number)


def newest(obj: Publishable) -> Publication | None:
    """The last publication, in force or retired."""
    return versions(obj).first()


def draft_changes(obj: Publishable) -> list[Difference]:
    """What publishing the draft would change."""
    live = newest(obj)
    return changes(obj, live.number if live and not live.retired else 0, None)


def changes(obj: Publishable, old: int | None, new: int | None) -> list[Difference]:
    """From one version to another; 0 is before the first, None the draft. Raises Publication.DoesNotExist."""
    return differences(_document(obj, old), _document(obj, new))


def with_changes(
    obj: Publishable, before: int | None, count: int
) -> list[tuple[Publication, list[Difference]]]:
    """The newest `count` versions below the number `before`, each with what it changed."""
    rows = versions(obj).filter(number__lt=before) if before else versions(obj)
    found = list(rows[: count + 1])
    documents = [read_document(row) for row in found] + [None]
    return [
        (row, differences(documents[place + 1], documents[place])) for place, row in enumerate(found[:count])
    ]


def can_roll_back(obj: Publishable) -> bool:
    return kind_of(obj).restore is not None


def roll_back(obj: Publishable, number: int, user: Any = None) -> None:
    """Rewrite the draft, with every inline row, from a version. Publishes nothing: look, then publish.

    Raises Publication.DoesNotExist, ValidationError when what it refers to is gone, and TypeError for a kind that
    cannot be written back.
    """
    kind = kind_of(obj)
    if kind.restore is None:
        raise TypeError(f"a {kind.name} cannot be rolled back")
    with transaction.atomic(), tenant_scope(obj.tenant_id):
        lock(obj)
        fresh = type(obj)._base_manager.get(pk=obj.pk)
        fresh._history_user = user  # type: ignore[attr-defined]
        kind.restore(fresh, read_document(version(obj, number)), user)


def _document(obj: Publishable, number: int | None) -> Mapping[str, Any] | None:
    if number is None:
        return kind_of(obj).to_document(obj)
    return read_document(version(obj, number)) if number else None
