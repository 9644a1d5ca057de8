from collections.abc import Iterator

import pytest

from tests.connectors.client.bench import Bench, installed


@pytest.fixture(autouse=True)
def vendors() -> Iterator[None]:
    with installed():
        yield


@pytest.fixture
def bench() -> Bench:
    return Bench()
