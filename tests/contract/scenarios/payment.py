"""Scenarios of the payment contract: a payment of 1,250.00 NOK, of which 400.00 in the partial ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from connectors.calls import Ending, Outcome
from connectors.contracts.base import Provider
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Rejected
from tenants.money import Money
from tests.contract.scenarios.base import ADDRESS, LINES, PLACED_AT, Given, Scenario, nok, succeeded

ALL, PART = nok("1250.00"), nok("400.00")
NOTHING = nok("0")
ENDED = {State.CANCELLED, State.EXPIRED}
BACK = {State.REFUNDED, State.PENDING, State.CAPTURED}


def paid(
    amount: Money = ALL, *, authorized: Money = NOTHING, captured: Money = NOTHING
) -> Callable[[Given], Payment]:
    """Builds the payment at the moment of the operation; `amount` is what the operation moves."""
    known = {field.name for field in fields(Payment)}

    def build(given: Given) -> Payment:
        assert set(given) <= known, f"no fields of a Payment: {set(given) - known}"
        values = {
            "reference": "5f0c1d7a9b2e4c63a1f08d4be2713f55",
            "order_number": "100234",
            "amount": amount,
            "authorized": authorized,
            "captured": captured,
            "refunded": Money.zero(amount.currency),
            "return_url": "https://shop.example/thanks",
            "cancel_url": "https://shop.example/cart",
            "language": "nb-NO",
            "billing": ADDRESS,
            "lines": LINES,
            "created_at": PLACED_AT,
        }
        return Payment(**{**values, **given})

    return build


def result_of(outcome: Outcome) -> PaymentResult:
    succeeded(outcome)
    assert isinstance(outcome.result, PaymentResult)
    return outcome.result


def is_state(*states: State) -> Callable[[Outcome], None]:
    def expect(outcome: Outcome) -> None:
        assert result_of(outcome).state in states

    return expect


def opened(outcome: Outcome) -> None:
    assert result_of(outcome).state is State.PENDING
    assert result_of(outcome).redirect_url.startswith("https://")


def authorized(amount: Money) -> Callable[[Outcome], None]:
    def expect(outcome: Outcome) -> None:
        result = result_of(outcome)
        assert (result.state, result.authorized) == (State.AUTHORIZED, amount)
        assert result.provider_id

    return expect


def declined(outcome: Outcome) -> None:
    """The reason is told in words."""
    if outcome.ending is Ending.SUCCEEDED:
        assert result_of(outcome).state is State.DECLINED
        assert " " in result_of(outcome).reason
    else:
        assert outcome.ending is Ending.FAILED
        assert isinstance(outcome.error, Rejected)
        assert " " in outcome.message


def acts(outcome: Outcome) -> None:
    """The shopper has something to do: a page to go to, or a secret for the vendor's own client code."""
    result = result_of(outcome)
    assert result.state is State.PENDING
    assert result.redirect_url or result.client_secret


def captured(amount: Money) -> Callable[[Outcome], None]:
    """A vendor may also take the capture on and confirm it later."""

    def expect(outcome: Outcome) -> None:
        result = result_of(outcome)
        assert result.captured == amount if result.state is State.CAPTURED else result.state is State.PENDING

    return expect


def was_captured(outcome: Outcome) -> None:
    """After reading back there is nothing left to be pending."""
    assert result_of(outcome).captured == ALL


def a_person_decides(outcome: Outcome) -> None:
    """Where neither key nor look-up can tell, nobody guesses."""
    assert outcome.ending is Ending.UNKNOWN
    assert outcome.needs_person


def nothing_found(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result is None


def not_understood(outcome: Outcome) -> None:
    result = result_of(outcome)
    assert result.state is State.UNKNOWN
    assert result.raw_state


def _takes_yen(implementation: type[Provider]) -> bool:
    taken = getattr(implementation, "currencies", ())
    return not taken or "JPY" in taken


def _partly_captured(implementation: type[Provider]) -> bool:
    return bool(getattr(implementation, "partial_capture", False))


def _partly_refunded(implementation: type[Provider]) -> bool:
    return bool(getattr(implementation, "partial_refund", False))


def _asked(implementation: type[Provider]) -> bool:
    return bool(getattr(implementation, "can_be_asked", False))


def _not_asked(implementation: type[Provider]) -> bool:
    return not _asked(implementation)


AUTHORIZED, CAPTURED = {"authorized": ALL}, {"authorized": ALL, "captured": ALL}
YEN = Money.of(1250, "JPY")

SCENARIOS = (
    Scenario(name="session", operation="create_session", build=paid(), expect=opened),
    Scenario(name="authorise", operation="authorize", build=paid(), expect=authorized(ALL)),
    Scenario(name="decline", operation="authorize", build=paid(), expect=declined),
    Scenario(name="pending action", operation="authorize", build=paid(), expect=acts),
    Scenario(
        name="zero-decimal currency",
        operation="authorize",
        build=paid(YEN),
        expect=authorized(YEN),
        applies=_takes_yen,
    ),
    Scenario(name="capture", operation="capture", build=paid(**AUTHORIZED), expect=captured(ALL)),
    Scenario(
        name="partial capture",
        operation="capture",
        build=paid(PART, **AUTHORIZED),
        expect=captured(PART),
        applies=_partly_captured,
    ),
    Scenario(
        name="capture twice",
        operation="capture",
        build=paid(**AUTHORIZED),
        expect=was_captured,
        applies=_asked,
    ),
    Scenario(
        name="timeout then status",
        operation="capture",
        build=paid(**AUTHORIZED),
        expect=was_captured,
        lost=True,
        applies=_asked,
    ),
    Scenario(
        name="timeout and nobody to ask",
        operation="capture",
        build=paid(**AUTHORIZED),
        expect=a_person_decides,
        lost=True,
        applies=_not_asked,
    ),
    Scenario(
        name="cancel", operation="cancel", build=paid(**AUTHORIZED), expect=is_state(*ENDED, State.PENDING)
    ),
    Scenario(
        name="cancel twice",
        operation="cancel",
        build=paid(**AUTHORIZED),
        expect=is_state(*ENDED),
        applies=_asked,
    ),
    Scenario(name="refund", operation="refund", build=paid(**CAPTURED), expect=is_state(*BACK)),
    Scenario(
        name="partial refund",
        operation="refund",
        build=paid(PART, **CAPTURED),
        expect=is_state(*BACK),
        applies=_partly_refunded,
    ),
    Scenario(
        name="status", operation="status", build=paid(), expect=authorized(ALL), write=False, applies=_asked
    ),
    Scenario(name="unknown status", operation="status", build=paid(), expect=not_understood, write=False),
    Scenario(
        name="status of an open checkout",
        operation="status",
        build=paid(),
        expect=is_state(State.PENDING),
        write=False,
        applies=_not_asked,
    ),
    Scenario(name="find", operation="find", build=paid(), expect=authorized(ALL), write=False),
    Scenario(name="find nothing", operation="find", build=paid(), expect=nothing_found, write=False),
)
