"""What orders have had done of which nobody but a person can tell whether it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from connectors.deciding import undecided
from connectors.models import Effect
from workflows.models import StepRun
from workflows.origins import PREFIX, act_of

#: Of a tenant; those beyond are shown once earlier ones are decided.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Doubt:
    """`step` is the name of the step that made the call."""

    effect: Effect
    step: str

    def __str__(self) -> str:
        through = self.effect.connector.connector_id or self.effect.connector.name
        return f"{self.step} ({through}) of {self.effect.created_at:%d %b %H:%M}"


def doubts(order_ids: Collection[int]) -> dict[int, list[Doubt]]:
    """By order, the oldest first. One statement where there is none."""
    rows = undecided().filter(origin__startswith=PREFIX).select_related("connector")[:_MOST]
    # Sorted here: asked for in their order, they might be looked for among all calls that there ever were.
    effects = {row.pk: row for row in sorted(rows, key=lambda row: row.created_at)}
    origins = {pk: act_of(row.origin) for pk, row in effects.items()}
    if not origins:
        return {}
    steps = StepRun.objects.filter(pk__in=set(origins.values()), order_id__in=order_ids)
    asked = {pk: (order_id, name) for pk, order_id, name in steps.values_list("pk", "order_id", "name")}
    found: dict[int, list[Doubt]] = defaultdict(list)
    for pk, effect in effects.items():
        if origins[pk] in asked:
            order_id, name = asked[origins[pk]]
            found[order_id].append(Doubt(effect, name))
    return found
