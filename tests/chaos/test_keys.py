"""The judge of keys tells doubles, losses and keys that were given up too early; effects need no database for that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from connectors.effect_rules import idempotency_key
from connectors.models import Effect
from tenants.models import Tenant
from tests.chaos.keys import judge_keys

UID = UUID("0d6a4a0e-7f1b-4c55-9f0e-2a41c1a9d001")


def key(epoch: int) -> str:
    return idempotency_key(UID, (7, "cancel", "payment:1"), 1, epoch)


def effect(epoch: int, state: str = "succeeded") -> Effect:
    return Effect(
        tenant=Tenant(uid=UID),
        connector_id=7,
        operation="cancel",
        subject="payment:1",
        epoch=epoch,
        key=key(epoch),
        state=state,
    )


@pytest.mark.parametrize(
    ("ours", "epochs", "double", "lost"),
    [
        (effect(1), [1], "", ""),
        (effect(2), [2], "", ""),
        (effect(2, "unknown"), [], "", ""),
        (effect(2, "unknown"), [2], "", ""),
        (effect(1, "failed"), [], "", ""),
        (effect(2), [1], "given up as unused (epoch 2)", ""),
        (effect(2), [1, 2], "executed 2 times", ""),
        (effect(3), [1, 2], "executed 2 times", ""),
        (effect(1), [1, 1], "executed 2 times", ""),
        (effect(2), [], "", "never executed it"),
        (effect(1, "failed"), [1], "", "failed here"),
        (effect(1), [1, 2], "", "nothing known here"),
    ],
)
def test_each_execution_belongs_to_one_effect(
    ours: Effect, epochs: list[int], double: str, lost: str
) -> None:
    ledger: list[dict[str, Any]] = [{"key": key(epoch), "identity": "cancel of pi_1"} for epoch in epochs]
    for told, expected in zip(judge_keys(ledger, [ours]), (double, lost), strict=True):
        assert len(told) == bool(expected)
        assert expected in " ".join(told)
