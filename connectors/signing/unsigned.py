"""For vendors that sign nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from connectors.contracts.base import Inbound
from tenants.secret_value import SecretValue


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The connector's unguessable address alone lets a sender in, and what comes is a hint, never the truth: handlers get
    what the implementation's `confirm` then reads from the vendor itself."""

    key: ClassVar[str] = ""

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Nothing to verify: whoever gets here knew the address."""
