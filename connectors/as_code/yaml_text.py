"""YAML as configuration files hold it: NO is Norway and not false, 0668 a postal code, and every value knows its line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tenants.storable import storable

#: Characters of a file, and levels that it may be nested.
LONGEST, DEEPEST = 5_000_000, 32

Path = tuple[Any, ...]
_TAG = "tag:yaml.org,2002:"


class NotReadable(Exception):
    """The text is no YAML of ours; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and on which line (from 1) each part of it begins."""

    name: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def place(self, path: Path) -> str:
        """The file and line of the part, or of the nearest part around it."""
        near = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in self.lines or not end)
        return f"{self.name}, line {self.lines.get(near, 1)}"


def load(text: str, name: str) -> Document:
    """Read a file. Raises NotReadable."""
    if len(text) > LONGEST:
        raise NotReadable(f"{name}: this is longer than {LONGEST} characters; split it into several files")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Path, int] = {}
        return Document(name, _Reading(name, lines).value(node, ()) if node else None, lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise NotReadable(f"{name}{line}: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise NotReadable(f"{name}: {error}") from None
    finally:
        loader.dispose()


def dump(data: Any) -> str:
    """The text of a document, in its order."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
    return text


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[Any, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                problem="write this out instead of referring to it with *", problem_mark=mark
            )
        return super().compose_node(parent, index)


#: What is no text: the core of YAML 1.2, and nothing else of what YAML 1.1 guesses.
for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?", "-+0123456789"),
):
    _firsts = [*_first.replace("\0", ""), *([""] if "\0" in _first else [])]
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(rf"^(?:{_pattern})$"), _firsts)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        """Rows stand inside their list."""
        return super().increase_indent(flow, False)


#: Names in a list that stands in one line.
_SHORT = 60


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    """What begins like a number is quoted, whoever reads it."""
    style = "|" if "\n" in text else "'" if text[:1].isdigit() else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> Any:
    short = all(isinstance(item, str) for item in items) and sum(len(item) + 2 for item in items) <= _SHORT
    return dumper.represent_sequence(f"{_TAG}seq", items, flow_style=short)


def _mapping(dumper: yaml.SafeDumper, items: dict[str, Any]) -> Any:
    return dumper.represent_mapping(f"{_TAG}map", items, flow_style=list(items) == ["env"])


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(dict, _mapping)


class _Reading:
    """From nodes to values; keeps the line of each."""

    def __init__(self, name: str, lines: dict[Path, int]) -> None:
        self._name = name
        self._lines = lines

    def value(self, node: yaml.Node, path: Path) -> Any:
        if len(path) > DEEPEST:
            raise NotReadable(f"{self._at(node)}: this is nested too deeply")
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, place)) for place, item in enumerate(node.value)]
        return self._scalar(node)

    def _members(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise NotReadable(f"{self._at(key)}: names are plain texts")
            self._scalar(key)
            if key.value in seen:
                raise NotReadable(f"{self._at(key)}: {key.value} is here twice; write it once")
            seen.add(key.value)
            value = self.value(item, (*path, key.value))
            self._lines[(*path, key.value)] = key.start_mark.line + 1
            yield key.value, value

    def _scalar(self, node: yaml.Node) -> Any:
        read = _SCALARS.get(node.tag.removeprefix(_TAG))
        if read is None:
            raise NotReadable(f"{self._at(node)}: {node.tag} is not read here; write plain values")
        if storable(node.value) != node.value:
            raise NotReadable(f"{self._at(node)}: a text holds a NUL or half of a surrogate pair")
        try:
            return read(node.value)
        except ValueError:
            raise NotReadable(f"{self._at(node)}: {node.value[:20]}… is out of range") from None

    def _at(self, node: yaml.Node) -> str:
        return f"{self._name}, line {node.start_mark.line + 1}"


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_SCALARS: dict[str, Any] = {
    "str": str,
    "null": lambda text: None,
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": _finite,
}
