"""A key that a provider has seen must be found again by every later release: these 50 never change."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from connectors.effect_rules import idempotency_key

KEYS = json.loads(Path(__file__).with_name("keys.json").read_text())


@pytest.mark.parametrize("row", KEYS, ids=lambda row: row["key"][:8])
def test_a_key_never_changes(row):
    identity = row["connector"], row["operation"], row["subject"]
    key = idempotency_key(UUID(row["tenant"]), identity, row["ordinal"], row["epoch"])
    assert key == row["key"]


def test_there_are_fifty_and_each_fits_every_vendor():
    assert len({row["key"] for row in KEYS}) == 50
    assert all(len(row["key"]) <= 64 and row["key"].isascii() for row in KEYS)
