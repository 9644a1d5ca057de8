"""What became of calls of a checkout whose web process died, or whose answer never came. The sweeper rings for it.

Nobody waits at the page any more, so nothing is carried out: the provider is asked, and the payment told.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from connectors.errors import Misconfigured
from connectors.models import Effect
from payments.checkout.asking import ORIGIN, settle_lost
from payments.models import Checkout
from tenants.scoping import platform_scope, tenant_scope

log = logging.getLogger(__name__)

#: After this long without an answer a call is looked into, again at most this often, and no longer than this.
LOOK_AFTER = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=24)
#: Looked into by one wake-up.
MOST = 20


def due() -> QuerySet[Effect]:
    """Lost calls of all tenants, the oldest first."""
    now = timezone.now()
    lost = Q(state=Effect.State.UNKNOWN, modified_at__lte=now - LOOK_AFTER) | Q(
        state=Effect.State.CALLING, lease_until__lte=Now()
    )
    young = Q(created_at__gte=now - GIVE_UP_AFTER)
    found = Effect.objects.filter(lost & young, needs_person=False, origin__startswith=ORIGIN)
    return found.order_by("modified_at")


def is_due() -> bool:
    with platform_scope("lost calls of all tenants' checkouts"):
        return due().exists()


def settle_due() -> int:
    """Look into what is due; returns how many."""
    with platform_scope("lost calls of all tenants' checkouts"):
        found = list(due()[:MOST])
    for effect in found:
        with tenant_scope(effect.tenant_id):
            _settle(effect)
    return len(found)


def _settle(effect: Effect) -> None:
    reference = effect.subject.partition(":")[2]
    checkout = (
        Checkout.objects.select_related("payment__connector").filter(payment__reference=reference).first()
    )
    if checkout is None:
        return
    try:
        settle_lost(checkout, effect)
    except Misconfigured as error:
        log.warning("a lost call of payment %s cannot be looked into: %s", reference, error)
    except Exception:
        log.exception("a lost call of payment %s cannot be looked into", reference)
