"""What is wrong with a scheduled task, said at the field it is wrong in and with the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.errors import Misconfigured
from connectors.runtime import TenantRuntime, runtime
from connectors.schema import SettingsError
from workflows.chart import suggest
from workflows.schedules import types
from workflows.schedules.types import TaskType, UnknownTaskType

if TYPE_CHECKING:
    from workflows.models import ScheduledTask


def problems_of(task: ScheduledTask) -> Iterator[tuple[str, str]]:
    """(field, text) of everything about type, connector and properties that would not run."""
    try:
        kind = types.get(task.type)
    except UnknownTaskType as error:
        yield "type", str(error)
        return
    task.type = kind.name
    connector = None
    try:
        connector = connector_of(kind, task.connector_id, runtime(task.tenant_id))
    except Misconfigured as error:
        yield "connector", error.message
    if isinstance(task.properties, Mapping):
        yield from (("properties", text) for text in _properties(kind, task.properties, connector))


def connector_of(kind: TaskType, connector_id: int | None, live: TenantRuntime) -> ConnectorConfig | None:
    """The published connector of a task. Raises Misconfigured when it cannot serve the type."""
    if kind.capability is None:
        return None
    if connector_id is None:
        raise Misconfigured(f"{kind.name} needs a connector; choose a published one that can do this.")
    config = live.connectors.get(connector_id)
    if config is None:
        raise Misconfigured("This connector is not published; publish it first, or choose another.")
    if config.retired:
        raise Misconfigured(f"{config.name} is retired; choose a connector that is in service.")
    implementation = registry.get(config.slug)
    if not issubclass(implementation, kind.capability) or not _has(implementation, kind.operation):
        raise Misconfigured(f"{implementation.label} cannot serve {kind.name}; choose another connector.")
    if not config.problem and not implementation.offers(config.values, kind.capability):
        raise Misconfigured(f"{config.name} does not describe what {kind.name} needs; see its setup guide.")
    return config


def compiled(kind: TaskType, properties: Mapping[str, Any]) -> Any:
    """The properties by attribute. Raises Misconfigured that names every property that cannot be read."""
    try:
        return kind.properties.compile({}, properties)
    except SettingsError as error:
        raise Misconfigured("; ".join(f"{key} {text}" for _, key, text in error.problems)) from None


def _has(implementation: Any, operation: str) -> bool:
    return not operation or operation in implementation.operations()


def _properties(kind: TaskType, given: Mapping[str, Any], connector: ConnectorConfig | None) -> Iterator[str]:
    known = {field.stored_as.lower(): field.stored_as for field in kind.properties.fields().values()}
    for key in given:
        if key.lower() not in known:
            cure = suggest(key, known.values()) if known else "leave it out"
            yield f"{kind.name} has no property {key}; {cure}"
    try:
        values = kind.properties.compile({}, given)
    except SettingsError as error:
        yield from (f"{key} {text}." for _, key, text in error.problems)
        return
    yield from kind.check(values, connector)
