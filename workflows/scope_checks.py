"""Checks of an order type before it goes live: whether what its steps are enabled and disabled for exists."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.checklist import Finding, Going, error, register, warning
from connectors.validation import ended
from workflows.chart import KIND, StepConfig, suggest
from workflows.codes import codes_of
from workflows.scopes import WORDS, Scope
from workflows.step_uses import active, draft_chart, known_step

_LONGEST_TAG = 100


@register(KIND)
def lists_name_what_there_is(going: Going) -> Iterator[Finding]:
    known = {kind: {code.lower(): code for code in codes_of(kind)} for kind in WORDS if kind != "tags"}
    for status, step in active(draft_chart(going)):
        for field, kind, code in _named(step):
            if kind in known and code not in known[kind]:
                near = ended(suggest(code, known[kind].values()))
                yield error(
                    "unknown_place",
                    f"{status.name} > {step.place}: there is no {WORDS[kind]} {code!r}; {near}",
                    field,
                )


@register(KIND)
def tags_can_be_on_orders(going: Going) -> Iterator[Finding]:
    for status, step in active(draft_chart(going)):
        for field, kind, code in _named(step):
            if kind == "tags" and (len(code) > _LONGEST_TAG or code != code.strip()):
                yield error(
                    "tag",
                    f"{status.name} > {step.place}: no order can have the tag {code[:20]!r}…; use up to"
                    f" {_LONGEST_TAG} characters without spaces around them.",
                    field,
                )


@register(KIND)
def no_list_excludes_all(going: Going) -> Iterator[Finding]:
    for status, step in active(draft_chart(going)):
        for kind in WORDS:
            enabled = [scope.enabled[kind] for scope in step.scopes if kind in scope.enabled]
            disabled = frozenset().union(*(scope.disabled.get(kind, frozenset()) for scope in step.scopes))
            if enabled and not frozenset.intersection(*enabled) - disabled and kind in _SINGLE:
                yield warning(
                    "never_runs",
                    f"{status.name} > {step.place} never runs: its lists leave no {WORDS[kind]}.",
                    _label("enabled", kind),
                )


@register(KIND)
def steps_per_shipment_can_be(going: Going) -> Iterator[Finding]:
    for status, step in active(draft_chart(going)):
        known = known_step(step)
        if step.per_shipment and known is not None and not known.by_shipment:
            yield error(
                "per_shipment",
                f"{status.name} > {step.place} works on the whole order; switch Per shipment off.",
                "Per shipment",
            )


#: An order has at most one of these.
_SINGLE = ("markets", "stores")


def _named(step: StepConfig) -> Iterator[tuple[str, str, str]]:
    """Label of the list, what it is of, and each code in it."""
    for scope in step.scopes:
        yield from _of(scope)


def _of(scope: Scope) -> Iterator[tuple[str, str, str]]:
    for word, lists in (("enabled", scope.enabled), ("disabled", scope.disabled)):
        for kind, codes in lists.items():
            for code in sorted(codes):
                yield _label(word, kind), kind, code


def _label(word: str, kind: str) -> str:
    return f"{word.capitalize()} for {kind.replace('_', ' ')}"
