import os
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests import network, unordered

_WHOLE_MODULE = re.compile(r"^pytestmark = .*(?:\n    .*)*", re.MULTILINE)


def pytest_configure(config: pytest.Config) -> None:
    network.block()
    if _on_sqlite():
        unordered.reverse()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    skips = _skips()
    for item in items:
        for marker, reason in skips.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def _skips() -> dict[str, str]:
    skips = {}
    if _on_sqlite():
        skips["pg"] = skips["faults"] = "needs PostgreSQL: make test-postgres"
        if os.environ.get("CROSSDOCK_THOROUGH") != "1":
            skips["thorough"] = "runs on PostgreSQL; here with CROSSDOCK_THOROUGH=1"
    if os.environ.get("CROSSDOCK_BROWSER") != "1":
        skips["browser"] = "drives Chromium: CROSSDOCK_BROWSER=1"
    return skips


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Modules that would be skipped as a whole cost as much to read as all others; one that is named is read."""
    if not collection_path.name.startswith("test_") or collection_path.suffix != ".py":
        return None
    if any(str(collection_path) in str(Path(argument.split("::")[0]).resolve()) for argument in config.args):
        return None
    found = _WHOLE_MODULE.search(collection_path.read_text())
    marks = set(re.findall(r"mark\.(\w+)", found[0])) if found else set()
    return True if marks & _skips().keys() else None


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [f"{mark}: {reason}" for mark, reason in _skips().items()]


def _on_sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file for each test process: :memory: has no locks and no second process can open it."""
    if _on_sqlite():
        database = settings.DATABASES["default"]
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def vendors_unknown() -> None:
    """No test has to wait for what a vendor told another test."""
    from connectors.traffic.sharing import shared

    shared().gates.forget()


@pytest.fixture(autouse=True)
def nobody_follows() -> None:
    """No test hears of another's subscriptions; see CROSSDOCK_FOLLOWERS_TRUSTED_FOR in the settings."""
    from connectors.subscriptions.following import known

    known.by_tenant, known.until = {}, float("inf")
