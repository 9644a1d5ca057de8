"""Webhooks of carriers, from the signed request to the shipment."""

import hashlib
import hmac
import json

import pytest
from django.test import Client

from connectors.contracts.common import WebhookEvent
from connectors.inbox import work_off_due
from connectors.models import InboundWebhook
from eventlog.models import Event
from shipping.models import Shipment
from shipping.webhooks import UnknownShipment, take
from tests.factories.connectors import make_connector
from tests.factories.shipping import CONNECTOR, ShipmentFactory, publish_shipping_provider
from tests.shipping.test_tracking import S, told

KEY = "trolley-webhook-key-0123456789"


@pytest.fixture
def shipment(tenant):
    properties = {**CONNECTOR["properties"], "WebhookKey": KEY}
    connector = make_connector(tenant, "trolley", **{**CONNECTOR, "properties": properties})
    provider = publish_shipping_provider(tenant, name="Trolley", connector=connector)
    return ShipmentFactory(
        tenant=tenant, provider=provider, state="booked", consignment="C-7", parcels=["P-7"]
    )


def now(shipment: Shipment) -> str:
    return Shipment.objects.get(pk=shipment.pk).tracking_state


def test_a_signed_webhook_moves_the_shipment_on_once(shipment):
    body = json.dumps(
        {
            "id": "w1",
            "consignment": "C-7",
            "events": [{"id": "1", "state": "moving", "at": "2026-11-20T10:00:00Z"}],
        }
    ).encode()
    signature = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    for _ in range(2):
        answer = Client().post(
            f"/webhooks/{shipment.connector.webhook_token}/",
            body,
            content_type="application/json",
            headers={"X-Trolley-Signature": signature},
        )
        assert answer.status_code == 200
        work_off_due()
    assert now(shipment) == "in_transit"
    assert shipment.tracking.count() == 1
    assert InboundWebhook.objects.get().state == "done"
    messages = Event.objects.filter(order_id=shipment.order_id).values_list("message", flat=True)
    assert list(messages) == [f"{shipment}: In transit (scan)"]


@pytest.mark.parametrize("known_by", ["reference", "consignment", "parcel"])
def test_a_shipment_is_known_by_whatever_the_carrier_names(shipment, known_by):
    named = {
        "reference": {"reference": shipment.reference},
        "consignment": {"provider_id": "C-7"},
        "parcel": {"provider_id": ""},
    }[known_by]
    parcel = "P-7" if known_by == "parcel" else ""
    data = {"tracking": [told(S.DELIVERED, 1, parcel)]}
    take(shipment.connector, WebhookEvent(id="w", type="scan", data=data, **named))
    assert now(shipment) == "delivered"


def test_shipments_of_another_connector_are_out_of_reach(shipment, tenant):
    other = publish_shipping_provider(tenant, name="Other", options=[{"name": "other"}]).connector
    event = WebhookEvent(id="w", type="scan", provider_id="C-7", data={"tracking": [told(S.DELIVERED, 1)]})
    with pytest.raises(UnknownShipment, match="no shipment is known as C-7"):
        take(other, event)
    assert now(shipment) == ""


def test_an_event_without_tracking_changes_nothing(shipment):
    take(shipment.connector, WebhookEvent(id="w", type="invoice", provider_id="unknown"))
    assert now(shipment) == ""
