"""What Klarna's orders, hosted pages, errors and callbacks say, in the words of the payment contract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.contracts.base import Answer, BadAnswer, Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import Payment, PaymentProvider, PaymentResult, State
from connectors.errors import ProviderError, ReadBack, Rejected, RetryLater, Unknown
from connectors.providers.klarna.words import CHECKS, PAGE, PAGES, REFUSED

Json = Mapping[str, Any]


class KlarnaAnswers(PaymentProvider):
    """The reading half of Klarna."""

    # CLOSED says only that nothing more will come; what was captured says the rest.
    states = {
        "AUTHORIZED": State.AUTHORIZED,
        "PART_CAPTURED": State.CAPTURED,
        "CAPTURED": State.CAPTURED,
        "CLOSED": State.CANCELLED,
        "CANCELLED": State.CANCELLED,
        "EXPIRED": State.EXPIRED,
    }
    errors = {
        "CAPTURE_NOT_ALLOWED": ReadBack,
        "REFUND_NOT_ALLOWED": ReadBack,
        "CANCEL_NOT_ALLOWED": ReadBack,
        "NOT_ALLOWED": ReadBack,
        "CONFLICT": ReadBack,
        "PAYMENT_METHOD_FAILED": Rejected,
        "INVALID_OPERATION": Rejected,
        "TOO_MANY_REQUESTS": RetryLater,
    }

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            error = dict(answer.json())
            texts = error.get("error_messages") or [error["error_message"]]
            message = "; ".join(map(str, texts))
        except (BadAnswer, KeyError, TypeError, ValueError):
            return "", ""
        trace = f" (correlation id {error['correlation_id']})" if error.get("correlation_id") else ""
        return str(error.get("error_code") or ""), f"Klarna: {message}{trace}"[:500]

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        reset = answer.headers.get("X-Ratelimit-Reset", "").strip()
        if error is not None and answer.status == 429 and reset.isdecimal() and len(reset) <= 6:
            error.retry_after = error.retry_after or float(reset)
        return error

    def read_order(self, order: Json, *, held: bool, replaces: str = "") -> PaymentResult:
        """An order of Order Management. `held` tells that it had passed the fraud check before."""
        currency = order["purchase_currency"]
        captured, refunded, rest = (
            self.money(order[name], currency)
            for name in ("captured_amount", "refunded_amount", "remaining_authorized_amount")
        )
        # A lowered order amount has released the difference.
        authorized = self.money(max(order["order_amount"], order.get("original_order_amount") or 0), currency)
        state = self._order_state(order, held)
        result = PaymentResult(
            provider_id=order["order_id"],
            state=state,
            raw_state=_words(order["status"], order["fraud_status"]),
            reason=REFUSED if order["fraud_status"] == "REJECTED" else "",
            replaces=replaces,
        )
        if state not in {State.CAPTURED, State.REFUNDED, State.AUTHORIZED}:
            return result
        released = authorized - captured - rest
        return replace(
            result, authorized=authorized, captured=captured, refunded=refunded, cancelled=released
        )

    def _order_state(self, order: Json, held: bool) -> State:
        state = State(self.states.get(order["status"], State.UNKNOWN))
        if state is State.UNKNOWN:
            return state
        if order["captured_amount"]:
            whole = order["captured_amount"] <= order["refunded_amount"]
            return State.REFUNDED if whole else State.CAPTURED
        if state is State.CAPTURED:
            return State.UNKNOWN
        check = CHECKS.get(order["fraud_status"], State.UNKNOWN)
        if check is State.DECLINED:
            return State.CANCELLED if held else State.DECLINED
        return check if state is State.AUTHORIZED else state

    def read_placed(self, placed: Json, payment: Payment) -> PaymentResult:
        """The answer to placing an order, which Klarna has authorised for the amount that it was placed with."""
        check = placed.get("fraud_status") or ""
        state = CHECKS.get(check, State.UNKNOWN)
        return PaymentResult(
            provider_id=placed["order_id"],
            state=state,
            raw_state=_words("AUTHORIZED", check),
            authorized=payment.amount if state is State.AUTHORIZED else None,
            redirect_url=placed.get("redirect_url") or "",
            reason=REFUSED if state is State.DECLINED else "",
        )

    def read_page(self, page: Json, page_id: str) -> PaymentResult:
        """A hosted page on which no order was placed yet; until it ends, the shopper may try again."""
        state = PAGES.get(page["status"], State.UNKNOWN)
        if state is State.PENDING and page["status"] != "COMPLETED" and _is_over(page.get("expires_at")):
            state = State.EXPIRED
        return PaymentResult(provider_id=page_id, state=state, raw_state=page["status"])

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Hints of what to look at: a hosted page whose status changed, or an order whose fraud check has ended."""
        with reading("This callback of Klarna"):
            told = inbound.json()
            if "session" in told:
                session = told["session"]
                return [
                    WebhookEvent(
                        id=_text(told["event_id"]),
                        type=f"session {_text(session['status'])}",
                        provider_id=PAGE + _id(session["session_id"]),
                        occurred_at=_time(session.get("updated_at")),
                    )
                ]
            kind, order_id = _text(told["event_type"]), _id(told["order_id"])
            return [WebhookEvent(id=f"{order_id} {kind}", type=kind, provider_id=order_id)]

    def created(self, answer: Answer, header: str) -> str:
        """The id of what was made: it stands in headers only, and without one nothing proves that it was made."""
        made = answer.headers.get(header) or answer.headers.get("Location", "").rstrip("/").rpartition("/")[2]
        if answer.status != 201 or not made:
            raise Unknown(
                f"Klarna answered strangely (HTTP {answer.status}, no {header})", status=answer.status
            )
        return made

    def carried_out(self, answer: Answer) -> None:
        if answer.status != 204:
            raise Unknown(f"Klarna answered strangely (HTTP {answer.status})", status=answer.status)


def _words(status: str, check: str) -> str:
    return status if check == "ACCEPTED" else f"{status} ({check or 'no fraud check'})"


def _is_over(expires_at: Any) -> bool:
    return bool(expires_at) and datetime.fromisoformat(expires_at) < datetime.now(UTC)


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is missing")
    return value


def _id(value: Any) -> str:
    """Ids of callbacks go into addresses, and nobody signed them."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,200}", _text(value)):
        raise ValueError("that is no id of Klarna's")
    return _text(value)
