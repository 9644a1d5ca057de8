"""The validation contract: somebody else judges an order. Errors block, warnings do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contracts.base import Provider, operation
from connectors.contracts.common import OrderDocument
from connectors.errors import NotSupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark. `field` names what it is about, e.g. "shipping.postal_code"."""

    message: str
    field: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRequest:
    """`kind` is what is asked: "order", "fraud". Where it `must_answer`, silence is no consent: an answer that says
    neither errors nor warnings is Rejected."""

    order: OrderDocument
    kind: str = "order"
    must_answer: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.errors


class Validator(Provider):
    @operation
    def validate(self, request: ValidationRequest) -> Verdict:
        """Judge the order; a read, so it may be repeated."""
        raise NotSupported(f"{self.label} validates nothing")
