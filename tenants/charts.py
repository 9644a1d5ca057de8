"""Charts as numbers become shapes: the templates write them as SVG, and each shape leads to what it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

#: In units of the drawing.
HEIGHT, STEP, FILL = 100, 10, 7


class Bar(NamedTuple):
    """A row of a bar chart. `value` sets its length, `words` say it; `tone` is good, warn, bad, info or quiet."""

    label: str
    value: float
    words: str
    link: str
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class Stack:
    """A column of a chart over time: what it is called, where it leads, and its parts from the bottom, by their name."""

    label: str
    link: str
    parts: Mapping[str, int]


def bars(rows: Sequence[Bar]) -> list[dict[str, Any]]:
    """Each row with its length in percent of the longest; what is not nothing is seen."""
    longest = max((row.value for row in rows), default=0) or 1
    return [
        {**row._asdict(), "length": max(round(row.value * 100 / longest, 1), 1.5 if row.value else 0)}
        for row in rows
    ]


def columns(stacks: Sequence[Stack], tones: Mapping[str, str]) -> dict[str, Any]:
    """The drawing's size, its highest total, and each column with its parts placed; `tones` are of the parts' names."""
    highest = max((sum(stack.parts.values()) for stack in stacks), default=0)
    return {
        "width": STEP * len(stacks),
        "height": HEIGHT,
        "highest": highest,
        "columns": [_column(number, stack, highest or 1, tones) for number, stack in enumerate(stacks)],
        "tones": [{"name": name, "tone": tone} for name, tone in tones.items()],
        "first": stacks[0].label if stacks else "",
        "last": stacks[-1].label if stacks else "",
    }


def _column(number: int, stack: Stack, highest: int, tones: Mapping[str, str]) -> dict[str, Any]:
    top, parts = float(HEIGHT), []
    for name, value in stack.parts.items():
        if value:
            tall = max(value * HEIGHT / highest, 1.5)
            top -= tall
            parts.append({"tone": tones[name], "y": f"{max(top, 0):.1f}", "height": f"{tall:.1f}"})
    counted = ", ".join(f"{value} {name}" for name, value in stack.parts.items() if value) or "none"
    return {
        "x": number * STEP,
        "fill": FILL,
        "link": stack.link,
        "words": f"{stack.label}: {counted}",
        "parts": parts,
    }
