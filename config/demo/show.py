"""The demo's terminal: a table that moves while orders do, and stays when they have ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from types import TracebackType
from typing import Any, Self

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table

from config.demo.play import Ended
from config.demo.scenario import Story

_MARKS = {
    "success": "[green]●[/]",
    "warning": "[yellow]●[/]",
    "error": "[red]●[/]",
    "skipped": "[dim]○[/]",
    "postponed": "[blue]◷[/]",
}


class Board:
    """A line an order, redrawn as orders move. On something that is not a terminal only the last state is printed."""

    def __init__(self, stories: list[Story]) -> None:
        self._lock = Lock()
        self._lines = {story.number: Ended(story) for story in stories}
        self._live = Live(self._table(), console=Console(stderr=True), refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def tell(self, ended: Ended) -> None:
        with self._lock:
            self._lines[ended.story.number] = ended
            self._live.update(self._table())

    def _table(self) -> Table:
        table = Table(title="Crossdock demo", title_justify="left", box=box.SIMPLE)
        for heading in ("Order", "Story", "Status", "Steps", "OK"):
            table.add_column(heading, no_wrap=True, min_width=3)
        for ended in self._lines.values():
            table.add_row(*_cells(ended))
        return table


def _cells(ended: Ended) -> tuple[str, ...]:
    story = ended.story
    steps = "".join(
        _MARKS.get(step["state"], "[blue]◐[/]") for run in reversed(ended.runs) for step in run["steps"]
    )
    verdict = "[red]no[/]" if ended.differences else ("[green]yes[/]" if ended.over else "")
    return story.number, story.title, ended.status, steps, verdict


def surprises(ended: Sequence[Ended], complaints: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What did not end as foreseen, one line for each order and each flow."""
    for item in ended:
        if item.differences:
            yield f"{item.story.number}: {'; '.join(item.differences)}"
    for title, texts in complaints.items():
        if texts:
            yield f"{title}: {'; '.join(texts)}"


def summary(figures: dict[str, Any]) -> Table:
    """The figures of a run, one a line."""
    table = Table(show_header=False, box=None)
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), str(value))
    return table
