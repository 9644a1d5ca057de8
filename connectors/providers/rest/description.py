"""How a merchant describes a call: one JSON object for each operation, read once and refused with the place and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

from connectors.providers.rest import checking
from connectors.providers.rest.calls import Call, Find, Listing, Success
from connectors.schema import Json

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Described(Json):
    """The description of one operation as a setting. `extra` are fields besides an order's."""

    kind: ClassVar[str] = "call"

    def __init__(self, label: str, *, extra: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__(label, required=False, **options)
        self.extra = extra

    def convert(self, raw: Any) -> Any:
        reading = Reading(super().convert(raw), self.extra)
        found = {"call": reading.call, "list": reading.listing}[self.kind]()
        if reading.problems:
            raise ValueError("; ".join(reading.problems[:5]))
        return found


class DescribedList(Described):
    kind = "list"


class Reading:
    """Reads a description and gathers everything that is wrong with it in `problems`."""

    def __init__(self, document: Any, extra: tuple[str, ...] = ()) -> None:
        self.problems: list[str] = []
        self.extra = extra
        self.document: Mapping[str, Any] = document if isinstance(document, Mapping) else {}
        if not isinstance(document, Mapping):
            self.problems.append('must be a JSON object such as {"method": "POST", "path": "/orders"}')

    def call(self) -> Call:
        known = ("method", "path", "query", "headers", "body", "encoding", "success", "id", "changes", "find")
        given = self._known(self.document, known, "")
        method = str(given.get("method", "POST")).upper()
        if method not in _METHODS:
            self.problems.append(f"method: {method} is none of {', '.join(_METHODS)}")
        encoding = given.get("encoding", "json")
        if encoding not in ("json", "form"):
            self.problems.append(f"encoding: {encoding} is none of json, form")
        body = given.get("body")
        self.problems += checking.problems(body, self.extra, "body")
        return Call(
            method=method,
            path=self._path(given, "path"),
            query=self._templates(given, "query"),
            headers=self._templates(given, "headers"),
            body=body,
            encoding=str(encoding),
            success=self._success(given),
            id=self._text(given, "id"),
            changes=self._texts(given, "changes"),
            find=self._find(given["find"]) if "find" in given else None,
        )

    def listing(self) -> Listing:
        known = ("path", "items", "query", "next", "first", "keep", "overlap_s", "success")
        given = self._known(self.document, known, "")
        self.extra = ("since", "page", "cursor")
        query = self._templates(given, "query")
        pages = "{page}" in f"{query} {given.get('path', '')}"
        if pages and given.get("next"):
            self.problems.append("next: the list goes by {page} already; use one of both")
        first = self._number(given, "first", 1) if pages else None
        return Listing(
            path=self._path(given, "path"),
            items=self._text(given, "items"),
            query=query,
            next=self._text(given, "next"),
            first=first,
            keep=bool(given.get("keep")),
            overlap_s=self._number(given, "overlap_s", 300) or 0,
            success=self._success(given),
        )

    def _find(self, raw: Any) -> Find | None:
        if not isinstance(raw, Mapping):
            self.problems.append(
                'find: must be an object such as {"path": "/orders", "match": "number", "id": "id"}'
            )
            return None
        given = self._known(raw, ("path", "query", "items", "match", "equals", "id", "lag_s"), "find.")
        for name, why in (
            ("match", "say where the found one has our reference, so that no other is taken for it"),
            ("id", "say where the found one has its id"),
        ):
            if not given.get(name):
                self.problems.append(f"find.{name}: is missing; {why}")
        equals = str(given.get("equals", "{reference}"))
        self.problems += checking.problems(equals, self.extra, "find.equals")
        return Find(
            path=self._path(given, "path", "find."),
            query=self._templates(given, "query", "find."),
            items=self._text(given, "items"),
            match=self._text(given, "match"),
            equals=equals,
            id=self._text(given, "id"),
            lag_s=self._number(given, "lag_s", 0) or 0,
        )

    def _success(self, given: Mapping[str, Any]) -> Success:
        raw = given.get("success") or {}
        if (
            not isinstance(raw, Mapping)
            or not set(raw) <= {"field", "equals"}
            or (raw and set(raw) != {"field", "equals"})
        ):
            self.problems.append('success: must be such as {"field": "ok", "equals": true}')
            return Success()
        equals = raw.get("equals")
        return Success(
            field=str(raw.get("field", "")), equals=tuple(equals) if isinstance(equals, list) else (equals,)
        )

    def _known(self, given: Mapping[str, Any], names: tuple[str, ...], place: str) -> Mapping[str, Any]:
        for name in given:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                cure = f"did you mean {near[0]}?" if near else f"use {', '.join(names)}"
                self.problems.append(f"{place}{name}: is not known; {cure}")
        return given

    def _path(self, given: Mapping[str, Any], name: str, place: str = "") -> str:
        path = given.get(name)
        if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
            self.problems.append(
                f"{place}{name}: must be a path on the connector's Host, such as /orders/{{number}}"
            )
            return ""
        self.problems += checking.problems(path, self.extra, f"{place}{name}")
        return path

    def _templates(self, given: Mapping[str, Any], name: str, place: str = "") -> Mapping[str, Any]:
        raw = given.get(name) or {}
        if not isinstance(raw, Mapping) or any(isinstance(item, (Mapping, list)) for item in raw.values()):
            self.problems.append(
                f'{place}{name}: must be an object of texts, such as {{"reference": "{{number}}"}}'
            )
            return {}
        self.problems += checking.problems(raw, self.extra, f"{place}{name}")
        return raw

    def _texts(self, given: Mapping[str, Any], name: str) -> Mapping[str, str]:
        raw = given.get(name) or {}
        if not isinstance(raw, Mapping) or not all(isinstance(item, str) for item in raw.values()):
            self.problems.append(
                f'{name}: must be an object such as {{"properties.ErpStatus": "data.status"}}'
            )
            return {}
        return raw

    def _text(self, given: Mapping[str, Any], name: str) -> str:
        raw = given.get(name, "")
        if not isinstance(raw, str):
            self.problems.append(f"{name}: must be a path into the answer, such as data.id")
            return ""
        return raw

    def _number(self, given: Mapping[str, Any], name: str, default: int) -> int | None:
        raw = given.get(name, default)
        if not isinstance(raw, int) or isinstance(raw, bool) or raw < 0:
            self.problems.append(f"{name}: must be a whole number from 0")
            return default
        return raw
