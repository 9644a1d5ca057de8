"""The demo as a newcomer types it, and what it leaves behind: no secret in any file, page or answer."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.conf import settings

from config.demo import systems
from config.demo.flows import flows
from connectors import registry
from tests.stand.processes import descendants, wait_for

pytestmark = pytest.mark.thorough
CANARIES = [*systems.SECRETS, *(secret for flow in flows() for secret in flow.secrets)]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The demo's directory after one run, and the JSON object that it printed last.

    It is played once, by whichever of the suite's processes comes first; the others wait for it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    directory, told = shared / "demo", shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(_play(directory))
    return directory, json.loads(told.read_text())


def _play(directory: Path) -> str:
    """Play the demo and read all pages; the last line that it printed."""
    directory.mkdir()
    done = _run(["manage.py", "demo", "--once", "--json", "--directory", str(directory)], {})
    (directory / "terminal.log").write_text(done.stdout + done.stderr)
    crawl = {
        "DATABASE_URL": f"sqlite:///{directory / 'crossdock.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    _run(["-m", "tests.demo.crawl", str(directory / "pages")], crawl)
    return done.stdout.strip().splitlines()[-1]


_CHOICES = """
    SELECT DISTINCT market.code, step.connector_name FROM workflows_steprun step
    JOIN workflows_order o ON o.id = step.order_id JOIN tenants_market market ON market.id = o.market_id
    WHERE step.connector = 'Dynamics365' AND step.connector_name <> '' AND o.order_type = 'Online'
"""


def _rows(directory: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(directory / "crossdock.sqlite3")) as database:
        return database.execute(query).fetchall()


def _run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ALLOWED_HOSTS": "testserver",
            **environment,
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_every_order_ends_as_its_story_foresees(played: tuple[Path, dict[str, Any]]) -> None:
    figures = played[1]
    assert figures["orders"] >= 12
    assert (figures["unexpected"], figures["double_effects"]) == (0, 0)
    assert (figures["completed"], figures["stopped"]) == (31, 2)
    assert figures["imported_stock"] == "40.000"


def test_every_vendor_takes_part(played: tuple[Path, dict[str, Any]]) -> None:
    assert set(played[1]["providers"]) == {
        slug for slug, implementation in registry.all().items() if not implementation.local
    }
    assert all(played[1]["providers"].values())


def test_the_market_chooses_the_company(played: tuple[Path, dict[str, Any]]) -> None:
    chosen = {(market, shown) for market, shown in _rows(played[0], _CHOICES)}
    assert chosen == {
        ("NOR", "Business Central Norway"),
        ("DNK", "Business Central Norway"),
        ("SWE", "Business Central Sweden"),
    }


def test_orders_of_the_shops_came_by_import_and_by_webhook_and_each_once(
    played: tuple[Path, dict[str, Any]],
) -> None:
    taken = _rows(
        played[0], "SELECT number, count(*) FROM workflows_order WHERE order_type = 'Webshop' GROUP BY number"
    )
    assert dict(taken) == {"NO-1001": 1, "NO-1002": 1, "SE-1001": 1, "SE-1002": 1}
    [(fulfilled,)] = _rows(
        played[0], "SELECT count(*) FROM connectors_effect WHERE operation = 'fulfil' AND state = 'succeeded'"
    )
    assert fulfilled >= 4


def test_a_carrier_that_is_too_busy_twice_books_then(played: tuple[Path, dict[str, Any]]) -> None:
    statuses = _rows(
        played[0],
        "SELECT status_code FROM eventlog_event WHERE order_number = 'D-2006' AND operation = 'book' ORDER BY id",
    )
    assert [status for (status,) in statuses] == [429, 429, 200]


def test_shipments_have_labels_and_mails_are_delivered(played: tuple[Path, dict[str, Any]]) -> None:
    [(booked,)] = _rows(played[0], "SELECT count(*) FROM shipping_shipment WHERE state = 'booked'")
    [(labels,)] = _rows(played[0], "SELECT count(*) FROM shipping_label")
    assert booked == labels >= 32
    messages = "SELECT DISTINCT state FROM workflows_sentmessage WHERE order_id NOT IN ({})"
    unreachable = "SELECT id FROM workflows_order WHERE number = 'SMS-1002'"
    assert set(_rows(played[0], messages.format(unreachable))) <= {("sent",), ("delivered",)}


def test_no_page_shows_how_python_writes_things(played: tuple[Path, dict[str, Any]]) -> None:
    written = re.compile(rb"\(&#x27;\w+&#x27;, &#x27;|&lt;\w+ object|datetime\.datetime\(")
    pages = sorted((played[0] / "pages").iterdir())
    assert len(pages) > 100
    assert [page.name for page in pages if written.search(page.read_bytes())] == []


@pytest.mark.parametrize("canary", CANARIES)
def test_no_secret_is_left_anywhere(played: tuple[Path, dict[str, Any]], canary: str) -> None:
    found = [
        f"{path.name}: {shape}"
        for path, content in _files(played[0])
        for shape, needle in _shapes(canary)
        if needle in content
    ]
    assert found == []


def test_no_api_key_and_no_encryption_key_is_left_anywhere(played: tuple[Path, dict[str, Any]]) -> None:
    sealed_with = os.environ["CROSSDOCK_ENCRYPTION_KEYS"].partition(":")[2].encode()
    for path, content in _files(played[0]):
        assert not re.search(rb"cdk_test_[0-9A-Za-z]{40,}_[0-9A-Za-z]{4,}", content), path.name
        assert sealed_with not in content, path.name


def test_the_search_for_secrets_finds_one_that_is_there(tmp_path: Path) -> None:
    canary = CANARIES[0]
    for number, (_, needle) in enumerate(_shapes(canary)):
        (tmp_path / f"{number}.txt").write_bytes(b"before" + needle + b"after")
    hits = [path for path, content in _files(tmp_path) if any(n in content for _, n in _shapes(canary))]
    assert len(hits) == len(_shapes(canary))


def _files(directory: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def _shapes(secret: str) -> list[tuple[str, bytes]]:
    """The secret as it is, URL-encoded, and in base64 at each of the three places it may start in a group."""
    raw = secret.encode()
    encoded = {
        f"base64 at {shift}": base64.b64encode(b"x" * shift + raw)[(shift * 8 + 5) // 6 + 1 : -4]
        for shift in range(3)
    }
    plain = {
        "plain": raw,
        "URL-encoded": quote(secret, safe="").encode(),
        "form-encoded": quote_plus(secret).encode(),
    }
    return [*plain.items(), *encoded.items()]


def test_who_ends_the_demo_ends_its_processes(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", "0", "--directory", str(tmp_path)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert wait_for(lambda: (tmp_path / "worker.log").exists(), 60)
    children = descendants(demo.pid)
    assert len(children) >= 3
    demo.terminate()
    demo.communicate(timeout=120)
    assert wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 20)
