"""How a long run gets its database and its settings before Django is loaded."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_MARK = "CROSSDOCK_OWN_POSTGRES"


def with_postgres(module: str, **environment: str) -> None:
    """Run this module again inside tests/postgres.sh, unless that has happened. `environment` goes to that script."""
    if os.environ.get(_MARK):
        return
    command = ["sh", "tests/postgres.sh", sys.executable, "-m", module, *sys.argv[1:]]
    os.chdir(ROOT)
    os.execvpe("sh", command, {**os.environ, _MARK: "1", **environment})


def load_django(**environment: str) -> str:
    """Set Django up for the vendors' address, which is returned; everything started later inherits it."""
    sandbox = f"http://127.0.0.1:{free_port()}"
    os.environ.update(
        {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_SANDBOX_URL": sandbox, **environment}
    )
    import django

    django.setup()
    return sandbox


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
