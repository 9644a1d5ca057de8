"""Drafts as the configuration API finds and shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api import configuration_serializers as shapes
from connectors.api.configuration_problems import changed, gone, no_version, refused
from connectors.as_code import editing
from connectors.as_code.sections import PublishableSection, section_of
from connectors.models import Publication
from connectors.publishing import PublishRefused
from connectors.versions import version as version_of
from tenants.apikit import ApiViewSet, Pagination, show


class DraftsApi(ApiViewSet):
    """What the calls of a section share: its drafts, how they are shown, and what is told of a refusal."""

    section_name: ClassVar[str]
    pagination_class: Any = Pagination
    lookup_value_regex = r"\d{1,18}"

    @property
    def section(self) -> PublishableSection:
        found = section_of(self.section_name)
        assert isinstance(found, PublishableSection)
        return found

    def get_queryset(self) -> Any:
        return self.section.model.objects.select_related("live")

    @property
    def kind(self) -> Any:
        return self.serializer_class

    @property
    def actor(self) -> str:
        return str(self.request.auth)[:150]

    def comment(self, given: str) -> str:
        """Versions keep users; of a key the comment tells."""
        return f"{given} (API key {self.actor})".strip()[:500]

    def row(self, pk: str) -> Any:
        row = self.get_queryset().filter(pk=int(pk)).first()
        if row is None:
            raise gone(self.section.noun, pk)
        return row

    def version(self, row: Any, number: int) -> Publication:
        try:
            return version_of(row, number)
        except Publication.DoesNotExist:
            raise no_version(number) from None

    def shown(self, row: Any, fields: frozenset[str] | None = None) -> dict[str, Any]:
        document = self.section.encode(row)
        live = row.live.number if row.live else 0
        told = {
            "id": row.pk,
            "name": self.section.identity(document),
            "state": _state(row, live and self.changes(row)),
            "version": live,
            "draft": editing.draft_mark(self.section, row),
            "document": document,
        }
        return show(self.kind, told, fields)

    def changes(self, row: Any) -> Sequence[Any]:
        """What publishing would change."""
        return editing.pending(self.section, row)

    def answer(
        self, row: Any, status: int = 200, *, fields: frozenset[str] | None = None, **headers: str
    ) -> Response:
        etag = f'"{editing.draft_mark(self.section, row)}"'
        return Response(self.shown(row, fields), status, headers={"ETag": etag, **headers})

    @contextmanager
    def as_read(self, row: Any) -> Iterator[None]:
        """Tells of a draft that is another by now, and of a checklist that refuses."""
        try:
            yield
        except PublishRefused as error:
            told = {
                "draft": editing.draft_mark(self.section, row),
                "findings": error.findings,
                "changes": self.changes(row),
            }
            raise refused(error, show(shapes.ChecklistSerializer, told)) from None
        except editing.DraftChanged:
            now = self.row(row.pk)
            told = {**self.shown(now), "changes": differences(self.changes(now))}
            raise changed(self.section.noun, told) from None


def if_match(request: Request) -> str | None:
    header = request.headers.get("If-Match", "").strip()
    return None if header in ("", "*") else header.removeprefix("W/").strip('"')


def _state(row: Any, differs: Any) -> str:
    if row.retired:
        return "retired"
    if row.live is None:
        return "draft"
    return "changed" if differs else "live"


def differences(found: Any) -> list[dict[str, Any]]:
    return [show(shapes.DifferenceSerializer, item) for item in found]
