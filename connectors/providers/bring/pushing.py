"""Event Cast: Bring pushes the events of one shipment for up to 30 days, or until it is delivered.

Its callbacks carry no signature and little of what happened, so they are hints: what is kept is what Tracking says then.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.shipping import Registered, TrackingRegistration
from connectors.errors import Rejected, Unknown
from connectors.providers.bring.answers import required
from connectors.providers.bring.words import STATES

PATH = "/event-cast/api/v1/webhooks"
#: How many of the newest registrations a list gives.
LISTED = 1000
#: Registered before and not listed: when that lapses is not known, so it is looked at again after a day.
_LOOKED_AT_AGAIN = timedelta(days=1)


def registration_body(registration: TrackingRegistration, url: str) -> dict[str, Any]:
    return {
        "trackingId": registration.consignment,
        "event_groups": sorted(STATES),
        "configuration": {"url": url, "content_type": "application/json"},
    }


def registered(body: Any) -> Registered:
    with reading("Bring's answer to the registration", Unknown):
        expiry = body.get("expiry")
        return Registered(
            id=required(body, "id"), expires_at=datetime.fromisoformat(expiry) if expiry else None
        )


def standing(body: Any, registration: TrackingRegistration, url: str) -> Registered | None:
    """The registration that a list has of this shipment at our address; None where it has none."""
    with reading("Bring's list of registrations", Unknown):
        mine = [
            item
            for item in body
            if (item["trackingId"], item["configuration"]["url"]) == (registration.consignment, url)
        ]
    return registered(mine[0]) if mine else None


def registered_before(registration: TrackingRegistration) -> Registered:
    return Registered(id=registration.consignment, expires_at=datetime.now(UTC) + _LOOKED_AT_AGAIN)


def hint(body: Any) -> WebhookEvent:
    """Raises Rejected for what is no callback."""
    with reading("Bring's callback", Rejected):
        status, shipment, created = (required(body, name) for name in ("status", "shipment", "created"))
        package = body.get("package") or ""
        return WebhookEvent(
            id=f"{shipment}/{package}/{status}/{created}"[:255], type=status, provider_id=shipment
        )
