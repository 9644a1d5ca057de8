"""The pages of payments: to look at, never to edit."""

import pytest

from connectors.contracts.payment import State
from payments import ledger
from payments.news import from_event
from tenants.scoping import tenant_scope
from tests.factories.payments import PaymentFactory
from tests.factories.tenants import TenantFactory
from tests.payments.pages import PAYMENTS, person, text
from tests.payments.stories import event

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def client(tenant):
    return person(tenant)


@pytest.fixture
def payment(tenant):
    found = PaymentFactory(tenant=tenant)
    found.seal_token("pm_card_canary")
    found.save()
    told = event("e1", State.CAPTURED, authorized=39800, captured=39800, operation_id="ch_1")
    with tenant_scope(tenant):
        ledger.apply(found, from_event(told, "NOK"))
    return found


def test_the_orders_page_shows_its_payments(client, payment):
    shown = text(client.get(f"/admin/workflows/order/{payment.order_id}/change/"))
    assert "398.00 NOK" in shown
    assert f"{PAYMENTS}{payment.pk}/change/" in shown


def test_a_payment_is_shown_with_its_ledger_and_nothing_to_edit(client, payment):
    shown = text(client.get(f"{PAYMENTS}{payment.pk}/change/"))
    for wanted in (
        "398.00 NOK",
        "Captured",
        "Capture",
        "webhook:test.captured",
        payment.reference,
        "pi_2",
    ):
        assert wanted in shown
    assert "pm_card_canary" not in shown
    assert payment.token_sealed not in shown
    assert 'name="_save"' not in shown
    assert client.post(f"{PAYMENTS}{payment.pk}/change/", {"state": "refunded"}).status_code == 403
    assert client.get(f"{PAYMENTS}add/").status_code == 403


@pytest.mark.parametrize("wanted", ["number", "reference", "provider_id"])
def test_a_payment_is_found_by_what_staff_have_at_hand(client, payment, wanted):
    term = payment.order.number if wanted == "number" else getattr(payment, wanted)
    other = PaymentFactory(tenant=payment.tenant)
    shown = text(client.get(PAYMENTS, {"q": f" {term} "}))
    assert f"{PAYMENTS}{payment.pk}/change/" in shown
    assert f"{PAYMENTS}{other.pk}/change/" not in shown


def test_the_list_costs_the_same_statements_for_any_number(client, payment, django_assert_max_num_queries):
    for _ in range(5):
        PaymentFactory(tenant=payment.tenant, method=payment.method)
    with django_assert_max_num_queries(12):
        text(client.get(PAYMENTS))
