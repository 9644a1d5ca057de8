"""Shipments in the admin: looked at, printed, never changed."""

import pytest

from connectors.contracts.shipping import Label as Made
from shipping import labels
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.shipping import ShipmentFactory
from tests.factories.tenants import TenantFactory
from tests.payments.pages import person, text
from tests.shipping.carrier import PDF
from tests.shipping.test_tracking import S, hear, told

SHIPMENTS = "/admin/shipping/shipment/"


@pytest.fixture
def tenant(db):
    """Not in scope: the pages have to enter it themselves."""
    return TenantFactory()


@pytest.fixture
def shipment(tenant):
    """Booked, labelled and on its way."""
    return labelled(tenant)


def labelled(tenant):
    with tenant_scope(tenant):
        made = ShipmentFactory(
            tenant=tenant,
            state="booked",
            consignment=f"CONS-{tenant.pk}",
            parcels=[f"PARCEL-{tenant.pk}"],
            tracking_url="https://track.example/7",
        )
        labels.keep(made, Made(content=PDF), "step:1")
        return hear(made, told(S.IN_TRANSIT, 1))


def test_a_shipment_shows_its_parcels_its_way_and_its_label(tenant, shipment):
    shown = text(person(tenant).get(f"{SHIPMENTS}{shipment.pk}/change/"))
    for words in (
        shipment.consignment,
        f"PARCEL-{tenant.pk}",
        "raw in_transit",
        f"{SHIPMENTS}{shipment.pk}/label/",
    ):
        assert words in shown
    assert 'href="https://track.example/7"' in shown


def test_a_tracking_page_that_is_none_is_no_link(tenant, shipment):
    shipment.tracking_url = "javascript:alert(1)"
    shipment.save()
    assert 'href="javascript' not in text(person(tenant).get(f"{SHIPMENTS}{shipment.pk}/change/"))


def test_the_label_is_the_stored_file(tenant, shipment):
    answer = person(tenant, Role.OPERATOR).get(f"{SHIPMENTS}{shipment.pk}/label/")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF, "application/pdf")
    assert (
        answer["Content-Disposition"] == f'inline; filename="{shipment.order.number}-{shipment.position}.pdf"'
    )


def test_who_may_not_see_people_prints_no_addresses(tenant, shipment):
    viewer = person(tenant, Role.VIEWER)
    assert viewer.get(f"{SHIPMENTS}{shipment.pk}/label/").status_code == 403
    assert f"{SHIPMENTS}{shipment.pk}/label/" not in text(viewer.get(f"{SHIPMENTS}{shipment.pk}/change/"))


def test_a_shipment_without_label_has_nothing_to_print(tenant):
    bare = ShipmentFactory(tenant=tenant)
    client = person(tenant)
    assert client.get(f"{SHIPMENTS}{bare.pk}/label/").status_code == 404
    assert "none yet" in text(client.get(f"{SHIPMENTS}{bare.pk}/change/"))


def test_another_tenants_shipments_are_not_found(tenant, shipment):
    other = TenantFactory()
    theirs = labelled(other)
    client = person(tenant)
    assert client.get(f"{SHIPMENTS}{theirs.pk}/change/").status_code == 404
    assert client.get(f"{SHIPMENTS}{theirs.pk}/label/").status_code == 404
    listed = text(client.get(SHIPMENTS))
    assert shipment.consignment in listed
    assert theirs.consignment not in listed


@pytest.mark.parametrize("what", ["order", "reference", "consignment", "parcel"])
def test_shipments_are_found_by_what_people_hold_in_their_hands(tenant, shipment, what):
    ShipmentFactory(tenant=tenant, consignment="another")
    term = {
        "order": shipment.order.number,
        "reference": shipment.reference,
        "consignment": shipment.consignment,
        "parcel": f"PARCEL-{tenant.pk}",
    }[what]
    listed = text(person(tenant).get(SHIPMENTS, {"q": term}))
    assert shipment.consignment in listed
    assert "another" not in listed


def test_nobody_changes_or_deletes(tenant, shipment):
    client = person(tenant)
    assert client.get(f"{SHIPMENTS}add/").status_code == 403
    assert client.post(f"{SHIPMENTS}{shipment.pk}/change/", {"state": "draft"}).status_code == 403
    assert client.get(f"{SHIPMENTS}{shipment.pk}/delete/").status_code == 403


def test_the_orders_page_has_a_panel_of_shipments(tenant, shipment):
    shown = text(person(tenant).get(f"/admin/workflows/order/{shipment.order.pk}/change/"))
    assert shipment.consignment in shown
