"""Several processes that hear of one parcel at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from connectors.contracts.common import WebhookEvent
from shipping.models import Shipment
from shipping.webhooks import take
from tenants.scoping import tenant_scope
from tests.factories.shipping import ShipmentFactory
from tests.shipping.test_tracking import S, told

NEWS = [
    WebhookEvent(id=f"w{hour}", type="scan", provider_id="C-7", data={"tracking": [told(state, hour)]})
    for hour, state in enumerate([S.PRE_TRANSIT, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED])
]


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_scans_told_of_at_once_and_twice_each_count_once():
    shipment = ShipmentFactory(state="booked", consignment="C-7", parcels=["P-7"])
    start, failures = Barrier(2 * len(NEWS)), []

    def hear(item):
        try:
            with tenant_scope(shipment.tenant_id):
                start.wait()
                take(shipment.connector, item)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=hear, args=(item,)) for item in NEWS * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with tenant_scope(shipment.tenant_id):
        found = Shipment.objects.get()
        assert (found.tracking_state, found.tracking.count()) == ("delivered", 4)
