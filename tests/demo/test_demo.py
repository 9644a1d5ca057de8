"""The demo as a newcomer types it, and what it leaves behind: no secret in any file, page or answer."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.conf import settings

from config.demo import seed

CANARIES = [seed.STRIPE_TOKEN, seed.STRIPE_WEBHOOK_SECRET, *seed.SIGNING_SECRETS.values()]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The demo's directory after one run, and the JSON object that it printed last."""
    directory = tmp_path_factory.mktemp("demo")
    arguments = ["manage.py", "demo", "--once", "--json", "--directory", str(directory)]
    done = _run(arguments, {})
    (directory / "terminal.log").write_text(done.stdout + done.stderr)
    crawl = {
        "DATABASE_URL": f"sqlite:///{directory / 'crossdock.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    _run(["-m", "tests.demo.crawl", str(directory / "pages")], crawl)
    return directory, json.loads(done.stdout.strip().splitlines()[-1])


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
    assert (figures["completed"], figures["stopped"]) == (11, 2)
    assert figures["calls"] >= figures["steps"] - 5


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
