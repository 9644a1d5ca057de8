"""Drafts become live here, and nowhere else: one transaction, one immutable document, one new generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Max
from django.db.models.signals import pre_delete

from connectors import generations
from connectors.canonical import checksum
from connectors.models import Publication, Publishable
from eventlog import store
from eventlog.events import Category
from tenants.models import Tenant, register_usage
from tenants.scoping import tenant_scope

if TYPE_CHECKING:
    from connectors.checklist import Finding

Document = dict[str, Any]
ToDocument = Callable[[Any], Document]
Rows = Callable[[Any], Iterable[models.Model]]
Upgrade = Callable[[Document, int], Document]
Restore = Callable[[Any, Document, Any], Any]


class PublishConflict(Exception):
    """Somebody published in between. `live` is the number now in force."""

    def __init__(self, live: int) -> None:
        super().__init__(
            f"Version {live} was published while you edited; look at the differences and publish again."
        )
        self.live = live


class PublishRefused(Exception):
    """The checklist found errors, or warnings that nobody has confirmed. `findings` has all of them, errors first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = tuple(findings)

    @property
    def can_be_confirmed(self) -> bool:
        return not any(finding.blocks for finding in self.findings)


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


@dataclass(frozen=True, slots=True)
class LiveDocument:
    object_id: int
    number: int
    document: Document
    retired: bool


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


def publish(
    obj: Publishable,
    *,
    user: Any = None,
    comment: str = "",
    expected: int | None = None,
    confirmed: Collection[str] | None = None,
) -> Publication:
    """Make the draft live and return its publication; an unchanged draft keeps the one it has.

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
        return _write(tenant, kind, obj, last, document, user=user, comment=comment)


def retire(obj: Publishable, *, user: Any = None, comment: str = "") -> Publication | None:
    """Take out of service: new work never chooses it, what it began may end with it. None when it never was live."""
    with transaction.atomic(), tenant_scope(obj.tenant_id):
        tenant, kind = lock(obj), kind_of(obj)
        last = _last(kind, obj)
        if last is None:
            _point(obj, None, retired=True)
            return None
        if last.retired:
            return last
        return _write(tenant, kind, obj, last, last.document, user=user, comment=comment, retired=True)


def live_documents(tenant_id: int, generation: int) -> dict[str, list[LiveDocument]]:
    """What a generation consists of, by kind; retired aggregates are marked. Two statements."""
    found: dict[str, list[LiveDocument]] = defaultdict(list)
    with tenant_scope(tenant_id):
        published = Publication.objects.filter(generation__lte=generation).order_by()
        latest = published.values("kind", "object_id").annotate(latest=Max("pk")).values("latest")
        for row in Publication.objects.filter(pk__in=latest).order_by("kind", "object_id"):
            found[row.kind].append(LiveDocument(row.object_id, row.number, read_document(row), row.retired))
    return dict(found)


def read_document(publication: Publication) -> Document:
    """The document in today's schema, whatever the schema it was written in."""
    kind = _kinds.get(publication.kind)
    if kind is None or kind.upgrade is None or publication.schema_version == kind.schema_version:
        document: Document = publication.document
        return document
    return kind.upgrade(publication.document, publication.schema_version)


def lock(obj: Publishable) -> Tenant:
    """Publishing is one at a time in a tenant, so that generations and numbers have no gaps and no doubles."""
    return Tenant.objects.select_for_update().get(pk=obj.tenant_id)


def _what_is_published(obj: Publishable) -> list[str]:
    published = Publication.objects.filter(kind=kind_of(obj).name, object_id=obj.pk).exists()
    return ["what it has published"] if published or obj.was_published else []


def _last(kind: Kind, obj: Publishable) -> Publication | None:
    return Publication.objects.filter(kind=kind.name, object_id=obj.pk).order_by("-number").first()


def _check_expected(last: Publication | None, expected: int | None) -> None:
    number = last.number if last else 0
    if expected is not None and expected != number:
        raise PublishConflict(number)


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
    _tell(publication, obj, user)
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


def _tell(publication: Publication, obj: Publishable, user: Any) -> None:
    did = "was retired" if publication.retired else f"version {publication.number} was published"
    store.record(
        Category.PUBLISHED,
        f"{str(obj._meta.verbose_name).capitalize()} {obj}: {did}",
        tenant_id=publication.tenant_id,
        actor=user.get_username() if user else "",
        details={
            "kind": publication.kind,
            "object_id": publication.object_id,
            "number": publication.number,
            "generation": publication.generation,
            "comment": publication.comment,
        },
    )
