"""A cart that is judged: the order that it would become, and what its connectors are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.contracts.validation import Finding
from workflows.intake import OrderDraft

#: What a finding of one of ours is called where it has no name of its own.
NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """`data` is the body as it was sent; its parts, such as payments, are read and found good."""

    draft: OrderDraft
    order: OrderDocument
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one validator has said. `connector` is None for what every order has to stand; `reason` tells why it could not
    be asked, and `fail_open` what that means."""

    kind: str
    validator: str
    connector: ConnectorConfig | None = None
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    fail_open: bool = False
    reason: str = ""
    duration_ms: int = 0

    @property
    def outcome(self) -> str:
        """passed, warned, failed, or not_checked."""
        if self.reason:
            return NOT_CHECKED
        return "failed" if self.errors else "warned" if self.warnings else "passed"
