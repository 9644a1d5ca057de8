"""The parameter `fields`: how deep an answer is. Without it what an object refers to is only named by its id."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.tripletex.errors import TripletexError

Tree = dict[str, "Tree"]


def shown(record: Any, fields: str) -> Any:
    """A record, or a list of them, as it leaves. Raises TripletexError for fields that cannot be read."""
    return _picked(record, _parsed(fields) if fields else {"*": {}})


def _parsed(text: str) -> Tree:
    root: Tree = {}
    branches, name = [root], ""
    for sign in f"{text},":
        if sign not in ",()":
            name += sign.strip()
            continue
        if name:
            branches[-1][name] = {}
        if sign == "(":
            branches.append(branches[-1][name])
        if sign == ")":
            branches.pop()
        if not branches:
            raise TripletexError(400, 11000, "Ugyldig felt-filter.")
        name = ""
    return root


def _picked(node: Any, wanted: Tree) -> Any:
    if isinstance(node, list):
        return [_picked(item, wanted) for item in node]
    if not isinstance(node, dict):
        return node
    if not wanted:
        return {"id": node["id"], "url": f"tripletex.no/v2/{node['id']}"} if "id" in node else {}
    names = [*node] if "*" in wanted else [name for name in wanted if name in node]
    return {name: _picked(node[name], wanted.get(name, {})) for name in names if not name.startswith("_")}
