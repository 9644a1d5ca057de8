"""Who uses connectors. Apps above say so here, so that nothing in connectors has to know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.runtime import TenantRuntime


@dataclass(frozen=True, slots=True)
class Reference:
    """A published use: by name and perhaps Connector ID, or of one connector by its draft's id.

    `where` is for staff, such as "Online > Ship > ExportOrder".
    """

    where: str
    name: str = ""
    connector_id: str = ""
    object_id: int | None = None


Source = Callable[[TenantRuntime], Iterable[Reference]]

_sources: list[Source] = []


def register_references(source: Source) -> None:
    """`source(runtime)` lists the uses in a generation."""
    if source not in _sources:
        _sources.append(source)


def references(runtime: TenantRuntime) -> list[Reference]:
    return [reference for source in _sources for reference in source(runtime)]
