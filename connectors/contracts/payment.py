"""The payment contract: what a payment provider can be asked, and what it answers.

Amounts are Money. An operation's `amount` is what this operation moves; the payment's totals are what came before.
A result in state DECLINED, CANCELLED, EXPIRED or UNKNOWN is no success of what was asked, even where nothing was raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from connectors.contracts.base import Category, Inbound, NotExecuted, Provider, operation
from connectors.contracts.common import Address, Line, WebhookEvent
from connectors.errors import NotSupported, Rejected, Unknown
from tenants.money import Money, MoneyError
from tenants.secret_value import SecretValue

#: Characters of a vendor's id that can be kept.
LONGEST_ID = 255


class State(StrEnum):
    """Where a payment stands at the provider. UNKNOWN is never success."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment as the provider needs it. `reference` is ours and unique; `provider_id` is the vendor's, once known.

    `token` is the shopper's payment method as the vendor's own client code gave it (e.g. a Stripe payment method id).
    `created_at` is when we first knew of the payment; look-ups without a search go back no further.
    """

    reference: str
    order_number: str
    amount: Money
    authorized: Money
    captured: Money
    refunded: Money
    provider_id: str = ""
    token: str = ""
    description: str = ""
    return_url: str = ""
    cancel_url: str = ""
    language: str = ""
    billing: Address = field(default_factory=Address)
    lines: tuple[Line, ...] = ()
    created_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several captures or refunds that a vendor made of one operation, with the vendor's id of it."""

    operation_id: str
    amount: Money
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResult:
    """What the provider says. Totals are None where the answer did not carry them. `raw_state` is the vendor's word.

    `cancelled` is what was released without being captured, also by a partial capture that ends the authorisation.
    A PENDING answer to an operation means that the provider took it on and will confirm it later.
    `operation_id` is the vendor's id of this very capture or refund, the same in its answer and in its webhooks. A vendor
    that carries one operation out in several `parts` names each; they then tell what was moved, and a total that comes
    along includes them. Raises Unknown for an id that is too long to be kept.
    `replaces` is the id by which the payment was known before, such as that of a hosted checkout: from now on the payment
    is the object of `provider_id`.
    """

    provider_id: str
    state: State
    raw_state: str = ""
    authorized: Money | None = None
    captured: Money | None = None
    refunded: Money | None = None
    cancelled: Money | None = None
    operation_id: str = ""
    parts: tuple[Part, ...] = ()
    replaces: str = ""
    redirect_url: str = ""
    client_secret: SecretValue | None = None
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = (self.provider_id, self.operation_id, *(part.operation_id for part in self.parts))
        longest = max(map(len, ids))
        if longest > LONGEST_ID:
            raise Unknown(
                f"The vendor answered with an id of {longest} characters, and {LONGEST_ID} can be kept; look there what"
                " became of it"
            )

    @property
    def is_refusal(self) -> bool:
        """Whether the vendor says by it, as others do by an error, that it did not do what was asked."""
        return self.state is State.DECLINED


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent(WebhookEvent):
    """A webhook event about a payment. `result` is what it tells, with the totals that the vendor's object carries.

    A vendor that tells of one operation only names it in `operation` ("capture", "refund", "cancel", "authorize") and
    gives what it moved as `amount`, with `result.operation_id`. State DECLINED together with an `operation` other than
    "authorize" says that this operation failed, also after it had seemed to succeed; the payment itself stands.
    """

    result: PaymentResult
    operation: str = ""
    amount: Money | None = None


class PaymentProvider(Provider):
    """Contract of Category Payment. Operations that a vendor lacks stay as they are and raise NotSupported.

    `partial_capture` and `partial_refund` tell whether less than everything may be asked for; without
    `multiple_captures` the first capture releases the rest. `exponents` holds the decimals of currencies where the
    vendor departs from ISO 4217; `currencies` names those that it takes, none where it takes whatever ISO 4217 has.
    `can_be_asked` tells whether the vendor can be asked what became of a payment: if not, only its webhooks tell, and
    `status` speaks of an open checkout at most. With `approves_first` what a shopper has approved holds no money before
    `authorize` is called with its `provider_id`; until the approval that answers PENDING. With `takes_details` what the
    shopper's bank gave back goes to `authorize` as a token {"details": …}.
    """

    category = Category.PAYMENT
    partial_capture: ClassVar[bool] = True
    multiple_captures: ClassVar[bool] = False
    approves_first: ClassVar[bool] = False
    takes_details: ClassVar[bool] = False
    partial_refund: ClassVar[bool] = True
    exponents: ClassVar[Mapping[str, int]] = {}
    currencies: ClassVar[frozenset[str]] = frozenset()
    can_be_asked: ClassVar[bool] = True

    @operation
    def create_session(self, payment: Payment) -> PaymentResult:
        """Open the vendor's hosted checkout; the result carries `redirect_url`."""
        raise _missing(self, "a hosted checkout")

    @operation
    def authorize(self, payment: Payment) -> PaymentResult:
        """Reserve `amount` on the shopper's `token`. A decline raises Rejected, or is a result in state DECLINED."""
        raise _missing(self, "an authorisation")

    @operation
    def status(self, payment: Payment) -> PaymentResult | None:
        """Read the payment by `provider_id`; None when the vendor cannot be asked about it."""
        raise _missing(self, "a status")

    @operation
    def capture(self, payment: Payment) -> PaymentResult:
        """Take `amount` of what is authorised."""
        raise _missing(self, "a capture")

    @operation
    def cancel(self, payment: Payment) -> PaymentResult:
        """Release everything that is authorised and not captured."""
        raise _missing(self, "a cancellation")

    @operation
    def refund(self, payment: Payment) -> PaymentResult:
        """Give `amount` of what is captured back."""
        raise _missing(self, "a refund")

    @operation
    def find(self, payment: Payment) -> PaymentResult | None:
        """Look a payment up by our `reference`; None when the vendor knows none."""
        raise _missing(self, "a look-up by reference")

    @operation
    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Read the events of a webhook whose signature has been verified.

        What tells of money is a PaymentEvent; any other WebhookEvent changes no payment. `data["alert"]` is a text for
        staff, such as a dispute. Raises Rejected for a body that is no event of this vendor.
        """
        raise _missing(self, "webhooks")

    def minor(self, money: Money) -> int:
        """The amount in the vendor's minor units. Raises Rejected for what the vendor cannot express."""
        if self.currencies and money.currency not in self.currencies:
            taken = ", ".join(sorted(self.currencies))
            raise Rejected(f"{self.label} takes {taken} and no {money.currency}; use another payment method")
        try:
            return money.in_units(self.exponents.get(money.currency))
        except MoneyError as error:
            raise Rejected(f"{self.label} cannot take {money}: {error}") from None

    def money(self, minor: int, currency: str) -> Money:
        """An amount from the vendor's minor units; the currency in any case."""
        return Money.from_minor(minor, currency, self.exponents.get(currency.upper()))

    def settle(self, operation: str, request: Payment) -> PaymentResult | NotExecuted | None:
        """See Provider.settle: reads the payment and compares its totals with what the operation would have moved."""
        if not self.can_be_asked:
            return None
        found: PaymentResult | None = self.status(request) if request.provider_id else self.find(request)
        if found is None:
            return None if request.provider_id else NotExecuted()
        if _was_executed(operation, request, found):
            return found
        return None if _was_moved_otherwise(operation, request, found) else _not_yet(found)


def _was_executed(operation: str, payment: Payment, found: PaymentResult) -> bool:
    if operation == "capture":
        return found.captured is not None and payment.captured + payment.amount <= found.captured
    if operation == "refund":
        return found.refunded is not None and payment.refunded + payment.amount <= found.refunded
    if operation == "cancel":
        return found.state in {State.CANCELLED, State.EXPIRED} or _was_released(found)
    return True


def _was_moved_otherwise(operation: str, payment: Payment, found: PaymentResult) -> bool:
    """Whether less was moved than this would have, of which we know nothing: it may be an earlier try for another amount."""
    known = {"capture": payment.captured, "refund": payment.refunded}.get(operation)
    told = found.captured if operation == "capture" else found.refunded
    return known is not None and told is not None and known < told


def _was_released(found: PaymentResult) -> bool:
    """Whether what had not been captured was let go, also after a partial capture."""
    if found.authorized is None or found.captured is None or not found.cancelled:
        return False
    return found.authorized <= found.captured + found.cancelled


def _not_yet(found: PaymentResult) -> NotExecuted | None:
    """A pending payment may still be moving; only a settled one proves that nothing happened."""
    return None if found.state in {State.PENDING, State.UNKNOWN} else NotExecuted()


def _missing(provider: Provider, what: str) -> NotSupported:
    return NotSupported(f"{provider.label} does not offer {what}")
