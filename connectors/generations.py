"""The tenant's generation: one integer that publishing raises, and what this process knows of it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from tenants.models import Tenant

#: Seconds for which a process trusts what it has read, where it need not know it exactly.
TRUSTED_FOR = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantInfo:
    id: int
    uid: UUID
    slug: str
    environment: str
    generation: int

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


class _Marks(threading.local):
    """Generations that this thread's open transaction has made; nobody else can see them yet."""

    def __init__(self) -> None:
        self.generations: set[tuple[int, int]] = set()


_marks = _Marks()
_seen: dict[int, tuple[float, TenantInfo]] = {}


def advance(tenant: Tenant) -> int:
    """The next generation. The caller holds the tenant row's lock and publishes in the same transaction."""
    Tenant.objects.filter(pk=tenant.pk).update(generation=F("generation") + 1)
    tenant.generation += 1
    mark = (tenant.pk, tenant.generation)
    _marks.generations.add(mark)
    transaction.on_commit(lambda: _commit(mark))
    return tenant.generation


def is_committed(tenant_id: int, generation: int) -> bool:
    """False while this thread may still roll the generation back; what is compiled of it must not be kept."""
    if not connection.in_atomic_block:
        _marks.generations.clear()
    return (tenant_id, generation) not in _marks.generations


def read(tenant_id: int) -> TenantInfo:
    """The tenant as it is now; one statement. Raises Tenant.DoesNotExist."""
    columns = ("id", "uid", "slug", "environment", "generation")
    row = Tenant.objects.filter(pk=tenant_id).values(*columns).first()
    if row is None:
        raise Tenant.DoesNotExist(f"there is no tenant {tenant_id}")
    info = TenantInfo(**row)
    _seen[tenant_id] = (time.monotonic(), info)
    return info


def recent(tenant_id: int) -> TenantInfo:
    """The tenant as it was at most TRUSTED_FOR seconds ago."""
    seen = _seen.get(tenant_id)
    if seen and time.monotonic() - seen[0] < TRUSTED_FOR:
        return seen[1]
    return read(tenant_id)


def forget(tenant_id: int) -> None:
    _seen.pop(tenant_id, None)


def _commit(mark: tuple[int, int]) -> None:
    _marks.generations.discard(mark)
    forget(mark[0])
