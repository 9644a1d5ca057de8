"""How the transitions of a chart are drawn: lines above the columns of its statuses, each in a lane of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: In CSS pixels; the stylesheet has the same widths.
COLUMN, GAP = 256, 28
_LANE, _FOOT, _HEAD, _BEND = 13, 22, 12, 6


@dataclass(frozen=True, slots=True)
class Arrow:
    """`line` and `head` are SVG paths; `back` tells one that leads to an earlier status."""

    source: int
    target: int
    line: str
    head: str
    back: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    arrows: tuple[Arrow, ...]


def draw(columns: int, pairs: Sequence[tuple[int, int]]) -> Drawing:
    """`pairs` are transitions between columns, which count from 0."""
    ends = _ports(pairs)
    lanes = _lanes([ends[pair] for pair in pairs])
    height = _HEAD + _FOOT + _LANE * (max(lanes, default=-1) + 1)
    arrows = tuple(
        _arrow(pair, *ends[pair], height - _FOOT - _LANE * lane, height)
        for pair, lane in zip(pairs, lanes, strict=True)
    )
    return Drawing(columns * (COLUMN + GAP) - GAP if columns else 0, height if pairs else _HEAD, arrows)


def _ports(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Where each line begins and ends: side by side over a column, those from the left on its left."""
    places: dict[tuple[tuple[int, int], bool], int] = {}
    for column in {end for pair in pairs for end in pair}:
        touching = [(pair, pair[0] == column) for pair in pairs if column in pair]
        touching.sort(key=lambda item: _bearing(column, *item))
        step = COLUMN / (len(touching) + 1)
        for number, item in enumerate(touching, start=1):
            places[item] = round(column * (COLUMN + GAP) + step * number)
    return {pair: (places[pair, True], places[pair, False]) for pair in pairs}


def _bearing(column: int, pair: tuple[int, int], leaves: bool) -> tuple[bool, int, bool]:
    """Lines to the right come last, and of these the longest first, so that they do not cross."""
    other = pair[1] if leaves else pair[0]
    right = other > column
    return right, -abs(other - column) if right else abs(other - column) * -1, leaves


def _lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """The lowest lane in which a line crosses no other one; short lines are the lowest."""
    lanes = [0] * len(spans)
    taken: list[list[tuple[int, int]]] = []
    for index in sorted(range(len(spans)), key=lambda item: abs(spans[item][0] - spans[item][1])):
        low, high = sorted(spans[index])
        lane = next(
            (n for n, used in enumerate(taken) if all(high < a or b < low for a, b in used)), len(taken)
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        lanes[index] = lane
    return lanes


def _arrow(pair: tuple[int, int], start: int, end: int, lane: int, foot: int) -> Arrow:
    way = 1 if end > start else -1
    bend = min(_BEND, abs(end - start) // 2)
    line = (
        f"M{start} {foot}V{lane + bend}Q{start} {lane} {start + way * bend} {lane}"
        f"H{end - way * bend}Q{end} {lane} {end} {lane + bend}V{foot - 7}"
    )
    head = f"M{end - 4} {foot - 8}h8l-4 8z"
    return Arrow(*pair, line, head, back=pair[1] < pair[0])
