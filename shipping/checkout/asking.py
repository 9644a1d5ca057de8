"""Asks many carriers at once. An answer that comes too late serves the next shopper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connectors.calls import CallContext, CallSpec
from shipping.checkout import memory
from workflows.checkout import at_once
from workflows.checkout.at_once import DEADLINE_S, Ended


class Source(StrEnum):
    LIVE = "live"
    CACHED = "cached"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`age` of a cached answer is in seconds; `reason` tells why there is no live one, "" where none was needed."""

    source: Source
    answer: Any = None
    reason: str = ""
    age: int = 0


def ask(
    calls: Mapping[str, CallSpec], context: CallContext, deadline_s: float = DEADLINE_S
) -> dict[str, Reply]:
    """A reply to every call, by its key, after `deadline_s` seconds at the latest. Raises RuntimeError in a transaction."""
    replies = {place: found for place, spec in calls.items() if (found := _just_answered(spec))}
    open_ones = {place: spec for place, spec in calls.items() if place not in replies}
    ended = at_once.call(open_ones, context, deadline_s, _keep)
    return replies | {place: _reply(spec, ended[place]) for place, spec in open_ones.items()}


def settle() -> None:
    """Wait for the calls under way and keep their events, for a process that asks no more."""
    at_once.settle()


def may_be_kept(spec: CallSpec) -> bool:
    """A session is one shopper's, and its markup goes out once."""
    return spec.operation != "open_session"


def _just_answered(spec: CallSpec) -> Reply | None:
    """Shops ask again whenever a page is drawn."""
    found = memory.recall(spec, memory.FRESH_FOR)
    return Reply(source=Source.CACHED, age=found[0], answer=found[1]) if found else None


def _keep(spec: CallSpec, result: Any) -> None:
    if may_be_kept(spec):
        memory.keep(spec, result)


def _reply(spec: CallSpec, ended: Ended) -> Reply:
    if ended.outcome is not None and ended.succeeded:
        return Reply(source=Source.LIVE, answer=ended.outcome.result)
    reason = at_once.reason(spec, ended)
    found = memory.recall(spec) if may_be_kept(spec) else None
    if found is not None:
        return Reply(source=Source.CACHED, age=found[0], answer=found[1], reason=reason)
    return Reply(source=Source.FAILED, reason=reason)
