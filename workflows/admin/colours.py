"""The colours of states, the same wherever they are shown."""

from __future__ import annotations

from workflows.models import RunState, StepState, WorkflowRun

RUN_COLOURS = {
    RunState.QUEUED: "info",
    RunState.RUNNING: "info",
    RunState.WAITING: "warning",
    RunState.COMPLETED: "success",
    "troubled": "warning",
    RunState.STOPPED: "danger",
    RunState.SUPERSEDED: "",
}
STEP_COLOURS = {
    StepState.PENDING: "",
    StepState.RUNNING: "info",
    StepState.WAITING: "warning",
    StepState.SUCCESS: "success",
    StepState.WARNING: "warning",
    StepState.ERROR: "danger",
    StepState.SKIPPED: "",
    StepState.POSTPONED: "info",
}
OUTCOME_COLOURS = {
    "success": "success",
    "warning": "warning",
    "error": "danger",
    "retry": "info",
    "unknown": "warning",
}


def standing(run: WorkflowRun) -> tuple[str, str]:
    """A run that completed says something only where steps failed on the way."""
    troubled = run.state == RunState.COMPLETED and run.message
    return ("troubled", "Completed with errors") if troubled else (run.state, run.get_state_display())
