"""What an effect keeps of how its key was sent, and what may be concluded from it later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.calls import CallContext, CallSpec, Prepared
from connectors.contracts.base import Idempotency
from connectors.key_memory import KeyMemory, promise_of
from tests.connectors.client.bench import KEY, NOW, Keyed, config_of, installed


def spec_of(
    idempotency: Idempotency | None, monkeypatch: pytest.MonkeyPatch, operation: str = "capture"
) -> Any:
    monkeypatch.setattr(Keyed, "idempotency", idempotency)
    return CallSpec(connector=config_of(Keyed), operation=operation, subject="payment:1", request=None)


@pytest.mark.parametrize(
    ("idempotency", "promise"),
    [
        (None, ""),
        (Idempotency("header:Key"), "header:Key for 24 h"),
        (Idempotency("header:Key", window_hours=1 / 6), "header:Key for 0.166667 h"),
        (Idempotency("header:Key", windows={"capture": 1}), "header:Key for 1 h"),
        (Idempotency("header:Key", operations=("refund",)), ""),
    ],
)
def test_a_promise_names_the_carrier_and_its_time(
    idempotency: Idempotency | None, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed():
        assert promise_of(spec_of(idempotency, monkeypatch)) == promise


def test_a_provider_that_fails_at_telling_promises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(values: Any) -> Idempotency | None:
        raise KeyError("key_header")

    with installed():
        spec = spec_of(Idempotency("header:Key"), monkeypatch)
        monkeypatch.setattr(Keyed, "idempotency_of", broken)
        assert promise_of(spec) == ""
        assert not KeyMemory(Prepared(spec=spec, context=CallContext(), first_sent_at=NOW)).is_safe(NOW)


def test_only_a_key_told_in_the_same_way_is_safe_to_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    with installed():
        spec = spec_of(Idempotency("header:Key"), monkeypatch)
        prepared = Prepared(spec=spec, context=CallContext(), key=KEY, uncertain=True, first_sent_at=NOW)
        soon = NOW + timedelta(hours=1)
        assert KeyMemory(prepared).is_safe(soon)
        assert not KeyMemory(replace(prepared, carrier_changed=True)).is_safe(soon)
