"""Configuration files: one, or a folder of them. Each holds any of the sections; all of a folder are one configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path as FilePath
from typing import Any

from connectors.as_code.exporting import Exported
from connectors.as_code.sections import Section, section_of, sections
from connectors.as_code.yaml_text import Document, NotReadable, dump, load
from connectors.validation import ended, suggest

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Given:
    """One document of a file, not checked yet."""

    section: Section
    data: Any
    source: Document
    path: tuple[Any, ...]

    def place(self, path: Iterable[Any] = ()) -> str:
        """Where a part of it stands, such as "shop.yaml, line 12"."""
        return self.source.place((*self.path, *path))


def read(location: FilePath) -> list[Given]:
    """All documents of a file, or of the files of a folder. Raises NotReadable."""
    files = list(_files(location)) if location.is_dir() else [location]
    if not files:
        raise NotReadable(f"{location}: there is no file that ends with .yaml")
    return [given for file in files for given in _given(load(_text(file), _name(file, location)))]


def one_file(found: Iterable[Exported]) -> str:
    """The text of one file with everything."""
    parts = groupby(found, key=lambda item: item.section.name)
    return "\n".join(dump({name: [item.document for item in items]}) for name, items in parts)


def folder(found: Iterable[Exported]) -> dict[FilePath, str]:
    """The texts of a file for each document, by its path below the folder."""
    files: dict[FilePath, str] = {}
    for item in found:
        files[_free(item, files)] = dump({item.section.name: [item.document]})
    return files


def _files(location: FilePath) -> Iterator[FilePath]:
    hidden = (path for path in sorted(location.rglob("*")) if path.suffix in _ENDINGS and path.is_file())
    return (
        path for path in hidden if not any(part.startswith(".") for part in path.relative_to(location).parts)
    )


def _text(file: FilePath) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotReadable(f"{file}: {error}") from None


def _name(file: FilePath, location: FilePath) -> str:
    return str(file.relative_to(location)) if location.is_dir() else file.name


def _given(document: Document) -> Iterator[Given]:
    if document.data is None:
        return
    if not isinstance(document.data, dict):
        raise NotReadable(f"{document.place(())}: a file begins with names of sections, such as connectors:")
    for name, rows in document.data.items():
        section = _section(name, document)
        if not isinstance(rows, list):
            raise NotReadable(f"{document.place((name,))}: {name} is a list; begin each document with a dash")
        for place, row in enumerate(rows):
            yield Given(section, row, document, (name, place))


def _section(name: str, document: Document) -> Section:
    try:
        return section_of(name)
    except KeyError:
        cure = ended(suggest(name, [section.name for section in sections()]))
        raise NotReadable(f"{document.place((name,))}: there is no section {name!r}; {cure}") from None


def _free(item: Exported, files: dict[FilePath, str]) -> FilePath:
    base = re.sub(r"[^\w.-]+", "-", item.identity).strip("-.").lower() or item.section.name
    name, number = base, 2
    while (path := FilePath(item.section.name) / f"{name}.yaml") in files:
        name, number = f"{base}-{number}", number + 1
    return path
