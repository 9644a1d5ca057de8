"""What can be described: a call with its look-up, a list, and how failures are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """What an answer has to say besides a status from 200 to 299: the value at `field` is one of `equals`."""

    field: str = ""
    equals: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, and where in its answer things stand. Paths lead into the answer's JSON."""

    method: str = "POST"
    path: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    encoding: str = "json"
    success: Success = Success()
    id: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)
    find: Find | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """How something is looked up by our reference. Of the list at `items` that item is it whose `match` is `equals`.

    A look-up that lags behind what the receiver executes proves nothing before `lag_s` seconds.
    """

    path: str
    match: str
    id: str
    query: Mapping[str, Any] = field(default_factory=dict)
    items: str = ""
    equals: str = "{reference}"
    lag_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that is read page by page: by `next` (where the answer has the next page's cursor or address), or by {page}
    from `first` on until a page is empty. {since} is the time of the latest change that was taken in, `overlap_s` seconds
    earlier."""

    path: str
    items: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    next: str = ""
    first: int | None = None
    keep: bool = False
    overlap_s: int = 300
    success: Success = Success()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShape:
    """Where an answer that fails has its text and code, and what kinds of failure the codes are."""

    message: str = ""
    code: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
