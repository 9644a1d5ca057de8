"""What the vendor's memory of idempotency keys allows for one call.

A vendor remembers a key only as it was told it: a request that left before the connector's settings named a header for it,
or before a release declared one, left without. So an effect keeps the promise under which requests of its key were sent,
and a repetition is trusted only while that one is in force.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors import registry

if TYPE_CHECKING:
    from connectors.calls import CallSpec, Prepared
    from connectors.contracts.base import Idempotency

log = logging.getLogger(__name__)

#: A key is trusted for this share of the time for which the vendor keeps it.
WINDOW_SHARE = 0.8


def carrier_of(spec: CallSpec) -> Idempotency | None:
    """How the vendor is told the key of this operation; None where it knows none."""
    try:
        carrier = registry.get(spec.connector.slug).idempotency_of(spec.connector.values)
    except Exception:
        # Asked while effects of many tenants are opened together, whom one provider's bug must not stop.
        log.exception("%s cannot tell how it takes keys, so it counts as taking none", spec.connector.slug)
        return None
    return carrier if carrier is not None and carrier.covers(spec.operation) else None


def promise_of(spec: CallSpec) -> str:
    """The carrier in words to keep and compare, such as "header:Idempotency-Key for 24 h"; "" where the vendor knows no
    key. With its hours, because a longer time that is entered later was not promised for keys sent before."""
    carrier = carrier_of(spec)
    return "" if carrier is None else f"{carrier.carrier} for {carrier.hours(spec.operation):g} h"


def takes_changed_body(spec: CallSpec) -> bool:
    """Whether a repetition with the same key is taken as the same although the request has changed."""
    carrier = carrier_of(spec)
    return carrier is not None and not carrier.body_bound


class KeyMemory:
    """Of the key that earlier tries of the call were made with, whether or not the vendor was told it."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._carrier = carrier_of(prepared.spec)

    def is_safe(self, now: datetime) -> bool:
        """Whether the same request may be sent again with the key, because the vendor executes that once."""
        carrier, call = self._carrier, self._prepared
        if carrier is None or call.carrier_changed or call.settle_only or call.first_sent_at is None:
            return False
        if call.changed and carrier.body_bound:
            return False
        window = timedelta(hours=carrier.hours(call.spec.operation) * WINDOW_SHARE)
        return now - call.first_sent_at < window

    @property
    def keeps_errors(self) -> bool:
        return self._carrier is not None and self._carrier.errors_kept

    @property
    def is_used_up(self) -> bool:
        """Whether repeating the key might only bring an error again that the vendor keeps under it."""
        return self._prepared.answered and self.keeps_errors
