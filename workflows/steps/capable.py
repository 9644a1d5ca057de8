"""The connector of a step, checked for what the step needs of it."""

from __future__ import annotations

from connectors import registry as implementations
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.errors import Misconfigured
from workflows.steps.base import StepContext


def capable(context: StepContext, *contracts: type[Provider]) -> ConnectorConfig:
    """The step's connector. Raises Misconfigured when its implementation cannot do what the step needs."""
    connector = context.connector
    if connector is None:
        raise Misconfigured(f"{context.config.name} needs a Connector; name one in the step")
    if not issubclass(implementations.get(connector.slug), contracts):
        raise Misconfigured(f"{connector.name} cannot serve {context.config.name}; choose another Connector")
    return connector
