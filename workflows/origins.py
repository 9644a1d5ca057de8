"""How an effect names the act of a step that wants it: the same on each of its tries, and when it is resumed."""

from __future__ import annotations

PREFIX = "step:"


def origin_of(act: int) -> str:
    """`act` is the id of the step run whose act it is."""
    return f"{PREFIX}{act}"


def act_of(origin: str) -> int:
    """The other way round. Raises ValueError for the origin of something else than a step."""
    prefix, found, act = origin.partition(PREFIX)
    if prefix or not found:
        raise ValueError(f"{origin!r} is no origin of a step")
    return int(act)
