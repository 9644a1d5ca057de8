"""Drafts of what is configured, as documents: written, tested, checked, published, compared and rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from connectors.api import configuration_serializers as shapes
from connectors.api.configuration_descriptions import PUBLISH, READ, WRITE, described, tested
from connectors.api.configuration_problems import changed, gone, no_version, refused
from connectors.as_code import editing
from connectors.as_code.sections import PublishableSection, section_of
from connectors.as_code.shapes import ConnectorShape
from connectors.kinds import read_document
from connectors.models import Connector, Publication
from connectors.publishing import PublishRefused, retire
from connectors.trial import run_trial
from connectors.versions import roll_back, versions
from connectors.versions import version as version_of
from tenants.apikit import ApiViewSet, Pagination, read, show
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields

SCOPES = {
    **dict.fromkeys(("list", "retrieve", "checklist", "versions", "one_version", "difference"), READ),
    **dict.fromkeys(("create", "partial_update", "roll_back"), WRITE),
    **dict.fromkeys(("publish", "retire", "test"), PUBLISH),
}


class _NewestFirst(Pagination):
    ordering = ("-number",)  # type: ignore[assignment]


class ConfigurationApi(ApiViewSet):
    """Base for one section; subclasses are decorated with `described`."""

    section_name: ClassVar[str]
    pagination_class: Any = Pagination
    lookup_value_regex = r"\d{1,18}"
    scopes = SCOPES

    @property
    def section(self) -> PublishableSection:
        found = section_of(self.section_name)
        assert isinstance(found, PublishableSection)
        return found

    def get_queryset(self) -> Any:
        return self.section.model.objects.select_related("live")

    def list(self, request: Request) -> Response:
        rows = self.get_queryset().filter(**read_query(shapes.DraftQuerySerializer, request))
        fields = wanted_fields(self._kind, request)
        page = self.paginate_queryset(rows) or ()
        return self.get_paginated_response([self._shown(row, fields) for row in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        return self._answer(self._row(pk), fields=wanted_fields(self._kind, request))

    def create(self, request: Request) -> Response:
        row = editing.create(self.section, request.data)
        where = reverse(f"{self.basename}-detail", args=[row.pk], request=request)
        return self._answer(row, 201, Location=where)

    def partial_update(self, request: Request, pk: str) -> Response:
        row = self._row(pk)
        with self._as_read(row):
            changed_row = editing.change(self.section, row, request.data, _if_match(request))
        return self._answer(changed_row)

    @action(detail=True)
    def checklist(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        row = self._row(pk)
        told = {
            "draft": editing.draft_mark(self.section, row),
            "findings": self.section.checked(row),
            "changes": self._changes(row),
        }
        return Response(show(shapes.ChecklistSerializer, told))

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        sent, row = read(shapes.PublishSerializer, request.data), self._row(pk)
        with self._as_read(row), transaction.atomic():
            editing.expect(self.section, row, sent.get("draft") or _if_match(request))
            self.section.publish(
                self._row(pk),
                comment=self._comment(sent["comment"]),
                confirmed=sent["confirm"],
                actor=self._actor,
            )
        return self._answer(self._row(pk))

    @action(detail=True, methods=["post"], url_path="retire")
    def retire(self, request: Request, pk: str) -> Response:
        sent, row = read(shapes.RetireSerializer, request.data), self._row(pk)
        retire(row, comment=self._comment(sent["comment"]), actor=self._actor)
        return self._answer(self._row(pk))

    @action(detail=True)
    def versions(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        pages = _NewestFirst()
        page = pages.paginate_queryset(versions(self._row(pk)), request, self) or ()
        return pages.get_paginated_response([show(shapes.VersionSerializer, item) for item in page])

    @action(detail=True, url_path=r"versions/(?P<version>\d{1,9})")
    def one_version(self, request: Request, pk: str, version: str) -> Response:
        read_query(NoQuerySerializer, request)
        row, wanted = self._row(pk), int(version)
        found = self._version(row, wanted)
        document = self.section.encode_document(read_document(found))
        told = {
            **show(shapes.VersionSerializer, found),
            "changes": _differences(editing.changes(self.section, row, wanted - 1, wanted)),
            "document": show(self.section.shape, document),
        }
        return Response(told)

    @action(detail=True)
    def difference(self, request: Request, pk: str) -> Response:
        query, row = read_query(shapes.DifferenceQuerySerializer, request), self._row(pk)
        old, new = query.get("from", editing.in_force(row)), query.get("to", editing.DRAFT)
        for number in (old, new):
            if number:
                self._version(row, number)
        found = editing.changes(self.section, row, old, new)
        return Response({"changes": _differences(found)})

    @action(detail=True, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request, pk: str) -> Response:
        sent, row = read(shapes.RollBackSerializer, request.data), self._row(pk)
        self._version(row, sent["version"])
        with self._as_read(row), transaction.atomic():
            editing.expect(self.section, row, _if_match(request))
            roll_back(row, sent["version"])
        return self._answer(self._row(pk))

    @property
    def _kind(self) -> Any:
        return self.serializer_class

    @property
    def _actor(self) -> str:
        return str(self.request.auth)[:150]

    def _comment(self, given: str) -> str:
        """Versions keep users; of a key the comment tells."""
        return f"{given} (API key {self._actor})".strip()[:500]

    def _row(self, pk: str) -> Any:
        row = self.get_queryset().filter(pk=int(pk)).first()
        if row is None:
            raise gone(self.section.noun, pk)
        return row

    def _version(self, row: Any, number: int) -> Publication:
        try:
            return version_of(row, number)
        except Publication.DoesNotExist:
            raise no_version(number) from None

    def _shown(self, row: Any, fields: frozenset[str] | None = None) -> dict[str, Any]:
        document = self.section.encode(row)
        live = row.live.number if row.live else 0
        told = {
            "id": row.pk,
            "name": self.section.identity(document),
            "state": _state(row, live and self._changes(row)),
            "version": live,
            "draft": editing.draft_mark(self.section, row),
            "document": document,
        }
        return show(self._kind, told, fields)

    def _changes(self, row: Any) -> Sequence[Any]:
        return editing.changes(self.section, row, editing.in_force(row), editing.DRAFT)

    def _answer(
        self, row: Any, status: int = 200, *, fields: frozenset[str] | None = None, **headers: str
    ) -> Response:
        etag = f'"{editing.draft_mark(self.section, row)}"'
        return Response(self._shown(row, fields), status, headers={"ETag": etag, **headers})

    @contextmanager
    def _as_read(self, row: Any) -> Iterator[None]:
        """Tells of a draft that is another by now, and of a checklist that refuses."""
        try:
            yield
        except PublishRefused as error:
            told = {
                "draft": editing.draft_mark(self.section, row),
                "findings": error.findings,
                "changes": self._changes(row),
            }
            raise refused(error, show(shapes.ChecklistSerializer, told)) from None
        except editing.DraftChanged:
            now = self._row(row.pk)
            told = {**self._shown(now), "changes": _differences(self._changes(now))}
            raise changed(self.section.noun, told) from None


class TestableMixin:
    """Of what calls a provider."""

    @action(detail=True, methods=["post"])
    def test(self: Any, request: Request, pk: str) -> Response:
        read(shapes.EmptySerializer, request.data)
        connector = next(part for part in self.section.parts(self._row(pk)) if isinstance(part, Connector))
        return Response(show(shapes.TrialSerializer, run_trial(connector, self._actor)))


def _if_match(request: Request) -> str | None:
    header = request.headers.get("If-Match", "").strip()
    return None if header in ("", "*") else header.removeprefix("W/").strip('"')


def _state(row: Any, differs: Any) -> str:
    if row.retired:
        return "retired"
    if row.live is None:
        return "draft"
    return "changed" if differs else "live"


def _differences(found: Any) -> list[dict[str, Any]]:
    return [show(shapes.DifferenceSerializer, item) for item in found]


@described("connector", ConnectorShape, shapes.ConnectorDraftSerializer, shapes.EXAMPLE)
@tested("connector")
class ConnectorConfiguration(TestableMixin, ConfigurationApi):
    section_name = "connectors"
    queryset = Connector.objects.none()
    serializer_class = shapes.ConnectorDraftSerializer
