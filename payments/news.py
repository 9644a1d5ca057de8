"""What comes to be known of a payment: from the answer to our own call, or from a webhook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.calls import Ending, Outcome
from connectors.contracts.payment import Payment, PaymentEvent, PaymentResult, State
from connectors.errors import NotSupported, Rejected
from payments.facts import OPENING, Fact, of_answer, of_event
from payments.models import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Facts with what came along. `word` is the provider's state, `provider_id` the object it speaks of.

    `own` tells that we asked for the payment's state; `opening` that our call opened the object, which then takes
    the place of one that holds no money. `replaces` is the one object whose place it takes by the provider's word.
    """

    facts: Sequence[Fact] = ()
    word: State | None = None
    provider_id: str = ""
    replaces: str = ""
    raw_state: str = ""
    reason: str = ""
    source: str = ""
    own: bool = False
    opening: bool = False


def from_event(event: PaymentEvent, currency: str) -> News:
    """Raises CurrencyMismatch."""
    result = event.result
    return News(
        facts=of_event(event, currency),
        word=result.state,
        provider_id=result.provider_id or event.provider_id,
        replaces=result.replaces,
        raw_state=result.raw_state,
        reason=result.reason,
        source=f"webhook:{event.type}"[:80],
    )


def from_outcome(outcome: Outcome, source: str) -> News | None:
    """None when the call taught nothing about the payment. Raises CurrencyMismatch."""
    if outcome.ending is Ending.SUCCEEDED:
        return _answered(outcome, outcome.result, source)
    if _is_decline(outcome):
        return _declined(outcome, source)
    return None


def from_status(request: Payment, result: PaymentResult, source: str) -> News:
    """Of an answer to the question how a payment stands. Raises CurrencyMismatch."""
    return News(
        facts=of_answer("status", request, result),
        word=result.state,
        provider_id=result.provider_id if result.replaces else request.provider_id,
        replaces=result.replaces,
        raw_state=result.raw_state,
        reason=result.reason,
        source=source,
        own=True,
    )


def _answered(outcome: Outcome, result: PaymentResult | None, source: str) -> News | None:
    if result is None:
        return None
    call = outcome.prepared
    operation, request = call.spec.operation, call.spec.request
    opening = operation in OPENING
    facts = of_answer(operation, request, result, effect_id=call.effect_id, key=_key(outcome))
    return News(
        facts=facts,
        word=result.state,
        provider_id=result.provider_id if opening or result.replaces else request.provider_id,
        replaces=result.replaces,
        raw_state=result.raw_state,
        reason=result.reason,
        source=source,
        own=opening or operation == "status",
        opening=opening,
    )


def _is_decline(outcome: Outcome) -> bool:
    """The provider's no to an authorisation is a decline; its no to anything else leaves the payment as it is."""
    error: Any = outcome.error
    refused = isinstance(error, Rejected) and not isinstance(error, NotSupported)
    return refused and outcome.prepared.spec.operation == "authorize"


def _declined(outcome: Outcome, source: str) -> News:
    code = outcome.error.code if outcome.error else ""
    decline = Fact(kind=EntryKind.DECLINE, reference=_key(outcome), reason=outcome.message)
    return News(
        facts=[decline],
        word=State.DECLINED,
        raw_state=code,
        reason=outcome.message,
        source=source,
        own=True,
    )


def _key(outcome: Outcome) -> str:
    """What tells one attempt from the next: the key under which it was made."""
    call = outcome.prepared
    return (call.next_key if outcome.renewed else call.key) or ""
