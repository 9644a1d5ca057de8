"""Connectors as documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from connectors.as_code.checks import clean, clean_all, refuse_twice, spelled
from connectors.as_code.refs import Refs
from connectors.as_code.secret_places import KEEP, StoredSecret, settled
from connectors.as_code.sections import Coded, PublishableSection, register
from connectors.as_code.shapes import SETTINGS, ConnectorShape
from connectors.documents import MARKET_LISTS, SECRETS, TEXTS, authentication_of
from connectors.models import Connector
from connectors.models.rows import at
from connectors.schema import Secret
from connectors.secret_keys import declared, is_secret_header, is_secret_property
from connectors.validation import check_type, implementation_of
from tenants.models import Market, MarketGroup

Row = Mapping[str, Any]


@register
class Connectors(PublishableSection):
    name = "connectors"
    noun = "connector"
    shape = ConnectorShape
    model: ClassVar[Any] = Connector
    position = 50
    key = "type"

    def rows(self) -> Any:
        return super().rows().order_by("type", "connector_id", "pk")

    def identity(self, document: Row) -> str:
        return str(document["connector_id"] or document["type"])

    def identity_field(self, document: Row) -> str:
        return "connector_id"

    def find(self, document: Row) -> Connector | None:
        pk = Refs().find(document["type"], document["connector_id"])
        return None if pk is None else Connector.objects.get(pk=pk)

    def encode_document(self, document: Row) -> Coded:
        authentication = document["authentication"]
        return {
            **{name: document[name] for name in SETTINGS},
            "authentication": {
                name: _stored(authentication[name]) if name in SECRETS else authentication[name]
                for name in (*TEXTS, *SECRETS)
            },
            "properties": [_row(row) for row in document["properties"]],
            "headers": [_row(row) for row in document["headers"]],
            "markets": {name: list(document["markets"][name]) for name in MARKET_LISTS},
            "field_mapping": [dict(row) for row in document["field_mapping"]],
        }

    def for_file(self, document: Coded) -> Coded:
        """What looks like a credential is none of a repository's, even where staff may read it."""
        implementation = implementation_of(document["type"])
        properties = [
            _hidden(row, is_secret_property(implementation, row["key"])) for row in document["properties"]
        ]
        headers = [_hidden(row, is_secret_header(row["name"])) for row in document["headers"]]
        return {**document, "properties": properties, "headers": headers}

    def decode(self, document: Coded) -> dict[str, Any]:
        authentication = {name: _reference(value) for name, value in document["authentication"].items()}
        rows = {
            name: [{key: _reference(value) for key, value in row.items()} for row in document[name]]
            for name in ("properties", "headers")
        }
        return {**document, **rows, "authentication": authentication}

    def settle(self, present: Coded | None, wanted: Coded) -> Coded:
        slug = wanted["type"].strip().lower()
        if present is None or present["type"] != slug:
            with at("type"):
                check_type(slug)
        refuse_twice(wanted["properties"], "properties", "key_group", "key")
        refuse_twice(wanted["headers"], "headers", "name")
        refuse_twice(wanted["field_mapping"], "field_mapping", "property")
        return {
            **wanted,
            "type": slug,
            "name": wanted["name"] or _usual_name(slug),
            "authentication": _authentication(present, wanted["authentication"]),
            "properties": _properties(present, slug, wanted["properties"]),
            "headers": _headers(present, wanted["headers"]),
            "markets": {name: _codes(name, codes) for name, codes in wanted["markets"].items()},
            "field_mapping": sorted(wanted["field_mapping"], key=lambda row: row["property"]),
        }

    def check(self, row: Connector, given: Coded) -> None:
        clean(row)
        clean(authentication_of(row), "authentication")
        clean_all(_placed(row.properties, given["properties"], "properties", "key_group", "key"))
        clean_all(_placed(row.headers, given["headers"], "headers", "name"))


def _usual_name(slug: str) -> str:
    """What steps call an implementation; "" for one that is not installed any more."""
    implementation = implementation_of(slug)
    return (*implementation.names, implementation.label)[0] if implementation else ""


def _row(row: Row) -> Coded:
    return {name: _stored(value) if name == "secret" else value for name, value in row.items()}


def _hidden(row: Coded, looks_secret: bool) -> Coded:
    if not looks_secret or not row.get("value"):
        return row
    return {**{name: value for name, value in row.items() if name != "value"}, "secret": StoredSecret("")}


def _stored(reference: Any) -> StoredSecret | None:
    return StoredSecret(str(reference)) if reference else None


def _reference(value: Any) -> Any:
    return value.id if isinstance(value, StoredSecret) else value


def _codes(name: str, codes: list[str]) -> list[str]:
    return spelled(MarketGroup if "group" in name else Market, codes, f"markets.{name}")


def _authentication(present: Coded | None, wanted: Row) -> Coded:
    before = present["authentication"] if present else {}
    secrets = {name: settled(before.get(name), wanted[name], f"authentication.{name}") for name in SECRETS}
    return {**{name: wanted[name] for name in TEXTS}, **secrets}


def _properties(present: Coded | None, slug: str, wanted: list[Row]) -> list[Coded]:
    before = _by(present, "properties", "key_group", "key")
    implementation = implementation_of(slug)
    found = []
    for number, row in enumerate(wanted):
        place, known = f"properties.{number}", before.get(_key(row, "key_group", "key"))
        certain = isinstance(declared(implementation, row["key"]), Secret)
        if "secret" not in row and (
            certain or _is_new_secret(known, is_secret_property(implementation, row["key"]))
        ):
            raise _clear(place, row["key"])
        plain = {name: row[name] for name in ("key", "key_group", "value_type")}
        found.append({**plain, **_value(known, row, place)})
    return sorted(found, key=lambda row: (row["key_group"], row["key"]))


def _headers(present: Coded | None, wanted: list[Row]) -> list[Coded]:
    before = _by(present, "headers", "name")
    found = []
    for number, row in enumerate(wanted):
        place, known = f"headers.{number}", before.get(_key(row, "name"))
        if "secret" not in row and _is_new_secret(known, is_secret_header(row["name"])):
            raise _clear(place, row["name"])
        found.append({"name": row["name"], **_value(known, row, place)})
    return sorted(found, key=lambda row: row["name"])


def _is_new_secret(known: Row | None, looks_secret: bool) -> bool:
    """Who has made such a row readable in the editor has looked at it."""
    return looks_secret and (known is None or "secret" in known)


def _clear(place: str, name: str) -> ValidationError:
    return ValidationError(
        {f"{place}.value": [f"{name} holds a credential; give it as secret, not as value."]}
    )


def _value(known: Row | None, row: Row, place: str) -> Coded:
    if "secret" not in row:
        return {"value": row.get("value", "")}
    stored = known.get("secret") if known else None
    if row["secret"] is KEEP and known is not None and "secret" not in known:
        stored = None
    return {"secret": settled(stored, row["secret"], f"{place}.secret")}


def _by(present: Coded | None, part: str, *names: str) -> dict[tuple[str, ...], Row]:
    return {_key(row, *names): row for row in (present[part] if present else ())}


def _key(row: Row, *names: str) -> tuple[str, ...]:
    return tuple(str(row[name]).casefold() for name in names)


def _placed(manager: Any, rows: list[Row], part: str, *names: str) -> Iterator[tuple[Any, str]]:
    """The stored rows, each with its place in the document."""
    stored = {tuple(getattr(row, name).casefold() for name in names): row for row in manager.all()}
    for number, row in enumerate(rows):
        yield stored[_key(row, *names)], f"{part}.{number}"
