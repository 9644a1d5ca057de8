"""Drafts become live here, and nowhere else: one transaction, one immutable document, one new generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Max

from connectors import generations
from connectors.canonical import checksum
from connectors.kinds import Document, Kind, kind_of, read_document, register
from connectors.models import Publication, Publishable
from eventlog import store
from eventlog.events import Category
from tenants.models import Tenant
from tenants.scoping import tenant_scope

if TYPE_CHECKING:
    from connectors.checklist import Finding

__all__ = [
    "LiveDocument",
    "PublishConflict",
    "PublishRefused",
    "kind_of",
    "live_documents",
    "lock",
    "publish",
    "read_document",
    "register",
    "retire",
]


class PublishConflict(Exception):
    """Somebody published in between. `live` is the number now in force, `seen` the one that the publisher saw; see
    versions.changes for the difference."""

    def __init__(self, seen: int, live: int) -> None:
        super().__init__(
            f"Version {live} was published while you edited; look at the differences and publish again."
        )
        self.seen, self.live = seen, live


class PublishRefused(Exception):
    """The checklist found errors, or warnings that nobody has confirmed. `findings` has all of them, errors first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = tuple(findings)

    @property
    def can_be_confirmed(self) -> bool:
        return not any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True)
class LiveDocument:
    object_id: int
    number: int
    document: Document
    retired: bool


def publish(
    obj: Publishable,
    *,
    user: Any = None,
    comment: str = "",
    expected: int | None = None,
    confirmed: Collection[str] | None = None,
    actor: str = "",
) -> Publication:
    """Make the draft live and return its publication; an unchanged draft keeps the one it has.

    `actor` is told in the event log where no user publishes, such as an API key.

    `expected` is the number that the publisher saw in force (0 for none); raises PublishConflict when another is.
    Raises PublishRefused when the checklist finds an error, or a warning whose code is not in `confirmed`; None
    confirms every warning.
    """
    with transaction.atomic(), tenant_scope(obj.tenant_id):
        tenant, kind = lock(obj), kind_of(obj)
        last = _last(kind, obj)
        _check_expected(last, expected)
        document = kind.to_document(obj)
        if last is not None and not last.retired and last.checksum == checksum(document):
            return last
        _check_list(kind, obj, document, confirmed)
        return _write(tenant, kind, obj, last, document, user=user, comment=comment, actor=actor)


def retire(obj: Publishable, *, user: Any = None, comment: str = "", actor: str = "") -> Publication | None:
    """Take out of service: new work never chooses it, what it began may end with it. None when it never was live."""
    with transaction.atomic(), tenant_scope(obj.tenant_id):
        tenant, kind = lock(obj), kind_of(obj)
        last = _last(kind, obj)
        if last is None:
            _point(obj, None, retired=True)
            return None
        if last.retired:
            return last
        return _write(
            tenant, kind, obj, last, last.document, user=user, comment=comment, actor=actor, retired=True
        )


def live_documents(tenant_id: int, generation: int) -> dict[str, list[LiveDocument]]:
    """What a generation consists of, by kind; retired aggregates are marked. Two statements."""
    found: dict[str, list[LiveDocument]] = defaultdict(list)
    with tenant_scope(tenant_id):
        published = Publication.objects.filter(generation__lte=generation).order_by()
        latest = published.values("kind", "object_id").annotate(latest=Max("pk")).values("latest")
        for row in Publication.objects.filter(pk__in=latest).order_by("kind", "object_id"):
            found[row.kind].append(LiveDocument(row.object_id, row.number, read_document(row), row.retired))
    return dict(found)


def lock(obj: Publishable) -> Tenant:
    """Publishing is one at a time in a tenant, so that generations and numbers have no gaps and no doubles.

    Not a lock of the key: whoever inserts a row of the tenant, such as an order, need not wait for an administrator.
    """
    return Tenant.objects.select_for_update(no_key=True).get(pk=obj.tenant_id)


def _last(kind: Kind, obj: Publishable) -> Publication | None:
    return Publication.objects.filter(kind=kind.name, object_id=obj.pk).order_by("-number").first()


def _check_expected(last: Publication | None, expected: int | None) -> None:
    number = last.number if last else 0
    if expected is not None and expected != number:
        raise PublishConflict(expected, number)


def _check_list(kind: Kind, obj: Publishable, document: Document, confirmed: Collection[str] | None) -> None:
    from connectors import checklist

    found = checklist.findings(kind.name, obj, document)
    open_ones = [
        item for item in found if item.blocks or (confirmed is not None and item.code not in confirmed)
    ]
    if open_ones:
        raise PublishRefused(found)


def _write(
    tenant: Tenant,
    kind: Kind,
    obj: Publishable,
    last: Publication | None,
    document: Document,
    *,
    user: Any,
    comment: str,
    actor: str,
    retired: bool = False,
) -> Publication:
    generation = generations.advance(tenant)
    publication = Publication(
        tenant=tenant,
        kind=kind.name,
        object_id=obj.pk,
        number=last.number + 1 if last else 1,
        generation=generation,
        document=document,
        schema_version=kind.schema_version,
        checksum=checksum(document),
        retired=retired,
        comment=comment,
        history_ids=_history_ids([obj, *kind.rows(obj)]),
        published_by=user,
    )
    publication.save()
    _point(obj, publication, retired=retired)
    _tell(publication, obj, user.get_username() if user else actor)
    return publication


def _point(obj: Publishable, publication: Publication | None, *, retired: bool) -> None:
    obj.live, obj.retired = (None if retired else publication), retired
    type(obj)._base_manager.filter(pk=obj.pk).update(live=obj.live, retired=retired)


def _history_ids(rows: Iterable[models.Model]) -> Mapping[str, list[int]]:
    by_model: dict[type[models.Model], list[Any]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row.pk)
    return {model._meta.label_lower: _latest_history(model, keys) for model, keys in by_model.items()}


def _latest_history(model: Any, keys: list[Any]) -> list[int]:
    key = model._meta.pk.attname
    rows = model.history.filter(**{f"{key}__in": keys}).order_by()
    return sorted(rows.values(key).annotate(latest=Max("history_id")).values_list("latest", flat=True))


def _tell(publication: Publication, obj: Publishable, actor: str) -> None:
    did = "was retired" if publication.retired else f"version {publication.number} was published"
    store.record(
        Category.PUBLISHED,
        f"{str(obj._meta.verbose_name).capitalize()} {obj}: {did}",
        tenant_id=publication.tenant_id,
        actor=actor,
        details={
            "kind": publication.kind,
            "object_id": publication.object_id,
            "number": publication.number,
            "generation": publication.generation,
            "comment": publication.comment,
        },
    )
