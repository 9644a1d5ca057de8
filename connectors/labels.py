"""Differences in the words of the editors: "Timeout (ms)" for timeout_ms, "Enabled For Markets" for markets > enabled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.text import capfirst

from connectors.differences import SEPARATOR, Difference
from connectors.kinds import Kind


def labelled(kind: Kind, differences: Iterable[Difference]) -> list[Difference]:
    """The same differences with places that people know; keys and names of rows stay as they are."""
    words = _words(kind)
    return [replace(item, path=_in_words(item.path, words)) for item in differences]


def _in_words(path: str, words: dict[str, str]) -> str:
    return SEPARATOR.join(words.get(part, part) for part in path.split(SEPARATOR))


def _words(kind: Kind) -> dict[str, str]:
    found = {
        field.name: capfirst(str(field.verbose_name))
        for model in (*kind.parts, kind.model)
        for field in model._meta.concrete_fields + model._meta.many_to_many
    }
    found |= {_accessor(part): capfirst(str(part._meta.verbose_name_plural)) for part in kind.parts}
    return found | {"value": "Value", "secret": "Secret value"} | dict(kind.labels)


def _accessor(part: Any) -> str:
    """What the rows are called in the document: the related name of their foreign key."""
    keys = [field for field in part._meta.concrete_fields if field.remote_field and field.name != "tenant"]
    return str(keys[0].remote_field.related_name)
