"""Reading what receivers answer: names compare without case and underscores, and the order may be wrapped in Value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connectors.contracts.common import Exported
from connectors.contracts.validation import Finding, Verdict


def exported(answer: Any, sent: Mapping[str, Any] | None = None) -> Exported:
    """The receiver's id and, against what was `sent`, the changed order fields: it may answer with the whole order."""
    changes = {}
    if sent is not None:
        known = fields_of(sent)
        changes = {name: item for name, item in _unwrapped(answer).items() if _is_change(name, item, known)}
    return Exported(external_id=id_of(fields_of(answer)), changes=changes)


def verdict(answer: Any) -> Verdict:
    """Remarks under errors and warnings (or validationErrors, validationWarnings); no answer means none."""
    fields = fields_of(answer)
    errors, warnings = (
        fields.get(name) or fields.get(f"validation{name}") for name in ("errors", "warnings")
    )
    return Verdict(errors=_findings(errors), warnings=_findings(warnings))


def says_verdict(answer: Any) -> bool:
    """Whether there is a list of errors or of warnings, be it empty, and nothing that is no list."""
    fields = fields_of(answer)
    names = ("errors", "warnings", "validationerrors", "validationwarnings")
    given = [fields[name] for name in names if fields.get(name) is not None]
    return bool(given) and all(isinstance(items, list) for items in given)


def fields_of(document: Any) -> dict[str, Any]:
    """Fields by name without case and underscores; nothing for what is no JSON object."""
    return (
        {plain_name(name): item for name, item in document.items()} if isinstance(document, Mapping) else {}
    )


def plain_name(name: str) -> str:
    return name.replace("_", "").lower()


def id_of(fields: Mapping[str, Any]) -> str:
    found = fields.get("externalid") or fields.get("id") or fields_of(fields.get("value")).get("externalid")
    return str(found) if isinstance(found, (str, int)) and found is not True else ""


def _findings(items: Any) -> tuple[Finding, ...]:
    return tuple(_finding(item) for item in items) if isinstance(items, list) else ()


def _finding(item: Any) -> Finding:
    fields = fields_of(item)
    if not fields:
        return Finding(message=str(item))
    texts = {name: str(fields.get(name) or "") for name in ("message", "field", "code")}
    return Finding(**{**texts, "message": texts["message"] or json.dumps(item, default=str)})


def _is_change(name: str, item: Any, known: Mapping[str, Any]) -> bool:
    plain = plain_name(name)
    return plain not in {"id", "externalid"} and known.get(plain) != item


def _unwrapped(answer: Any) -> dict[str, Any]:
    inner = fields_of(answer).get("value")
    found = inner if isinstance(inner, dict) else answer
    return found if isinstance(found, dict) else {}
