"""The validation contract: somebody else judges an order. Errors block, warnings do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contracts.base import Provider, operation
from connectors.contracts.common import OrderDocument
from connectors.errors import NotSupported
from connectors.schema import Boolean, Names, Settings

#: What a shop has judged before a cart becomes an order.
CUSTOMER, ADDRESS, CART, FRAUD = "customer", "address", "cart", "fraud"
KINDS = (CUSTOMER, ADDRESS, CART, FRAUD)
#: Where silence is no consent unless the connector says so: a shop that cannot ask about fraud does not sell.
CLOSED = frozenset({FRAUD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark. `field` names what it is about, e.g. "shipping.postal_code"."""

    message: str
    field: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRequest:
    """`kind` is what is asked: "order", or one of KINDS at checkout. Where it `must_answer`, silence is no consent: an
    answer that says neither errors nor warnings is Rejected."""

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


class CheckoutValidation(Settings):
    """Settings of a validator that may be asked at checkout."""

    validates = Names(
        "Validates",
        key="Validates",
        required=False,
        default=(),
        known=KINDS,
        help=f"At checkout: names with commas, of {', '.join(KINDS)}; empty for none.",
    )
    fail_open = Boolean(
        "FailOpen",
        key="FailOpen",
        required=False,
        help="At checkout: whether a cart passes when there is no answer. Empty: not past fraud, past the others.",
    )


class Validator(Provider):
    @operation
    def validate(self, request: ValidationRequest) -> Verdict:
        """Judge the order; a read, so it may be repeated."""
        raise NotSupported(f"{self.label} validates nothing")
