"""Which effect each of the vendors' executions belongs to, by any of the keys that the effect has had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.effect_rules import idempotency_key
from connectors.models import Effect

State = Effect.State


def judge_keys(ledger: Sequence[dict[str, Any]], effects: Sequence[Effect]) -> tuple[list[str], list[str]]:
    """Texts of what was executed oftener than it may, and of what is known on one side only.

    An effect is executed at most once under all its keys together, and under its last one: another key is taken only
    where it is proved that nothing was executed with the former. With each effect comes its tenant.
    """
    owners = {key: effect for effect in effects for key in _keys_of(effect)}
    executed: dict[Effect, list[dict[str, Any]]] = defaultdict(list)
    strangers = []
    for entry in ledger:
        owner = owners.get(entry["key"])
        if owner is None:
            strangers.append(f"the vendor executed {entry['identity']}, of which is nothing known here")
        else:
            executed[owner].append(entry)
    return list(_doubles(executed)), [*strangers, *_lost(effects, executed)]


def _keys_of(effect: Effect) -> list[str]:
    """Of all its epochs; they follow from its identity."""
    identity = (effect.connector_id, effect.operation, effect.subject)
    epochs = range(1, effect.epoch + 1)
    return [idempotency_key(effect.tenant.uid, identity, effect.ordinal, epoch) for epoch in epochs]


def _doubles(executed: dict[Effect, list[dict[str, Any]]]) -> Iterator[str]:
    for effect, entries in executed.items():
        if len(entries) > 1:
            yield f"{effect} was executed {len(entries)} times, with keys {[entry['key'] for entry in entries]}"
        elif entries[0]["key"] != effect.key:
            yield f"{effect} was executed with a key that had been given up as unused (epoch {effect.epoch})"


def _lost(effects: Sequence[Effect], executed: dict[Effect, list[dict[str, Any]]]) -> Iterator[str]:
    for effect in effects:
        if effect.state == State.SUCCEEDED and effect not in executed:
            yield f"{effect} succeeded here, but the vendor never executed it"
        if effect.state == State.FAILED and effect in executed:
            yield f"{effect} failed here, but the vendor executed it"
