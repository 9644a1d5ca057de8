"""Which template serves an order at a step. Pure; the trace tells why each of the others does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from workflows.chart import suggest


class UnknownTemplate(LookupError):
    """A step names a template that does not exist; the text names near ones."""


class TemplateTie(LookupError):
    """Several templates fit equally well; the text names them and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a template is used. Names compare without case; empty fits all, but without `statuses` only its name fits."""

    name: str
    active: bool = True
    channel: str = "email"
    statuses: tuple[str, ...] = ()
    order_type: str = ""
    markets: tuple[str, ...] = ()
    language: str = ""

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """How specific it is: an order type counts more than markets, those more than a language."""
        return bool(self.order_type), bool(self.markets), bool(self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a message is wanted for. `name` is the template that the step names, which then decides alone; without a
    `channel` those of all channels serve."""

    order_type: str
    status: str
    market: str
    language: str = ""
    channel: str = "email"
    name: str = ""


class Choice(NamedTuple):
    """`rule` is None when no template fits."""

    rule: Rule | None
    trace: tuple[str, ...]


def choose(rules: Iterable[Rule], asked: Asked) -> Choice:
    """The template that the step names, else the most specific active one for the order.

    Raises UnknownTemplate and TemplateTie.
    """
    known = sorted(rules, key=lambda rule: rule.name.lower())
    if asked.name:
        return _named(known, asked.name)
    judged = [(rule, _misfit(rule, asked)) for rule in known]
    first = _most_specific([rule for rule, misfit in judged if not misfit])
    if len(first) > 1:
        raise TemplateTie(_tie(first, asked))
    trace = (f"{rule.name}: {misfit or _standing(rule, first)}" for rule, misfit in judged)
    return Choice(first[0] if first else None, tuple(trace))


def ties(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Rule, str]]:
    """Pairs of active templates between which some order could not decide, with a status in which that happens."""
    active = sorted((rule for rule in rules if rule.active), key=lambda rule: rule.name.lower())
    for one, other in combinations(active, 2):
        shared = _lower(one.statuses) & _lower(other.statuses)
        if shared and _same_place(one, other):
            yield one, other, next(status for status in one.statuses if status.lower() in shared)


def _same_place(one: Rule, other: Rule) -> bool:
    apart = any(
        getattr(one, name).lower() != getattr(other, name).lower()
        for name in ("channel", "order_type", "language")
    )
    if apart or bool(one.markets) != bool(other.markets):
        return False
    return not one.markets or bool(_lower(one.markets) & _lower(other.markets))


def _named(known: Iterable[Rule], name: str) -> Choice:
    names = [rule.name for rule in known]
    for rule in known:
        if rule.name.lower() == name.lower():
            if not rule.active:
                return Choice(None, (f"{rule.name}: named by the step, but not active",))
            return Choice(rule, (f"{rule.name}: named by the step",))
    raise UnknownTemplate(f"there is no notification template {name!r}; {suggest(name, names)}")


def _most_specific(fitting: Sequence[Rule]) -> list[Rule]:
    best = max((rule.rank for rule in fitting), default=None)
    return [rule for rule in fitting if rule.rank == best]


def _misfit(rule: Rule, asked: Asked) -> str:
    """Why a template does not serve the order; "" when it does."""
    if not rule.active:
        return "not active"
    if asked.channel and rule.channel != asked.channel:
        return f"not for {asked.channel}"
    if asked.status.lower() not in _lower(rule.statuses):
        return f"not for status {asked.status}"
    if rule.order_type and rule.order_type.lower() != asked.order_type.lower():
        return f"only for order type {rule.order_type}"
    if rule.markets and asked.market.lower() not in _lower(rule.markets):
        return f"only for {', '.join(rule.markets)}"
    if rule.language and rule.language.lower() != asked.language.lower():
        return f"only for language {rule.language}"
    return ""


def _standing(rule: Rule, first: Collection[Rule]) -> str:
    return "chosen" if rule in first else "fits, but another one is more specific"


def _tie(first: Iterable[Rule], asked: Asked) -> str:
    names = " and ".join(rule.name for rule in first)
    return (
        f"the notification templates {names} fit status {asked.status} in market {asked.market} equally well;"
        " make one of them more specific, switch one off, or name one in the step's property Template"
    )


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}
