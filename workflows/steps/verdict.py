"""A step that acts on several objects says something of each; the worst of it is the step's result."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.steps.base import Result, ResultState

_WORST_FIRST = (ResultState.ERROR, ResultState.WARNING, ResultState.SUCCESS)


@dataclass(slots=True)
class Verdict:
    """Collects what is to be said; the worst of it decides the step's result."""

    lines: list[tuple[ResultState, str]] = field(default_factory=list)

    def success(self, text: str) -> None:
        self.lines.append((ResultState.SUCCESS, text))

    def warning(self, text: str) -> None:
        self.lines.append((ResultState.WARNING, text))

    def error(self, text: str) -> None:
        self.lines.append((ResultState.ERROR, text))

    def result(self) -> Result:
        states = {state for state, _ in self.lines}
        worst = next(state for state in _WORST_FIRST if state in states)
        return Result(state=worst, message="; ".join(dict.fromkeys(text for _, text in self.lines)))
