"""tests/providers/<slug>.json: one vendor's exchanges for each scenario of its contracts.

connector   columns, properties, is_test: a connector as an administrator fills it in, with secrets of our own;
            {server} in a column, and anywhere in an answer, is the address at which the vendor is played;
            field_mapping has the rows of its Field Mapping
always      headers that every request carries; {name} stands for a column or property
login       an exchange that may happen at any time (a token request) and is not counted
hidden      values in answers that must not reach the event log either
signs       the vendor's private key, where the secret that webhooks are verified with is its public one; or all that its
            scheme signs with, as a list
samples     the file of the vendor's samples where it is not <slug>.json
fetched     what the scheme of its webhooks has fetched: text by address
shapes      objects of the vendor; {"like": "name", ...} anywhere below is that object with some fields changed
scenarios   name -> given (fields of the contract's request), exchanges, result or error; see scenarios/
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "providers"


@cache
def fixture(slug: str) -> dict[str, Any]:
    """The fixture of an implementation, shapes filled in; {} where it has none."""
    path = FOLDER / f"{slug}.json"
    if not path.exists():
        return {}
    raw = json.loads(path.read_text())
    shapes: dict[str, Any] = {}
    for name, shape in raw.get("shapes", {}).items():
        shapes[name] = _expand(shape, shapes)
    return {key: _expand(value, shapes) for key, value in raw.items() if key != "shapes"}


def _expand(node: Any, shapes: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_expand(item, shapes) for item in node]
    if not isinstance(node, dict):
        return node
    changes = {key: _expand(value, shapes) for key, value in node.items() if key != "like"}
    return _merged(copy.deepcopy(shapes[node["like"]]), changes) if "like" in node else changes


def _merged(base: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        inner = base.get(key)
        merge = isinstance(inner, dict) and isinstance(value, dict) and value
        base[key] = _merged(inner, value) if merge else value
    return base
