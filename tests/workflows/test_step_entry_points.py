"""Steps that other distributions install: the good ones run, the broken ones are told and stop nobody."""

import importlib
import sys

import pytest

from workflows import checks
from workflows.steps import registry

MODULE = """
from workflows.steps.base import Plan, Result, Step

class Weigh(Step):
    name = "WeighParcels"

    def plan(self, context):
        return Plan.done(Result.success("2 kg"))

class Thief(Step):
    name = "AddTag"

    def plan(self, context):
        return Plan.done(Result.success())

nothing = 42
"""
ENTRY_POINTS = """[crossdock.steps]
weigh = weighing_steps:Weigh
thief = weighing_steps:Thief
number = weighing_steps:nothing
gone = no_such_module_at_all:Step
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution on the path, as pip would leave it."""
    (tmp_path / "weighing_steps.py").write_text(MODULE)
    info = tmp_path / "weighing_steps-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: weighing-steps\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    known = registry.all_steps()
    monkeypatch.setattr(registry, "_steps", {name.lower(): step for name, step in known.items()})
    monkeypatch.setattr(registry, "_broken", {})
    registry._discover.cache_clear()
    yield
    sys.modules.pop("weighing_steps", None)
    registry._discover.cache_clear()


def test_good_ones_are_known_and_broken_ones_are_told(installed):
    assert registry.get("weighparcels").plan(None).result.message == "2 kg"
    assert type(registry.get("AddTag")).__module__ == "workflows.order_steps.changing"
    assert registry.broken() == {
        "thief": "ValueError: two steps are called AddTag",
        "number": "TypeError: weighing_steps:nothing is not a Step",
        "gone": "ModuleNotFoundError: No module named 'no_such_module_at_all'",
    }
    told = [str(message.msg) for message in checks.steps()]
    assert told[2].startswith("The workflow step gone of another distribution cannot be used: ModuleNotFound")
