"""Properties of a payment method or shipping provider: one JSON document, edited as rows of Key, Key Group, Type, Value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from connectors.files import KINDS, check_file
from connectors.models.rows import ValueType
from connectors.property_values import LARGEST_FILE, FileValue, read_value
from connectors.validation import codes_of
from tenants.adminkit import JsonField

#: Rows that are read from what is sent; nobody enters more by hand.
_MOST = 500
#: Types whose values are JSON's own; those of all others are kept as text.
_OWN = frozenset({"Boolean", "Number", "JSON"})
Row = dict[str, Any]


class PropertiesWidget(forms.Widget):
    """A table of rows; `value` is the document, or the rows that were refused."""

    needs_multipart_form = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = (
            value if isinstance(value, list) else list(rows_of(value if isinstance(value, Mapping) else {}))
        )
        blank = {"key": "", "key_group": "", "value_type": "String", "value": ""}
        context = {
            "name": name,
            "rows": [{**row, "number": number} for number, row in enumerate(rows)],
            "next": len(rows),
            "blank": {**blank, "number": "__row__"},
            "types": ValueType.values,
            "accept": ",".join(KINDS),
        }
        return mark_safe(render_to_string("admin/connectors/properties.html", context))  # noqa: S308

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The rows; a text that was sent as JSON stays one."""
        if name in data:
            return data[name]
        return [row for number in range(_MOST) if (row := _row(data, files, f"{name}-{number}"))]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class PropertiesField(forms.Field):
    """Gives a dict of plain JSON; a Key Group is a dict in it."""

    widget = PropertiesWidget

    def to_python(self, value: Any) -> dict[str, Any]:
        """Raises ValidationError that names the row and the cure."""
        if isinstance(value, str):
            return _document(value)
        found: dict[str, Any] = {}
        problems: list[str] = []
        for row in value or ():
            try:
                _put(found, row)
            except (ValueError, ValidationError) as error:
                text = error.messages[0] if isinstance(error, ValidationError) else str(error)
                problems.append(f"{row['key'] or 'A row without key'}: {text}")
        if problems:
            raise ValidationError(problems)
        return _document(json.dumps(found))

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError("Add a property.")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or {}))
        except ValidationError:
            return True


def rows_of(document: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of a document; a type that JSON does not know is told from the value and its key."""
    for key, value in document.items():
        if isinstance(value, Mapping) and value:
            for inner, item in value.items():
                yield {"key": inner, "key_group": key, **_typed(inner, item)}
        else:
            yield {"key": key, "key_group": "", **_typed(key, value)}


def _typed(key: str, value: Any) -> Row:
    if isinstance(value, bool):
        return {"value_type": "Boolean", "value": str(value).lower()}
    if isinstance(value, int | float):
        return {"value_type": "Number", "value": str(value)}
    if not isinstance(value, str):
        return {"value_type": "JSON", "value": json.dumps(value, ensure_ascii=False)}
    if ";base64," in value:
        name = value.partition(";")[0]
        return {
            "value_type": "File",
            "value": value,
            "stored": f"{name} is stored; choose another file to replace it",
        }
    return {"value_type": _type_of_text(key, value), "value": value}


def _type_of_text(key: str, value: str) -> str:
    if "\n" in value:
        return "Textarea"
    for reads, name in ((date.fromisoformat, "Date"), (_moment, "DateTime")):
        try:
            reads(value)
        except ValueError:
            continue
        return name
    for name, word in (("Store", "store"), ("OrderStatus", "status")):
        if word in key.casefold() and value in codes_of(name):
            return name
    return "String"


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no offset")
    return found


def _row(data: Any, files: Any, prefix: str) -> Row | None:
    """None for a row that is not there, or has nothing in it."""
    if f"{prefix}-key" not in data:
        return None
    row: Row = {
        name: str(data.get(f"{prefix}-{name}", "")) for name in ("key", "key_group", "value_type", "value")
    }
    row = {**row, "key": row["key"].strip(), "key_group": row["key_group"].strip()}
    row["file"] = files.get(f"{prefix}-file") if files else None
    return row if row["key"] or row["value"] or row["file"] else None


def _put(found: dict[str, Any], row: Row) -> None:
    if not row["key"]:
        raise ValueError("Enter a Key.")
    place = found.setdefault(row["key_group"], {}) if row["key_group"] else found
    if not isinstance(place, dict) or row["key"] in place:
        raise ValueError("This key is there already.")
    place[row["key"]] = _value(row)


def _value(row: Row) -> Any:
    kind, text = row["value_type"], row["value"].replace("\r\n", "\n")
    if row.get("file") is not None:
        uploaded = row["file"]
        content = uploaded.read(LARGEST_FILE + 1)
        check_file(uploaded.name, uploaded.size, content)
        return FileValue(uploaded.name, content).stored()
    typed = read_value(kind, text)
    known = codes_of(kind)
    if known and text and text not in known:
        raise ValueError(f"There is no {kind} {text!r}; use one of {', '.join(known)}.")
    if kind == "Boolean":
        return typed
    return json.loads(text) if kind in _OWN and text.strip() else text if typed is not None else ""


def _document(text: str) -> dict[str, Any]:
    """Raises ValidationError for what is no JSON object that every database can hold."""
    found = JsonField(nothing=dict, required=False).to_python(text)
    if not isinstance(found, dict):
        raise ValidationError('Use names and values, for example {"name": "value"}.')
    return found
