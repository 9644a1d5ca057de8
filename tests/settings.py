"""Settings of the test suite: fixed values that neither `.env` nor a developer's machine can change.

The environment is filled before the real settings read it, so that processes which tests start see the same.
"""

import base64
import os

# Set for processes that a test starts beside its own simulated vendors.
_SANDBOX = os.environ.get("TEST_SANDBOX_URL", "")

os.environ.update(
    {
        "CROSSDOCK_ENV": "development",
        "DJANGO_DEBUG": "false",
        "SECRET_KEY": os.environ.get(
            "TEST_SECRET_KEY", "tests-only-secret-key-of-more-than-fifty-characters-0123456789"
        ),
        "CROSSDOCK_ENCRYPTION_KEYS": "test1:"
        + base64.b64encode(b"tests-only-key-of-thirty-two-byt").decode(),
        "CROSSDOCK_EGRESS_ALLOW": _SANDBOX.removeprefix("http://").replace(":", "/32:"),
        "CROSSDOCK_SANDBOX_URL": _SANDBOX,
        "CROSSDOCK_PUBLIC_URL": "http://testserver",
        "CROSSDOCK_LOG_FORMAT": "plain",
    }
)
# Each process for itself: what is exchanged once a second would be counted with the statements of whatever runs then.
os.environ.setdefault("CROSSDOCK_TRAFFIC_SYNC", "0")
os.environ.setdefault("CROSSDOCK_FOLLOWERS_TRUSTED_FOR", "3600")
os.environ.setdefault("DATABASE_URL", "sqlite:///crossdock-unused.sqlite3")

from config.settings import *  # noqa: E402, F403

# Hashing a password slowly is what production is for.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CROSSDOCK_API_RATE = 0  # tests of the limit set it
