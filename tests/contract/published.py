"""Judges requests and answers by a vendor's published OpenAPI or Swagger description, more strictly than its schemas ask
for: parameters and form fields that it does not name are wrong, at any depth."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_schema_validator import OAS30Validator, OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT202012

from tests.contract.replay import nested
from tests.contract.swagger import as_openapi
from tests.faultserver import Received

Schema = Mapping[str, Any]
ROOT = Path(__file__).parents[2]


def folder(name: str, variable: str) -> Path:
    """Where the published material is: `variable` of the environment, else beside the repository."""
    return Path(os.environ.get(variable) or ROOT.parent / "shared" / "providers" / name)


def specs() -> Path:
    return folder("specs", "CROSSDOCK_SPECS")


def vectors() -> Path:
    return folder("vectors", "CROSSDOCK_VECTORS")


@cache
def description(name: str) -> Description:
    return Description(as_openapi(json.loads((specs() / name).read_text())))


class Description:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.is_31 = document["openapi"].startswith("3.1")
        self.validator: Any = OAS31Validator if self.is_31 else OAS30Validator
        specification: Any = DRAFT202012 if self.is_31 else DRAFT4
        resource = Resource(contents=self._rooted(document), specification=specification)
        self.registry: Registry[Any] = Registry().with_resource("urn:vendor", resource)
        self.paths = {_pattern(path): (path, item) for path, item in document["paths"].items()}
        self.base = _base(document)

    def request_problems(self, request: Received) -> list[str]:
        """What of a request the description does not allow."""
        place = urlsplit(request.path)
        try:
            operation, path = self.operation(request.method, place.path)
        except LookupError as error:
            return [str(error)]
        pairs = parse_qsl(place.query, keep_blank_values=True)
        problems = [*self._query(operation, pairs), *self._body(operation, request)]
        return [f"{request.method} {path}: {text}" for text in problems]

    def answer_problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What of an answer is not as the description says."""
        operation, _ = self.operation(method, path)
        responses = operation["responses"]
        described = responses.get(str(status)) or responses.get("default")
        if described is None:
            raise LookupError(f"{method} {path} describes no answer of status {status}")
        response = self.resolve(described)
        content = next(item for kind, item in response["content"].items() if _is_json(kind))
        return list(self._violations(content["schema"], body))

    def violations(self, name: str, value: Any) -> list[str]:
        """What of an object is not as the schema of that name says."""
        return list(self._violations(self.document["components"]["schemas"][name], value))

    def operation(self, method: str, path: str) -> tuple[Mapping[str, Any], str]:
        """The operation of a concrete path; a path without placeholders goes before one with them.

        What the address of the server begins with, the path's own or that of all, may stand before it.
        """
        found = [item for pattern, item in self.paths.items() if self._leads_to(path, pattern, item[1])]
        for template, item in sorted(found, key=lambda pair: pair[0].count("{")):
            if method.lower() in item:
                operation = item[method.lower()]
                shared = [*item.get("parameters", []), *operation.get("parameters", [])]
                return {**operation, "parameters": [self.resolve(one) for one in shared]}, template
        raise LookupError(f"there is no {method} {path} in the description")

    def _leads_to(self, path: str, pattern: re.Pattern[str], item: Mapping[str, Any]) -> bool:
        base = _base(item) if item.get("servers") else self.base
        return any(map(pattern.fullmatch, {path, re.sub(f"^{_pattern(base).pattern}", "", path)}))

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            node: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                node = node[part]
            schema = node
        return schema

    def _query(self, operation: Mapping[str, Any], pairs: list[tuple[str, str]]) -> Iterator[str]:
        known = {item["name"]: item for item in operation["parameters"] if item["in"] == "query"}
        written_out = [pair for pair in pairs if _first_of(pair[0]) in known and "[" in pair[0]]
        for name, value in written_out:
            yield from self._typed(known[_first_of(name)]["schema"], value, name)
        query = nested([pair for pair in pairs if pair not in written_out])
        for name, item in known.items():
            if item.get("required") and name not in query:
                yield f"the parameter {name} is missing"
        for name, value in query.items():
            if name not in known:
                yield f"there is no parameter {name}"
            else:
                yield from self._typed(known[name]["schema"], self._given(known[name], value), name)

    def _given(self, parameter: Mapping[str, Any], value: Any) -> Any:
        """A list of one stands in a query as if it were none."""
        is_list = self.resolve(parameter["schema"]).get("type") == "array"
        return {"0": value} if is_list and isinstance(value, str) else value

    def _body(self, operation: Mapping[str, Any], request: Received) -> Iterator[str]:
        wanted = self.resolve(operation.get("requestBody", {}))
        if not request.body:
            if wanted.get("required"):
                yield "the body is missing"
            return
        kind = request.headers.get("content-type", "").partition(";")[0]
        described = {name.partition(";")[0]: item for name, item in wanted.get("content", {}).items()}
        content = described.get(kind) or described.get("*/*")
        if content is None:
            yield f"the body is {kind}, not {', '.join(described) or 'empty'}"
        elif kind == "application/x-www-form-urlencoded":
            fields = nested(parse_qsl(request.body.decode(), keep_blank_values=True))
            yield from self._typed(content["schema"], fields, "body")
        else:
            yield from self._violations(content["schema"], json.loads(request.body))

    def _typed(self, schema: Schema, value: Any, place: str) -> Iterator[str]:
        """Give a form's texts their types back, then validate."""
        try:
            typed = self._cast(schema, value, place)
        except (ValueError, LookupError) as error:
            yield str(error)
        else:
            yield from (f"{place}: {text}" for text in self._violations(schema, typed))

    def _cast(self, schema: Schema, value: Any, place: str) -> Any:
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return self._cast_any(schema["anyOf"], value, place)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next(item for item in kind if item != "null")
        if kind == "object":
            return self._cast_object(schema, value, place)
        if kind == "array" and isinstance(value, str):
            # Several values as one, divided by commas.
            return [self._cast(schema["items"], item, place) for item in value.split(",")]
        if kind == "array":
            return [
                self._cast(schema["items"], item, f"{place}[{index}]")
                for index, item in enumerate(_in_order(value, place))
            ]
        if not isinstance(value, str):
            raise ValueError(f"{place} is no {kind}")
        return _scalar(str(kind), value, place)

    def _cast_any(self, choices: list[Schema], value: Any, place: str) -> Any:
        reasons = []
        for choice in choices:
            try:
                typed = self._cast(choice, value, place)
            except (ValueError, LookupError) as error:
                reasons.append(str(error))
                continue
            if not list(self._violations(choice, typed)):
                return typed
        raise ValueError(f"{place} fits none of its forms: {reasons or value}")

    def _cast_object(self, schema: Schema, value: Any, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError(f"{place} is no object")
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        unknown = set(value) - set(known)
        if unknown and not isinstance(others, dict):
            raise LookupError(f"{place} has no field {', '.join(sorted(unknown))}")
        return {
            name: self._cast(known.get(name) or others, item, f"{place}.{name}")
            for name, item in value.items()
        }

    def _violations(self, schema: Schema, value: Any) -> Iterator[str]:
        """All that the schema says against the value; references are those of this document."""
        rooted = self._rooted(schema)
        for error in self.validator(rooted, registry=self.registry).iter_errors(value):
            yield f"{'.'.join(map(str, error.absolute_path))} {error.message}"[:300]

    def _rooted(self, schema: Any) -> Any:
        """References to "#/…" as references into the registered document, and what may be null spelt out."""
        if isinstance(schema, list):
            return [self._rooted(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        done = {
            key: "urn:vendor" + item if key == "$ref" and isinstance(item, str) else self._rooted(item)
            for key, item in schema.items()
        }
        if done.get("nullable") is True:
            return _nullable_31(done) if self.is_31 else _nullable_30(done)
        return done


def _first_of(name: str) -> str:
    """Descriptions that write out a nested parameter, as Magento's does, do so for the first item of each list."""
    return re.sub(r"\[\d+\]", "[0]", name)


def _base(document: Mapping[str, Any]) -> str:
    """The path of the first server, without trailing slash."""
    servers = document.get("servers") or [{"url": ""}]
    return urlsplit(servers[0]["url"]).path.rstrip("/")


def _is_json(media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip()
    return kind == "application/json" or kind.endswith("+json")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def _nullable_30(schema: dict[str, Any]) -> dict[str, Any]:
    """Validators take `nullable` beside `anyOf` at its word, which would forbid the null that the author meant."""
    if "anyOf" in schema:
        schema["anyOf"] = [*schema["anyOf"], {"enum": [None], "nullable": True}]
    return schema


def _nullable_31(schema: dict[str, Any]) -> dict[str, Any]:
    """Version 3.1 has no such word any more; authors who still write it mean that null is allowed too."""
    return {"anyOf": [schema, {"type": "null"}]}


def _in_order(value: Any, place: str) -> list[Any]:
    """The items of a form's list, whose indexes have to run from 0."""
    if not isinstance(value, dict) or list(value) != [str(index) for index in range(len(value))]:
        raise ValueError(f"{place} is no list with indexes from 0")
    return list(value.values())


def _scalar(kind: str, value: str, place: str) -> Any:
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if kind == "boolean" and value in {"true", "false"}:
        return value == "true"
    if kind in {"integer", "number", "boolean"}:
        raise ValueError(f"{place} is {value!r}, which is no {kind}")
    return value
