"""The versions of an aggregate: what changed in each, and back to an earlier one."""

from __future__ import annotations

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


def draft_changes(obj: Publishable) -> list[Difference]:
    """What publishing the draft would change."""
    live = versions(obj).first()
    before = read_document(live) if live and not live.retired else None
    return differences(before, kind_of(obj).to_document(obj))


def changes(obj: Publishable, old: int, new: int) -> list[Difference]:
    """From one version to another; 0 is before the first."""
    before = read_document(version(obj, old)) if old else None
    return differences(before, read_document(version(obj, new)))


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
