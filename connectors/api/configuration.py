"""Drafts of what is configured, as documents: written, tested, checked, published, compared and rolled back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from connectors.api import configuration_serializers as shapes
from connectors.api.configuration_base import DraftsApi, differences, if_match
from connectors.api.configuration_descriptions import PUBLISH, READ, WRITE, described, tested
from connectors.as_code import editing
from connectors.as_code.shapes import ConnectorShape
from connectors.kinds import read_document
from connectors.models import Connector
from connectors.publishing import retire
from connectors.trial import run_trial
from connectors.versions import roll_back, versions
from tenants.apikit import Pagination, read, show
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields

SCOPES = {
    **dict.fromkeys(("list", "retrieve", "checklist", "versions", "one_version", "difference"), READ),
    **dict.fromkeys(("create", "partial_update", "roll_back"), WRITE),
    **dict.fromkeys(("publish", "retire", "test"), PUBLISH),
}


class _NewestFirst(Pagination):
    ordering = ("-number",)


class ConfigurationApi(DraftsApi):
    """Base for one section; subclasses are decorated with `described`."""

    scopes = SCOPES

    def list(self, request: Request) -> Response:
        rows = self.get_queryset().filter(**read_query(shapes.DraftQuerySerializer, request))
        fields = wanted_fields(self.kind, request)
        page = self.paginate_queryset(rows) or ()
        return self.get_paginated_response([self.shown(row, fields) for row in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        return self.answer(self.row(pk), fields=wanted_fields(self.kind, request))

    def create(self, request: Request) -> Response:
        row = editing.create(self.section, request.data)
        where = reverse(f"{self.basename}-detail", args=[row.pk], request=request)
        return self.answer(row, 201, Location=where)

    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.row(pk)
        with self.as_read(row):
            changed_row = editing.change(self.section, row, request.data, if_match(request))
        return self.answer(changed_row)

    @action(detail=True)
    def checklist(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        row = self.row(pk)
        told = {
            "draft": editing.draft_mark(self.section, row),
            "findings": self.section.checked(row),
            "changes": self.changes(row),
        }
        return Response(show(shapes.ChecklistSerializer, told))

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        sent, row = read(shapes.PublishSerializer, request.data), self.row(pk)
        with self.as_read(row), transaction.atomic():
            editing.expect(self.section, row, sent.get("draft") or if_match(request))
            self.section.publish(
                self.row(pk),
                comment=self.comment(sent["comment"]),
                confirmed=sent["confirm"],
                actor=self.actor,
            )
        return self.answer(self.row(pk))

    @action(detail=True, methods=["post"], url_path="retire")
    def retire(self, request: Request, pk: str) -> Response:
        sent, row = read(shapes.RetireSerializer, request.data), self.row(pk)
        retire(row, comment=self.comment(sent["comment"]), actor=self.actor)
        return self.answer(self.row(pk))

    @action(detail=True)
    def versions(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        pages = _NewestFirst()
        page = pages.paginate_queryset(versions(self.row(pk)), request, self) or ()
        return pages.get_paginated_response([show(shapes.VersionSerializer, item) for item in page])

    @action(detail=True, url_path=r"versions/(?P<version>\d{1,9})")
    def one_version(self, request: Request, pk: str, version: str) -> Response:
        read_query(NoQuerySerializer, request)
        row, wanted = self.row(pk), int(version)
        found = self.version(row, wanted)
        document = self.section.encode_document(read_document(found))
        told = {
            **show(shapes.VersionSerializer, found),
            "changes": differences(editing.changes(self.section, row, wanted - 1, wanted)),
            "document": show(self.section.shape, document),
        }
        return Response(told)

    @action(detail=True)
    def difference(self, request: Request, pk: str) -> Response:
        query, row = read_query(shapes.DifferenceQuerySerializer, request), self.row(pk)
        old, new = query.get("from", editing.in_force(row)), query.get("to", editing.DRAFT)
        for number in (old, new):
            if number:
                self.version(row, number)
        found = editing.changes(self.section, row, old, new)
        return Response({"changes": differences(found)})

    @action(detail=True, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request, pk: str) -> Response:
        sent, row = read(shapes.RollBackSerializer, request.data), self.row(pk)
        self.version(row, sent["version"])
        with self.as_read(row), transaction.atomic():
            editing.expect(self.section, row, if_match(request))
            roll_back(row, sent["version"])
        return self.answer(self.row(pk))


class TestableMixin:
    """Of what calls a provider."""

    @action(detail=True, methods=["post"])
    def test(self: Any, request: Request, pk: str) -> Response:
        read(shapes.EmptySerializer, request.data)
        connector = next(part for part in self.section.parts(self.row(pk)) if isinstance(part, Connector))
        return Response(show(shapes.TrialSerializer, run_trial(connector, self.actor)))


@described("connector", ConnectorShape, shapes.ConnectorDraftSerializer, shapes.EXAMPLE)
@tested("connector")
class ConnectorConfiguration(TestableMixin, ConfigurationApi):
    section_name = "connectors"
    queryset = Connector.objects.none()
    serializer_class = shapes.ConnectorDraftSerializer
