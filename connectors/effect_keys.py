"""The second key of an effect, stored before anything is sent with it."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from connectors.calls import Prepared
from connectors.canonical import request_hash
from connectors.key_memory import promise_of
from connectors.models import Effect
from tenants.scoping import platform_scope


def renew(prepared: Prepared) -> bool:
    """Nothing was executed with the former key, so the call goes on with the next one. False, and nothing is stored, when
    somebody else has taken the call over. One statement."""
    if prepared.effect_id is None:
        return True
    now = timezone.now()
    with platform_scope("an effect of whichever tenant is called for"):
        mine = Effect.objects.filter(
            pk=prepared.effect_id, attempts=prepared.attempt, state=Effect.State.CALLING
        )
        stored = mine.update(
            epoch=F("epoch") + 1,
            key=prepared.next_key,
            carrier=promise_of(prepared.spec),
            request_hash=request_hash(prepared.spec.request),
            answered=False,
            first_sent_at=now,
            last_sent_at=now,
        )
    return stored == 1
