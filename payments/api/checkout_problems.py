"""How a call that did not succeed is told to the shop: what it means for the shopper, and when to ask again."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from connectors.calls import Outcome
from connectors.effects import Busy
from connectors.errors import Misconfigured, NotSupported, ProviderError, Rejected, RetryLater, Unknown
from payments.checkout.opening import BegunBefore, OfOrder, OtherRequest
from payments.models import Payment, PaymentState
from tenants.apikit import Problem

#: Seconds after which to ask again where the provider says nothing of it.
AGAIN_S = 5
_LONGEST_S = 3600
#: An administrator has to act first.
_MENDED_S = 60


def refused(ended: Any, payment: Payment) -> Problem | None:
    """The problem of a call that ended so; None where the payment itself is the answer."""
    if isinstance(ended, Busy):
        return in_progress(ended)
    if isinstance(ended, Outcome) and ended.error is not None:
        return of_error(ended.error, ended.prepared.spec.operation)
    if payment.state == PaymentState.DECLINED:
        return declined(payment.reason)
    return None


def of_error(error: ProviderError, operation: str) -> Problem:
    match error:
        case RetryLater():
            text = "The payment provider cannot take this now, and nothing was carried out; try again."
            return _later("provider-unavailable", text, error.retry_after)
        case Unknown():
            text = "The payment provider did not answer, and it is being found out what became of it; ask again soon."
            return _later("provider-silent", text, error.retry_after)
        case Misconfigured():
            text = f"The payment method is not set up rightly: {error.message}"
            return Problem(409, "misconfigured", text, headers={"Retry-After": str(_MENDED_S)})
        case NotSupported():
            return Problem(409, "not-offered", error.message)
        case Rejected() if operation == "authorize":
            return declined(error.message)
        case _:
            return Problem(422, "provider-refused", error.message)


def declined(reason: str) -> Problem:
    why = reason or "The provider gave no reason."
    return Problem(402, "payment-declined", f"The payment was declined: {why}")


def in_progress(busy: Busy | None = None) -> Problem:
    left = (busy.until - datetime.now(UTC)).total_seconds() if busy and busy.until else AGAIN_S
    wait = min(AGAIN_S, max(1, math.ceil(left)))
    text = "This payment is at its provider at the moment; ask again for how it stands."
    return Problem(409, "in-progress", text, headers={"Retry-After": str(wait)})


def of_opening(error: OtherRequest | BegunBefore | OfOrder) -> Problem:
    text = f"{error.message[:1].upper()}{error.message[1:]}."
    match error:
        case OtherRequest():
            return Problem(422, "idempotency-mismatch", text)
        case OfOrder():
            return Problem(409, "belongs-to-order", text)
        case _:
            return Problem(409, "in-progress", text, headers={"Retry-After": str(AGAIN_S)})


def _later(code: str, text: str, retry_after: float | None) -> Problem:
    wait = min(_LONGEST_S, max(1, math.ceil(retry_after or AGAIN_S)))
    return Problem(503, code, text, headers={"Retry-After": str(wait)})
