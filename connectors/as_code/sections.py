"""The parts of a configuration: each app registers here what it keeps, so that nothing points up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.utils.module_loading import autodiscover_modules
from rest_framework import serializers

from connectors.as_code.checks import clean
from connectors.kinds import Kind, kind_of
from connectors.models import Publication, Publishable
from tenants.apikit import read
from tenants.scoping import current_tenant

Coded = dict[str, Any]


class Section(ABC):
    """One part, such as `connectors`. All that it does is done in the scope of a tenant.

    A document is written in the order given, defaults and all; `settle` makes two that mean the same equal.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    shape: ClassVar[type[serializers.Serializer[Any]]]
    model: ClassVar[type[models.Model]]
    #: Sections with a lower one are imported first.
    position: ClassVar[int]
    #: What a document is known by.
    key: ClassVar[str] = "name"

    def rows(self) -> Any:
        """A queryset of what there is, by name."""
        return self.model._default_manager.order_by(self.key)

    def read(self, data: Any) -> Coded:
        """The checked document. Raises ValidationError with all that is wrong with its shape."""
        return read(self.shape, data)

    def identity(self, document: Mapping[str, Any]) -> str:
        """What people know it by."""
        return str(document[self.key])

    def identity_field(self, document: Mapping[str, Any]) -> str:
        """Which field says it."""
        return self.key

    def find(self, document: Mapping[str, Any]) -> Any:
        """The row that a document is about; None for a new one."""
        return self.model._default_manager.filter(**{f"{self.key}__iexact": document[self.key]}).first()

    @abstractmethod
    def encode(self, row: Any) -> Coded:
        """The document of a draft."""

    def for_file(self, document: Coded) -> Coded:
        """The document as it may lie in a repository."""
        return document

    def settle(self, present: Coded | None, wanted: Coded) -> Coded:
        """The wanted document in the spelling of what is there. Raises ValidationError by place."""
        return wanted

    @abstractmethod
    def write(self, row: Any, document: Coded, user: Any) -> Any:
        """Make the row, None for a new one, say what a settled document says. Raises ValidationError."""

    def check(self, row: Any, given: Coded) -> None:
        """What a form would check. Raises ValidationError by place in the document as it was given."""
        clean(row)

    def doubts(self) -> Iterable[str]:
        """What an export of what is published cannot say, in words for staff."""
        return ()

    def first(self, document: Mapping[str, Any]) -> bool:
        """Whether it has to be written before others of its section."""
        return True


class PublishableSection(Section):
    """Of drafts that are published. Connectors are referred to by code, see refs.py."""

    model: ClassVar[type[Publishable]]

    def rows(self) -> Any:
        return super().rows().select_related("live")

    def encode(self, row: Any) -> Coded:
        return self.encode_document(kind_of(row).to_document(row))

    def doubts(self) -> Iterable[str]:
        for row in self.rows():
            if row.live is None and not row.retired:
                yield f"{self.noun} {row} is not published; --drafts exports it"

    @abstractmethod
    def encode_document(self, document: Mapping[str, Any]) -> Coded:
        """Of what is published, or would be."""

    @abstractmethod
    def decode(self, document: Coded) -> dict[str, Any]:
        """Back to what kind.restore takes. Raises ValidationError by place."""

    def kind(self) -> Kind:
        return kind_of(self.model())

    def write(self, row: Any, document: Coded, user: Any) -> Any:
        row = row or self.model(tenant=current_tenant())
        row._history_user = user
        restore = self.kind().restore
        assert restore is not None, f"a {self.noun} cannot be written back"
        restore(row, self.decode(document), user)
        return row

    def publish(self, row: Any, **options: Any) -> Publication:
        """As connectors.publishing.publish."""
        from connectors.publishing import publish

        return publish(row, **options)

    def checked(self, row: Any) -> Sequence[Any]:
        """What the checklist says, errors first."""
        from connectors.checklist import findings

        kind = kind_of(row)
        return findings(kind.name, row, kind.to_document(row))

    def parts(self, row: Any) -> Sequence[Publishable]:
        """Whatever is published together with it, itself first."""
        return [row]


_sections: dict[str, Section] = {}


def register(section: type[Section]) -> type[Section]:
    """Decorator."""
    _sections[section.name] = section()
    return section


def sections() -> list[Section]:
    """All of them, in the order in which they are imported."""
    _discover()
    return sorted(_sections.values(), key=lambda section: section.position)


def section_of(name: str) -> Section:
    """Raises KeyError."""
    _discover()
    return _sections[name]


@cache
def _discover() -> None:
    autodiscover_modules("as_code")
