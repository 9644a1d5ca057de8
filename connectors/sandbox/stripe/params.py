"""Form bodies with brackets, read strictly: an unknown or unreadable parameter is an error, as at Stripe."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.stripe.errors import invalid, missing

_PARTS = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_MAX_AMOUNT = 99_999_999


def parse_form(text: str) -> dict[str, Any]:
    """{"a[b][0]": "c"} becomes {"a": {"b": {"0": "c"}}}; an empty bracket counts up."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if "[" in name:
            _insert(tree, name, value)
        else:
            tree[name] = value
    return tree


def _insert(tree: dict[str, Any], name: str, value: str) -> None:
    match = _PARTS.match(name)
    if match is None:
        raise invalid(f"Invalid parameter name: {name}", param=name, code="parameter_unknown")
    *path, last = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    for part in path:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise invalid("Invalid object", param=name)
    tree[last or str(len(tree))] = value


class Params:
    """One level of a request's parameters. `path` is where it hangs, for error texts."""

    def __init__(self, tree: Mapping[str, Any], allowed: Sequence[str], path: str = "") -> None:
        self.tree = tree
        self.path = path
        unknown = next((name for name in tree if name not in allowed), None)
        if unknown is not None:
            param = self.full(unknown)
            raise invalid(f"Received unknown parameter: {param}", param=param, code="parameter_unknown")

    def full(self, name: str) -> str:
        return f"{self.path}[{name}]" if self.path else name

    def has(self, name: str) -> bool:
        return name in self.tree

    def text(self, name: str, default: str | None = None, longest: int = 5000) -> str | None:
        """None for a parameter that is absent or empty."""
        value = self.tree.get(name, default)
        if not value:
            return None
        if not isinstance(value, str):
            raise invalid("Invalid string", param=self.full(name))
        if len(value) > longest:
            raise invalid(f"Invalid string: must be at most {longest} characters", param=self.full(name))
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise missing(self.full(name))
        return value

    def integer(self, name: str, default: int | None = None) -> int | None:
        text = self.text(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d{1,15}", text):
            raise invalid(f"Invalid integer: {text}", param=self.full(name), code="parameter_invalid_integer")
        return int(text)

    def amount(self, name: str, default: int | None = None) -> int:
        """In minor units, above zero."""
        value = self.integer(name, default)
        if value is None:
            raise missing(self.full(name))
        if value < 1:
            raise invalid(
                "This value must be greater than or equal to 1.",
                param=self.full(name),
                code="parameter_invalid_integer",
            )
        if value > _MAX_AMOUNT:
            raise invalid(
                "Amount must be no more than 999,999.99", param=self.full(name), code="amount_too_large"
            )
        return value

    def currency(self, name: str) -> str:
        value = self.required(name).lower()
        if not re.fullmatch(r"[a-z]{3}", value):
            raise invalid(f"Invalid currency: {value}", param=self.full(name))
        return value

    def choice(self, name: str, options: Sequence[str], default: str | None = None) -> str | None:
        value = self.text(name, default)
        if value is not None and value not in options:
            raise invalid(f"Invalid {name}: must be one of {', '.join(options)}", param=self.full(name))
        return value

    def boolean(self, name: str) -> bool:
        return self.choice(name, ("true", "false"), "false") == "true"

    def mapping(self, name: str) -> dict[str, str]:
        value = self.tree.get(name) or {}
        if not isinstance(value, dict) or any(isinstance(item, dict) for item in value.values()):
            raise invalid("Invalid object", param=self.full(name))
        return dict(value)

    def items(self, name: str) -> list[Any]:
        value = self.tree.get(name) or {}
        if not isinstance(value, dict):
            raise invalid("Invalid array", param=self.full(name))
        return list(value.values())

    def child(self, name: str, allowed: Sequence[str]) -> Params:
        value = self.tree.get(name) or {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=self.full(name))
        return Params(value, allowed, self.full(name))
