"""Drafts as files that people read, compare and keep: everything of the document but its secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import yaml

from connectors.documents import SECRETS
from connectors.kinds import kind_of
from connectors.models import Publishable
from eventlog.redaction import Redactor

FORMATS = ("yaml", "json")
_SECRET = frozenset({"secret", *SECRETS})
#: Whoever has it can post in the vendor's name where webhooks are not signed.
_LEFT_OUT = frozenset({"webhook_token"})


def export(drafts: Iterable[Publishable], form: str) -> str:
    """A document of all the drafts as YAML or JSON. Raises ValueError for another format."""
    items = [_item(draft) for draft in drafts]
    if form == "yaml":
        text: str = yaml.safe_dump({"items": items}, sort_keys=False, allow_unicode=True)
        return text
    if form == "json":
        return json.dumps({"items": items}, indent=2, ensure_ascii=False) + "\n"
    raise ValueError(f"export as one of {', '.join(FORMATS)}, not {form!r}")


def _item(draft: Publishable) -> dict[str, Any]:
    kind = kind_of(draft)
    return {
        "kind": kind.name,
        "title": str(draft),
        "schema_version": kind.schema_version,
        "document": _plain(kind.to_document(draft), Redactor()),
    }


def _plain(value: Any, redactor: Redactor, name: str = "") -> Any:
    """Secrets become "set" or "not set"; what only looks like one is masked."""
    if name in _SECRET:
        return "set" if value else "not set"
    if isinstance(value, dict):
        return {key: _plain(item, redactor, key) for key, item in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_plain(item, redactor) for item in value]
    return redactor.text(value) if isinstance(value, str) else value
