"""What the schemes share."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature
from tenants.secret_value import SecretValue


def header_of(inbound: Inbound, name: str) -> str:
    value = inbound.headers.get(name.lower(), "")
    if not value:
        raise BadSignature(f"The header {name} is missing")
    return value


def live(secrets: Sequence[SecretValue]) -> list[SecretValue]:
    found = [secret for secret in secrets if secret]
    if not found:
        raise BadSignature("No signing secret is set")
    return found


def check_time(stamp: str, now: float, tolerance: int) -> None:
    """`stamp` in seconds since the epoch, `tolerance` in seconds and in both directions."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise BadSignature("The signature's time is not a number")
    if abs(now - int(stamp)) > tolerance:
        raise BadSignature(f"The signature's time is more than {tolerance} s away from ours")
