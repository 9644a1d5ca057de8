"""Write first, call second, write again: effects are opened and committed before a call and closed after it.

`open_effects` and `close_effects` run in the caller's transaction and take many calls in a few statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.effect_opening import Opening
from connectors.effect_rules import UNCERTAIN, Busy, Done, Intent, State
from connectors.errors import Rejected
from connectors.models import Effect
from connectors.ports import direct_ports
from connectors.proof import over_at
from tenants.bulk import update_many
from tenants.scoping import platform_scope

__all__ = [
    "Busy",
    "Done",
    "close_effects",
    "confirm_effect",
    "drop_effects",
    "execute_now",
    "is_in_doubt",
    "open_effects",
]

#: Where the results of the contracts carry the provider's reference, the most telling first.
_REFERENCES = ("operation_id", "consignment", "external_id", "message_id", "provider_id")
_SUCCESS_STAYS = f"t.state = '{State.SUCCEEDED}'"


def open_effects(
    specs: Sequence[tuple[CallSpec, CallContext, str]], *, owner: str, fenced: bool = True
) -> list[Prepared | Done | Busy]:
    """Write down what is about to be called; results in the order of `specs`. The caller commits before calling.

    The third part of a spec is its origin, such as "step:17": the act that wants it, the same on each of its tries.
    A `fenced` caller knows that an earlier owner of the same origin is gone, and takes its open effects over at once;
    otherwise they are Busy while their lease lives. Two statements for new effects, three where some are taken over.
    Reads (`write=False`) get no effect.
    """
    intents = [Intent(spec, context, origin, owner, fenced) for spec, context, origin in specs]
    writes = [intent for intent in intents if intent.spec.write]
    opening = Opening(writes)
    if writes:
        with platform_scope("effects of several tenants are opened together"):
            opening.run()
    return [opening.result_of(item) if item.spec.write else _read(item) for item in intents]


def close_effects(outcomes: Sequence[Outcome]) -> None:
    """Record how calls ended, in one or two statements. A success is never undone; a late failure of a try that was
    taken over changes nothing."""
    writes = [outcome for outcome in outcomes if outcome.prepared.effect_id is not None]
    rows = [(item, _closed(item)) for item in writes]
    succeeded = [row for _, row in rows if row["state"] == Effect.State.SUCCEEDED]
    others = [row | _still_open(item) for item, row in rows if row["state"] != Effect.State.SUCCEEDED]
    update_many(Effect, succeeded, keys=["id"], unless=_SUCCESS_STAYS)
    update_many(Effect, others, keys=["id", "attempts"], unless=_SUCCESS_STAYS)


def drop_effects(opened: Sequence[Prepared]) -> None:
    """Close what was opened and is not called for after all; one statement. Nothing of it may be uncertain."""
    error = Rejected("Not carried out, because it is no longer wanted", answered=False)
    now = timezone.now()
    close_effects(
        [
            Outcome(prepared=item, ending=Ending.FAILED, error=error, started_at=now, duration_ms=0)
            for item in opened
        ]
    )


def confirm_effect(subject: str, operation: str, reference: str = "") -> None:
    """Settle what is still unknown of an action: the provider has told by itself that it was carried out. `reference` is
    the provider's. Of the tenant in scope; one statement."""
    unknown = Effect.objects.filter(subject=subject, operation=operation, state=State.UNKNOWN)
    unknown.update(
        state=State.SUCCEEDED,
        needs_person=False,
        provider_reference=reference[:500],
        error_kind="",
        error_code="",
        error_message="",
        modified_at=timezone.now(),
    )


def is_in_doubt(origin: str) -> bool:
    """Whether something that this act called may have been carried out and is not found out about yet."""
    return Effect.objects.filter(origin=origin, state__in=UNCERTAIN).exists()


def execute_now(
    specs: Sequence[CallSpec],
    origin: str,
    actor: str = "",
    *,
    context: CallContext | None = None,
    deadline_s: float = 60.0,
    settle: Callable[[Outcome], None] | None = None,
    settle_only: bool = False,
) -> list[Outcome | Done | Busy]:
    """Open, commit, call one after the other, close: for checkout and for acts by hand; results in the order of `specs`.

    `origin` is the same on each try of one act, so that a repeated act is Done. `deadline_s` is that of each call.
    `settle` applies an outcome in the transaction that closes its effect. With `settle_only` an earlier try is found
    out about and nothing is carried out any more. Raises RuntimeError inside a transaction, which would hold it open
    while bytes are on the wire.
    """
    context = replace(context or CallContext(), actor=actor)
    with transaction.atomic(durable=True):
        opened = open_effects(
            [(spec, context, origin) for spec in specs], owner=f"direct:{uuid4()}", fenced=False
        )
    ports = direct_ports()
    calls = [
        replace(item, deadline_s=deadline_s, settle_only=settle_only) if isinstance(item, Prepared) else item
        for item in opened
    ]
    return [_call(item, ports, settle) if isinstance(item, Prepared) else item for item in calls]


def _call(prepared: Prepared, ports: Any, settle: Callable[[Outcome], None] | None) -> Outcome:
    outcome = perform(prepared, ports)
    with transaction.atomic(durable=True):
        close_effects([outcome])
        if settle is not None:
            settle(outcome)
    return outcome


def _read(intent: Intent) -> Prepared:
    return Prepared(spec=intent.spec, context=intent.context)


def _ending(outcome: Outcome) -> Ending:
    """A vendor that answers with a refusal has done nothing, so the same act may ask again."""
    refused = outcome.ending is Ending.SUCCEEDED and getattr(outcome.result, "is_refusal", False)
    return Ending.FAILED if refused else outcome.ending


def _closed(outcome: Outcome) -> dict[str, Any]:
    error = outcome.error
    return {
        "id": outcome.prepared.effect_id,
        "state": str(_ending(outcome)),
        "lease_until": None,
        "answered": _answered(outcome),
        "needs_person": outcome.needs_person,
        "provider_reference": _reference(outcome.result)[:500],
        "error_kind": error.kind if error else "",
        "error_code": error.code[:200] if error else "",
        "error_message": error.message if error else "",
        "modified_at": timezone.now(),
    }


def _still_open(outcome: Outcome) -> dict[str, Any]:
    """What the next try needs to know about the requests sent so far."""
    prepared = outcome.prepared
    sent_now = outcome.sent or prepared.last_sent_at is None
    return {
        "attempts": prepared.attempt,
        "last_sent_at": outcome.started_at if sent_now else prepared.last_sent_at,
        "lease_until": _under_way_until(outcome) if outcome.ending is Ending.UNKNOWN else None,
    }


def _under_way_until(outcome: Outcome) -> datetime | None:
    """Until when the vendor may be at work on requests with the key in force; None when all of them are over."""
    earlier = None if outcome.renewed else outcome.prepared.under_way_until
    if not outcome.lost:
        return earlier
    return over_at(outcome.started_at + timedelta(milliseconds=outcome.duration_ms))


def _answered(outcome: Outcome) -> bool:
    """Whether the provider has answered to the key in force."""
    now = outcome.error is None or outcome.error.answered
    return now or (outcome.prepared.answered and not outcome.renewed)


def _reference(result: Any) -> str:
    return next((str(value) for name in _REFERENCES if (value := getattr(result, name, ""))), "")
