"""The vendors' own samples and test vectors: every one is read, or left out for a reason that is said here.

They are not part of this project. They are read from $CROSSDOCK_VECTORS where they are at hand.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections import Counter
from typing import Any

import pytest

from connectors import registry
from tests.contract.fixtures import fixture
from tests.contract.published import vectors


def published(slug: str) -> dict[str, Any]:
    """All samples of a vendor by their id, or by operation and kind: the second of that name is "… 2", and so on.

    None where they are not at hand.
    """
    path = vectors() / str(fixture(slug).get("samples", f"{slug}.json"))
    document = json.loads(path.read_text()) if path.exists() else {}
    found: dict[str, Any] = {}
    times: Counter[str] = Counter()
    for sample in document.get("samples") or document.get("vectors") or []:
        name = _name(sample)
        times[name] += 1
        found[name if times[name] == 1 else f"{name} {times[name]}"] = sample["data"]
    return found


def _name(sample: dict[str, Any]) -> str:
    return str(sample.get("id") or f"{sample['operation']} {sample['kind']}")


CASES = [pytest.param(slug, name, id=name) for slug in registry.all() for name in published(slug)]


@pytest.mark.skipif(not CASES, reason="no samples at hand; set CROSSDOCK_VECTORS to their folder")
@pytest.mark.parametrize(("slug", "name"), CASES or [("", "")])
def test_sample(slug: str, name: str) -> None:
    module_name = f"tests.providers.{slug.replace('-', '_')}_samples"
    assert importlib.util.find_spec(module_name), f"nothing reads the samples of {slug}"
    module = importlib.import_module(module_name)
    reason = module.LEFT_OUT.get(name)
    if reason:
        pytest.skip(reason)
    reader = module.READERS.get(name)
    assert reader, f"nothing reads the sample {name}"
    samples = published(slug)
    reader(samples[name], samples)
