"""A person's word on what became of a call that its vendor cannot be asked about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from connectors.effect_rules import under_way_until
from connectors.models import Effect
from tenants.clock import database_now


class StillUnderWay(Exception):
    """The vendor may be at work on the call until `until`: nobody knows yet how it ends."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"the vendor may be at work on it until {until:%H:%M:%S}")
        self.until = until


def undecided() -> QuerySet[Effect]:
    """Calls of the tenant in scope that may have been carried out, and that only a person can find out about."""
    return Effect.objects.filter(state=Effect.State.UNKNOWN, needs_person=True)


def decide(effect_id: UUID, *, carried_out: bool, reference: str = "") -> bool:
    """What was carried out is never done again by the act that asked for it; what was not is done with a new key the next
    time. `reference` is the vendor's number. False when nobody has to decide any more. Raises StillUnderWay."""
    with transaction.atomic():
        effect = undecided().select_for_update(of=("self",)).filter(pk=effect_id).first()
        if effect is None:
            return False
        now, until = database_now(), under_way_until(effect)
        if until is not None and until > now:
            raise StillUnderWay(until)
        effect.state = Effect.State.SUCCEEDED if carried_out else Effect.State.FAILED
        effect.needs_person, effect.modified_at = False, now
        effect.provider_reference = reference[:500] or effect.provider_reference
        effect.save(update_fields=["state", "needs_person", "modified_at", "provider_reference"])
    return True
