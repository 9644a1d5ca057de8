"""Event subscriptions and their receivers."""

import base64
import hashlib
import hmac
import json
from contextlib import contextmanager
from itertools import count

from connectors.models import EventDelivery, EventSubscription
from connectors.subscriptions.keys import new_secret, set_secret
from tenants.scoping import tenant_scope
from tests.faultserver import FaultServer, answer

_numbers = count(1)
NO_CONTENT = answer(204, b"")


def make_subscription(tenant, url="https://shop.example/events", *, secret=None, **values):
    with tenant_scope(tenant):
        row = EventSubscription(tenant=tenant, url=url, **{"name": f"Shop {next(_numbers)}", **values})
        set_secret(row, secret or new_secret())
        row.save()
    return row


def sent(event_id=None):
    """Deliveries, oldest first."""
    rows = EventDelivery._base_manager.order_by("id")
    return list(rows if event_id is None else rows.filter(event_id=event_id))


@contextmanager
def receiver(settings, *script):
    """A receiver on a real socket that the door may call."""
    with FaultServer(*(script or (NO_CONTENT,))) as server:
        settings.CROSSDOCK_EGRESS_ALLOW = [*settings.CROSSDOCK_EGRESS_ALLOW, f"127.0.0.1/32:{server.port}"]
        yield server


def is_signed(request, secret) -> bool:
    """Written from the specification, apart from what signs."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = (
        f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    )
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in request.headers["webhook-signature"].split(" ")


def body(request):
    return json.loads(request.body)
