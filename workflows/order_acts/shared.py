"""What the acts on orders have in common."""

from __future__ import annotations

from tenants.models import Right
from workflows.acts import ActStep
from workflows.by_hand import Choice, Flag
from workflows.by_hand.base import moves_money
from workflows.chart import Status, StepConfig
from workflows.models import StepState

NO_CHART = "Its order type is not published any more; publish it again."
DONE = (StepState.SUCCESS, StepState.WARNING, StepState.POSTPONED)
VERSIONS = Choice(
    name="versions",
    label="Configuration",
    options=(("then", "As when the run began"), ("newest", "As published now")),
    help="Steps and connectors.",
)
REPEAT = Flag(
    name="repeat",
    label="Also repeat what succeeded",
    help="Exports and messages are then sent once more. Money is never taken or given back twice.",
)


def as_act(config: StepConfig) -> ActStep:
    return ActStep(
        name=config.name,
        connector=config.connector,
        connector_id=config.connector_id,
        properties=config.properties,
    )


def right_of(names: list[str]) -> Right:
    return Right.ACT_MONEY if moves_money(names) else Right.ACT


def words_of(status: Status) -> str:
    return status.display_name or status.name
