"""Leaves out of an answer, before it is logged, what is meant for somebody else's eyes."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

#: Letters that are escaped without need, or a wider character set than UTF-8.
_HIDES_NAMES = re.compile(rb"\\u00[2-7]|\x00")


def without_fields(body: bytes, names: Collection[str]) -> bytes:
    """The JSON body with these fields, at any depth, replaced by their length. Of a body that is no whole JSON document,
    which may hold them anywhere, only the length is left."""
    if not any(name.encode() in body for name in names) and not _HIDES_NAMES.search(body):
        return body
    try:
        return json.dumps(_without(json.loads(body), names), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return f"[{len(body)} bytes, not logged]".encode()


def _without(node: Any, names: Collection[str]) -> Any:
    if isinstance(node, list):
        return [_without(item, names) for item in node]
    if isinstance(node, dict):
        return {key: _left_out(item) if key in names else _without(item, names) for key, item in node.items()}
    return node


def _left_out(value: Any) -> str:
    return f"[{len(value)} characters, not logged]" if isinstance(value, str) else "[not logged]"
