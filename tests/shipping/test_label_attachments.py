"""Labels that go along with a mail."""

import pytest

from connectors.errors import Misconfigured
from shipping.attaching import labels
from shipping.models import Label
from tenants.scoping import tenant_scope
from tests.factories.shipping import ShipmentFactory
from workflows.notifications import attaching


@pytest.mark.django_db
def test_labels_of_shipments_and_returns_without_cancelled_ones(monkeypatch):
    first = ShipmentFactory(consignment="7031/1", position=1)
    with tenant_scope(first.tenant):
        rest = {
            "tenant": first.tenant,
            "order": first.order,
            "provider": first.provider,
            "connector": first.connector,
        }
        back = ShipmentFactory(**rest, position=2, is_return=True, consignment="R1")
        gone = ShipmentFactory(**rest, position=3, state="cancelled")
        for shipment in (first, back, gone):
            Label.objects.create(shipment=shipment, content=b"%PDF", content_type="application/pdf")

        def names(kind, shipment=""):
            return [item.name for item in attaching.labels_of(first.order_id, shipment, kind)]

        assert names("All") == ["label-7031-1.pdf", "return-label-R1.pdf"]
        assert names("Returns") == ["return-label-R1.pdf"]
        assert names("Shipments", first.reference) == ["label-7031-1.pdf"]
        assert names("None") == []
        with pytest.raises(Misconfigured, match="let PrintShippingLabel run before"):
            names("Returns", first.reference)
        monkeypatch.setattr(attaching, "MOST_BYTES", 3)
        with pytest.raises(Misconfigured, match="a mail takes at most"):
            names("All")
        assert labels(first.order_id, "", "All")[0].content == b"%PDF"
