"""The text of an API key: `cdk_<test|live>_<32 random bytes in base62>_<check>`. No Django."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BODY_LENGTH = 43  # 62 ** 43 > 2 ** 256
_CHECK_LENGTH = 6  # 62 ** 6 > 2 ** 32
_SHOWN = 8
_SHAPE = re.compile(rf"cdk_(?:test|live)_[0-9A-Za-z]{{{_BODY_LENGTH}}}_[0-9A-Za-z]{{{_CHECK_LENGTH}}}")


def generate(*, live: bool) -> str:
    body = _base62(int.from_bytes(secrets.token_bytes(32), "big"), _BODY_LENGTH)
    head = f"cdk_{'live' if live else 'test'}_{body}"
    return f"{head}_{_check(head)}"


def is_wellformed(plain: str) -> bool:
    """Whether shape and check digits fit, so that a mistyped key costs no look-up."""
    if not _SHAPE.fullmatch(plain):
        return False
    head, _, check = plain.rpartition("_")
    return check == _check(head)


def prefix(plain: str) -> str:
    """The part that may be shown and searched, such as `cdk_test_4fK9sWq2`."""
    return plain[: len("cdk_test_") + _SHOWN]


def digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _check(head: str) -> str:
    return _base62(zlib.crc32(head.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 62)
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits))
