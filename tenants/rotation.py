"""Re-seals stored tokens with the newest key, in batches, while others go on reading and writing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction

from tenants import vault


@dataclass(slots=True)
class Rotated:
    """What became of the rows of one field; `failed` says which row did not open and why."""

    sealed: int = 0
    current: int = 0
    failed: list[str] = field(default_factory=list)


def rotate(sealed: vault.Sealed, batch: int) -> Rotated:
    """Tokens of the newest key are passed over, so that a second run takes up where the first one stopped."""
    rows = sealed.model._base_manager.exclude(**{sealed.field: ""}).exclude(
        **{f"{sealed.field}__isnull": True}
    )
    marker = {f"{sealed.field}__startswith": vault.newest_marker()}
    done = Rotated(current=rows.filter(**marker).count())
    stale = rows.exclude(**marker).select_related("tenant").order_by("pk")
    last: Any = None
    while (last := _rotate_batch(sealed, stale, last, batch, done)) is not None:
        pass
    return done


def _rotate_batch(sealed: vault.Sealed, stale: models.QuerySet, after: Any, batch: int, done: Rotated) -> Any:
    """The primary key to go on after, or None at the end."""
    with transaction.atomic():
        found = stale.filter(pk__gt=after) if after is not None else stale
        rows = list(_locked(found)[:batch])
        opened = [row for row in rows if _reseal(sealed, row, done)]
        sealed.model._base_manager.bulk_update(opened, [sealed.field], batch_size=batch)
        done.sealed += len(opened)
    return rows[-1].pk if rows else None


def _locked(rows: models.QuerySet) -> models.QuerySet:
    """A token that is refreshed meanwhile must not be overwritten by its old value."""
    return rows.select_for_update(of=("self",)) if connection.features.has_select_for_update_of else rows


def _reseal(sealed: vault.Sealed, row: Any, done: Rotated) -> bool:
    binding = sealed.bound_to(row)
    try:
        plain = vault.unseal(getattr(row, sealed.field), binding)
    except vault.VaultError as error:
        done.failed.append(f"{row.pk}: {error}")
        return False
    setattr(row, sealed.field, vault.seal(plain.reveal(), binding))
    return True
