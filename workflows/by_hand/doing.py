"""Doing an act: what admin and API have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tenants.models import Right
from workflows.acts import Asked
from workflows.by_hand.base import Offer, OrderAct, Started
from workflows.by_hand.fields import read_values
from workflows.by_hand.subjects import Subject
from workflows.problems import InvalidData, NotPossible, OrderProblem

LONGEST_REASON = 300


class RightMissing(OrderProblem):
    """The person may not do this."""


def do(
    act: OrderAct,
    subject: Subject,
    given: Mapping[str, Any],
    asked: Asked,
    *,
    rights: Collection[str] | None = None,
) -> Started:
    """Check everything, then start the act. `rights` are those of a person; None for a caller that was checked already.

    Raises NotPossible with the reason why it cannot be done now, InvalidData, RightMissing, and what starting raises.
    """
    values = checked(act, subject, given, asked.reason)
    if rights is not None:
        must_hold(act.right_for(subject, values), rights)
    return act.start(subject, values, asked)


def checked(act: OrderAct, subject: Subject, given: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """The values of the act's inputs. Raises NotPossible, InvalidData."""
    offer = act.offer(subject)
    if offer.refusal:
        raise NotPossible(offer.refusal.rstrip("."))
    found, errors = _read(offer, given)
    if act.needs_reason and not reason.strip():
        errors["reason"] = ["Say why; whoever looks at the order later needs it."]
    if len(reason) > LONGEST_REASON:
        errors["reason"] = [f"Use at most {LONGEST_REASON} characters."]
    if errors:
        raise InvalidData(errors)
    return found


def must_hold(right: Right, rights: Collection[str]) -> None:
    """Raises RightMissing."""
    if right not in rights:
        what = "act with money" if right == Right.ACT_MONEY else "act on orders"
        raise RightMissing(f"Your role may not {what} in this tenant; ask an administrator for it.")


def _read(offer: Offer, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    try:
        return read_values(offer.inputs, given), {}
    except InvalidData as error:
        return {}, dict(error.errors)
