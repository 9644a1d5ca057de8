"""Text that a database can hold: PostgreSQL refuses NUL and half surrogate pairs."""

from __future__ import annotations

from typing import Any


def storable(text: str) -> str:
    """The text, with another character in the place of each that cannot be stored."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def storable_document(node: Any) -> Any:
    """The same of all names and texts in a JSON document."""
    if isinstance(node, str):
        return storable(node)
    if isinstance(node, dict):
        return {storable(name): storable_document(item) for name, item in node.items()}
    return [storable_document(item) for item in node] if isinstance(node, list) else node
