"""A tenant's published configuration, compiled: what runs, and nothing else.

A generation never changes, so each process keeps the ones it compiled. Which generation is in force is read anew.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from connectors import documents, generations, rotation
from connectors.compiled import ConnectorConfig
from connectors.compiling import CompileContext, Secrets, compile_connector, secret_ids
from connectors.generations import TenantInfo
from connectors.publishing import LiveDocument, live_documents
from tenants.models import Market
from tenants.scoping import tenant_scope

log = logging.getLogger(__name__)

T = TypeVar("T")

Compiler = Callable[[Mapping[str, Any], CompileContext], Any]

#: Compiled generations that a process keeps.
KEPT = 256
#: Things derived from a compiled generation that are kept with it.
MOST_DERIVED = 4096
#: Seconds for which a process trusts the membership of markets in groups, which is not published.
GROUPS_TRUSTED_FOR = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """`problems` tells which documents could not be read, by kind and object id; they are left out. `derived` is what
    others have made of all this."""

    connectors: Mapping[int, ConnectorConfig]
    objects: Mapping[str, Mapping[int, Any]]
    retired: Mapping[str, frozenset[int]]
    problems: Mapping[tuple[str, int], str]
    derived: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRuntime:
    """One generation of one tenant. `connectors` holds retired ones too, which serve only what they began."""

    tenant: TenantInfo
    generation: int
    compiled: Compiled

    @property
    def connectors(self) -> Mapping[int, ConnectorConfig]:
        return self.compiled.connectors

    def of(self, kind: str, *, retired: bool = False) -> dict[int, Any]:
        """The compiled objects of a kind by the id of their draft; with `retired` also those."""
        out = frozenset() if retired else self.compiled.retired.get(kind, frozenset())
        return {key: item for key, item in self.compiled.objects.get(kind, {}).items() if key not in out}

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes of nothing but the compiled configuration and what the key says; nobody may change it."""
        known = self.compiled.derived
        found: T | None = known.get(key)
        if found is None:
            found = make()
            if len(known) >= MOST_DERIVED:
                known.clear()
            known[key] = found
        return found

    def market_groups(self, market: str) -> frozenset[str]:
        """Lower-case codes of the groups that a market is in; market membership is not published."""
        return _groups(self.tenant.id).get(market.lower(), frozenset())


_compilers: dict[str, Compiler] = {}
_lock = Lock()
_cache: OrderedDict[tuple[UUID, int, int], Compiled] = OrderedDict()
_group_cache: dict[int, tuple[float, Mapping[str, frozenset[str]]]] = {}


def register_compiler(kind: str, compiler: Compiler) -> None:
    """Let `runtime().of(kind)` hold what `compiler(document, context)` makes of each document: something frozen."""
    _compilers[kind] = compiler
    with _lock:
        _cache.clear()


def runtime(
    tenant_id: int, generation: int | None = None, *, newest_credentials: bool = True
) -> TenantRuntime:
    """The tenant's configuration: of the generation in force now (read in one statement), or of a pinned one.

    A pinned generation uses credentials published since, as long as host, test flag and merchant account are the
    same; a connector where they are not has a `problem`. Without `newest_credentials` it is exactly as it was.
    """
    tenant = generations.read(tenant_id) if generation is None else generations.recent(tenant_id)
    pinned = tenant.generation if generation is None else generation
    newest = max(pinned, tenant.generation) if newest_credentials else pinned
    return TenantRuntime(tenant=tenant, generation=pinned, compiled=_compiled(tenant, pinned, newest))


def forget(tenant_id: int) -> None:
    """Drop what this process has read of a tenant's row and markets."""
    generations.forget(tenant_id)
    _group_cache.pop(tenant_id, None)


def _compiled(tenant: TenantInfo, generation: int, newest: int) -> Compiled:
    key = (tenant.uid, generation, newest)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    compiled = _compile(tenant, generation, newest)
    if generations.is_committed(tenant.id, generation) and generations.is_committed(tenant.id, newest):
        _keep(key, compiled)
    return compiled


def _keep(key: tuple[UUID, int, int], compiled: Compiled) -> None:
    with _lock:
        _cache[key] = compiled
        while len(_cache) > KEPT:
            _cache.popitem(last=False)


def _compile(tenant: TenantInfo, generation: int, newest: int) -> Compiled:
    live = live_documents(tenant.id, generation)
    found = live.pop(documents.KIND, [])
    if newest != generation:
        found = rotation.with_newest_credentials(
            found, live_documents(tenant.id, newest).get(documents.KIND, [])
        )
    with tenant_scope(tenant.id):
        secrets = Secrets(secret_id for item in found for secret_id in secret_ids(item.document))
    objects, problems = _objects(tenant, live, secrets)
    return Compiled(
        connectors=MappingProxyType({item.object_id: _connector(tenant, item, secrets) for item in found}),
        objects=objects,
        retired={
            kind: frozenset(item.object_id for item in items if item.retired) for kind, items in live.items()
        },
        problems=problems,
    )


def _connector(tenant: TenantInfo, item: LiveDocument, secrets: Secrets) -> ConnectorConfig:
    return compile_connector(item.document, _context(tenant, item, secrets))


def _objects(
    tenant: TenantInfo, live: Mapping[str, list[LiveDocument]], secrets: Secrets
) -> tuple[dict[str, Mapping[int, Any]], dict[tuple[str, int], str]]:
    objects: dict[str, Mapping[int, Any]] = {}
    problems: dict[tuple[str, int], str] = {}
    for kind, items in live.items():
        compiled: dict[int, Any] = {}
        for item in items:
            try:
                compiled[item.object_id] = _object(kind, tenant, item, secrets)
            except Exception as error:
                log.exception("%s %s version %s cannot be read", kind, item.object_id, item.number)
                problems[kind, item.object_id] = f"version {item.number} cannot be read: {error}"
        objects[kind] = MappingProxyType(compiled)
    return objects, problems


def _object(kind: str, tenant: TenantInfo, item: LiveDocument, secrets: Secrets) -> Any:
    compiler = _compilers.get(kind)
    return compiler(item.document, _context(tenant, item, secrets)) if compiler else item.document


def _context(tenant: TenantInfo, item: LiveDocument, secrets: Secrets) -> CompileContext:
    return CompileContext(
        tenant=tenant, object_id=item.object_id, number=item.number, retired=item.retired, secrets=secrets
    )


def _groups(tenant_id: int) -> Mapping[str, frozenset[str]]:
    seen = _group_cache.get(tenant_id)
    if seen and time.monotonic() - seen[0] < GROUPS_TRUSTED_FOR:
        return seen[1]
    groups: dict[str, set[str]] = {}
    with tenant_scope(tenant_id):
        for market, group in Market.objects.filter(groups__isnull=False).values_list("code", "groups__code"):
            groups.setdefault(market.lower(), set()).add(group.lower())
    frozen = {market: frozenset(codes) for market, codes in groups.items()}
    _group_cache[tenant_id] = (time.monotonic(), frozen)
    return frozen
