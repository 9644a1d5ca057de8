"""What became of an order type's steps lately, for the chart: bounded, however many runs there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from workflows.models import StepRun, WorkflowRun

_RUNS_SEEN, _RUNS_READ = 1000, 200
#: Results kept of each step.
KEPT = 6

#: Status, step, Connector, ConnectorId, and which of several such steps.
Key = tuple[str, str, str, str, int]


class Outcome(NamedTuple):
    run: int
    state: str
    message: str


def recent_results(order_type: str) -> dict[Key, list[Outcome]]:
    """The newest results of each step of the newest runs, newest first; two statements."""
    newest = WorkflowRun.objects.order_by("-id").values_list("pk", "order_type", "status")[:_RUNS_SEEN]
    runs = {pk: status for pk, kind, status in newest if kind == order_type}
    runs = dict(list(runs.items())[:_RUNS_READ])
    found: dict[Key, list[Outcome]] = defaultdict(list)
    seen: Counter[tuple[int, str, str, str]] = Counter()
    steps = StepRun.objects.filter(run__in=list(runs)).order_by("-run_id", "position")
    fields = ("run_id", "name", "connector", "connector_id", "state", "message")
    for run, *step, state, message in steps.values_list(*fields):
        name, connector, connector_id = step
        number = seen[run, name, connector, connector_id] = seen[run, name, connector, connector_id] + 1
        results = found[runs[run], name, connector, connector_id, number]
        if len(results) < KEPT:
            results.append(Outcome(run, state, message))
    return dict(found)
