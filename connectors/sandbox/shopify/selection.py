"""Answers with what a GraphQL document asks for, and nothing else: fields without fragments and aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\w$@:!]+|[{}()\[\]]')

Tree = dict[str, "Tree | None"]


class UnknownField(Exception):
    """The document asks for what is not simulated; the text names it."""


def pick(document: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the data that the document's first operation selects. Raises UnknownField."""
    words = iter(_TOKEN.findall(document))
    for word in words:
        if word == "(":
            _skip(words)
        elif word == "{":
            break
    return _object(_tree(words), data, "data")


def _tree(words: Iterator[str]) -> Tree:
    """Up to the closing brace; arguments and directives are passed over."""
    found: Tree = {}
    last = ""
    for word in words:
        if word == "}":
            return found
        if word == "(":
            _skip(words)
        elif word == "{":
            found[last] = _tree(words)
        elif not word.startswith("@"):
            found[word], last = None, word
    return found


def _skip(words: Iterator[str]) -> None:
    depth = 1
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if not depth:
            return


def _object(tree: Tree, data: Mapping[str, Any], place: str) -> dict[str, Any]:
    missing = [name for name in tree if name not in data]
    if missing:
        raise UnknownField(f"Field '{missing[0]}' doesn't exist on '{place}'")
    return {name: _value(inner, data[name], name) for name, inner in tree.items()}


def _value(tree: Tree | None, value: Any, place: str) -> Any:
    if isinstance(value, list):
        return [_value(tree, item, place) for item in value]
    return value if tree is None or value is None else _object(tree, value, place)
