"""Descriptions of the older form, Swagger 2.0, as OpenAPI 3.0 says the same."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_OF_PARAMETERS = {"name", "in", "required", "description"}


def as_openapi(document: Json) -> Json:
    """A document of OpenAPI 3 stays as it is."""
    if "openapi" in document:
        return document
    scheme = (document.get("schemes") or ["https"])[0]
    base = (document.get("basePath") or "").rstrip("/")
    return {
        "openapi": "3.0.3",
        "info": document["info"],
        "servers": [{"url": f"{scheme}://{document.get('host', 'vendor.example')}{base}"}],
        "paths": {path: _item(item) for path, item in document["paths"].items()},
        "components": {"schemas": _moved(document.get("definitions", {}))},
    }


def _item(item: Json) -> Json:
    return {
        name: [_parameter(one) for one in value] if name == "parameters" else _operation(value)
        for name, value in item.items()
    }


def _operation(operation: Json) -> Json:
    given = operation.get("parameters", [])
    bodies = [one for one in given if one["in"] == "body"]
    told = {
        "parameters": [_parameter(one) for one in given if one["in"] != "body"],
        "responses": {
            code: _content(response.get("schema", {})) for code, response in operation["responses"].items()
        },
    }
    wanted = {"required": bodies[0].get("required", False), **_content(bodies[0]["schema"])} if bodies else {}
    return {**told, "requestBody": wanted} if wanted else told


def _parameter(parameter: Json) -> Json:
    schema = {name: value for name, value in parameter.items() if name not in _OF_PARAMETERS}
    named = {name: value for name, value in parameter.items() if name in _OF_PARAMETERS}
    return {**named, "schema": _moved(schema)}


def _content(schema: Json) -> Json:
    return {"content": {"application/json": {"schema": _moved(schema)}}}


def _moved(node: Any) -> Any:
    """References to where OpenAPI keeps its schemas."""
    if isinstance(node, list):
        return [_moved(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: value.replace("#/definitions/", "#/components/schemas/") if name == "$ref" else _moved(value)
        for name, value in node.items()
    }
