"""Writes a development `.env` with fresh keys, once. Standard library only: it runs before installation."""

import base64
import os
import secrets
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

CONTENT = """\
# Development settings of this checkout; never commit. Every variable is explained in .env.example.
CROSSDOCK_ENV=development
DJANGO_DEBUG=true
SECRET_KEY={secret_key}
CROSSDOCK_ENCRYPTION_KEYS=dev1:{encryption_key}
"""


def create(path: Path) -> bool:
    """True when the file was written, False when there already was one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(
            CONTENT.format(
                secret_key=secrets.token_urlsafe(50),
                encryption_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            )
        )
    return True


if __name__ == "__main__":
    if create(BASE_DIR / ".env"):
        sys.stdout.write("Wrote .env with keys for development.\n")
