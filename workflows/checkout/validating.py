"""Judges a cart before it becomes an order: by what every order has to stand, by rules, and by others' services.

Errors block, warnings do not. All services are asked at the same time; one that does not answer within the deadline blocks
the cart where its connector fails closed, and is told as a warning where it fails open.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.calls import CallContext, CallSpec
from connectors.contracts.validation import (
    ADDRESS,
    CART,
    CUSTOMER,
    KINDS,
    Finding,
    ValidationRequest,
    Verdict,
)
from workflows.checkout import at_once
from workflows.checkout.cart import NOT_CHECKED, Cart, Check
from workflows.checkout.rules import RULES
from workflows.checkout.validators import Asked, validators
from workflows.documents import draft_document
from workflows.orders import read_new_order
from workflows.problems import FieldErrors

#: What the checks that every order has to stand are called in answers.
ORDER = "order"


@dataclass(frozen=True, slots=True)
class Judged:
    checks: tuple[Check, ...]

    @property
    def valid(self) -> bool:
        return not any(check.errors for check in self.checks)


def judge(
    data: Mapping[str, Any],
    reference: str,
    kinds: Iterable[str] = KINDS,
    deadline_s: float = at_once.DEADLINE_S,
) -> Judged:
    """Judge a cart of the tenant in scope; `data` is the body of the order that it would become.

    `reference` is what the shop calls the cart. Raises RuntimeError in a transaction.
    """
    until, wanted = time.monotonic() + deadline_s, frozenset(kinds)
    draft, errors = read_new_order(data)
    checks = [_of_order(kind, errors) for kind in (CUSTOMER, ADDRESS, CART) if kind in wanted]
    if draft is None or errors:
        # Whatever else is wrong shows once it can be read.
        return Judged(tuple(_with_all(checks, errors)))
    cart = Cart(draft=draft, order=draft_document(draft, reference), data=data)
    asked = validators(draft.runtime, cart.order.market, cart.order.store, wanted)
    checks += [_by_rule(cart, one) for one in asked if one.rule and _is_for(one, cart)]
    checks += _by_services(cart, [one for one in asked if not one.rule], until - time.monotonic())
    return Judged(tuple(checks))


def _of_order(kind: str, errors: FieldErrors) -> Check:
    found = tuple(Finding(message=text, field=path) for path, text in errors if _kind_of(path) == kind)
    return Check(kind=kind, validator=ORDER, errors=found)


def _with_all(checks: Sequence[Check], errors: FieldErrors) -> Iterator[Check]:
    """An order that cannot be read is no valid cart, whatever was asked about."""
    yield from checks
    told = {finding.field for check in checks for finding in check.errors}
    rest = tuple(Finding(message=text, field=path) for path, text in errors if path not in told)
    if rest:
        yield Check(kind=CART, validator=ORDER, errors=rest)


def _kind_of(path: str) -> str:
    part = path.partition(".")[0]
    return {"customer": CUSTOMER, "billing": ADDRESS, "shipping": ADDRESS}.get(part, CART)


def _is_for(asked: Asked, cart: Cart) -> bool:
    """Whether the rule is for the cart's order type; one that cannot be used is told of."""
    values = asked.connector.values
    types = [name.lower() for name in values.order_types] if values else []
    return not types or cart.order.order_type.lower() in types


def _by_rule(cart: Cart, asked: Asked) -> Check:
    connector = asked.connector
    if connector.problem:
        return _unasked(asked, connector.problem)
    found = tuple(RULES[asked.rule](cart, connector.values))
    errors, warnings = (found, ()) if connector.values.severity == "Error" else ((), found)
    return Check(kind=asked.kind, validator=asked.rule, connector=connector, errors=errors, warnings=warnings)


def _by_services(cart: Cart, asked: Sequence[Asked], deadline_s: float) -> list[Check]:
    calls = {str(place): _call(cart, one) for place, one in enumerate(asked)}
    context = CallContext(market=cart.order.market, store=cart.order.store, step="Checkout")
    ended = at_once.call(calls, context, deadline_s) if calls else {}
    return [_answered(one, calls[place], ended[place]) for place, one in zip(calls, asked, strict=True)]


def _call(cart: Cart, asked: Asked) -> CallSpec:
    request = ValidationRequest(order=cart.order, kind=asked.kind, must_answer=not asked.fail_open)
    return CallSpec(
        connector=asked.connector,
        operation="validate",
        subject=f"cart:{cart.order.number}",
        request=request,
        write=False,
    )


def _answered(asked: Asked, spec: CallSpec, ended: at_once.Ended) -> Check:
    if ended.outcome is None or not ended.succeeded:
        return _unasked(asked, at_once.reason(spec, ended))
    verdict: Verdict = ended.outcome.result
    return Check(
        kind=asked.kind,
        validator=asked.connector.name,
        connector=asked.connector,
        errors=verdict.errors,
        warnings=verdict.warnings,
        fail_open=asked.fail_open,
        duration_ms=ended.outcome.duration_ms,
    )


def _unasked(asked: Asked, reason: str) -> Check:
    """The reason is for staff; shoppers are told what it means for them."""
    closed = Finding(message=f"The {asked.kind} could not be checked; try again", code=NOT_CHECKED)
    opened = Finding(message=f"The {asked.kind} was not checked", code=NOT_CHECKED)
    return Check(
        kind=asked.kind,
        validator=asked.rule or asked.connector.name,
        connector=asked.connector,
        errors=() if asked.fail_open else (closed,),
        warnings=(opened,) if asked.fail_open else (),
        fail_open=asked.fail_open,
        reason=reason,
    )
