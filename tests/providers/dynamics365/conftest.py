from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox import Sandbox, start
from tests.providers.dynamics365.asking import Central


@pytest.fixture(scope="package")
def running() -> Iterator[Sandbox]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def central(sandbox: Sandbox) -> Central:
    """With the items of the usual order."""
    made = Central(sandbox)
    made.stock(WOOL_M=12, SOCK_42=3)
    return made
