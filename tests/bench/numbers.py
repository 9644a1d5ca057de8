"""Percentiles, and how the figures are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table


def percentile(values: Sequence[float], share: int) -> float:
    """The nearest-rank percentile, rounded to 0.1; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 1)


def table(rows: Mapping[str, Mapping[str, Any]], title: str) -> Table:
    """One column for each row of figures, one line for each figure."""
    shown = Table(title=title, title_justify="left", box=box.SIMPLE)
    shown.add_column("")
    for name in rows:
        shown.add_column(name, justify="right")
    for figure in dict.fromkeys(figure for row in rows.values() for figure in row):
        shown.add_row(figure.replace("_", " "), *(str(row.get(figure, "-")) for row in rows.values()))
    return shown
