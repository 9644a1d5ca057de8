"""Judges GraphQL requests and answers by a vendor's published schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from tests.contract.published import specs

#: What JSON has for the scalars of vendors; others are not looked at.
_SCALARS: dict[str, type | tuple[type, ...]] = {
    "ID": str,
    "String": str,
    "Int": int,
    "Float": (int, float),
    "Boolean": bool,
    "Decimal": str,
    "DateTime": str,
    "UnsignedInt64": str,
    "URL": str,
}


@cache
def schema(name: str) -> GraphQLSchema:
    return build_schema((specs() / name).read_text(), assume_valid=True)


def request_problems(known: GraphQLSchema, body: Mapping[str, Any]) -> list[str]:
    """What of a request's document and variables the schema does not allow."""
    try:
        document = parse(body["query"])
    except GraphQLError as error:
        return [error.message]
    problems = [error.message for error in validate(known, document)]
    operation = _operation(body)
    if operation.name is None or operation.name.value != body["operationName"]:
        problems.append(f"the operation is not called {body['operationName']}")
    if problems:
        return problems
    declared = list(operation.variable_definitions or ())
    values = get_variable_values(known, declared, dict(body["variables"]))
    unknown = set(body["variables"]) - {item.variable.name.value for item in declared}
    return [
        *([error.message for error in values] if isinstance(values, list) else []),
        *(f"there is no variable {name}" for name in sorted(unknown)),
    ]


def answer_problems(known: GraphQLSchema, body: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """What of the data is not what the request's document asks for: names, kinds, and nulls where none may be."""
    operation = _operation(body)
    root = known.get_root_type(operation.operation)
    assert root is not None
    return list(_object(root, operation.selection_set, data, "data"))


def _operation(body: Mapping[str, Any]) -> OperationDefinitionNode:
    [found] = parse(body["query"]).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def _object(kind: GraphQLObjectType, chosen: SelectionSetNode, data: Any, place: str) -> Iterator[str]:
    if not isinstance(data, Mapping):
        yield f"{place} is no object"
        return
    fields = {node.name.value: node for node in chosen.selections if isinstance(node, FieldNode)}
    yield from (f"{place}.{name} was not asked for" for name in data if name not in fields)
    for name, node in fields.items():
        if name not in data:
            yield f"{place}.{name} is missing"
        else:
            yield from _value(kind.fields[name].type, node, data[name], f"{place}.{name}")


def _value(kind: Any, node: FieldNode, value: Any, place: str) -> Iterator[str]:
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
        if value is None:
            yield f"{place} is null"
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        for index, item in enumerate(value):
            yield from _value(kind.of_type, node, item, f"{place}[{index}]")
    elif isinstance(kind, GraphQLObjectType):
        assert node.selection_set is not None
        yield from _object(kind, node.selection_set, value, place)
    elif isinstance(kind, GraphQLEnumType):
        if value not in kind.values:
            yield f"{place} is {json.dumps(value)}, which is no {kind.name}"
    elif not isinstance(value, _SCALARS.get(kind.name, object)):
        yield f"{place} is {json.dumps(value)}, which is no {kind.name}"
