"""What payments need stays: markets and connectors in use, and tokens when the encryption key changes."""

import pytest
from django.core.management import call_command

from connectors.errors import Rejected, Unknown
from payments.models import Payment
from payments.publish_checks import open_payments
from tenants.models import InUse, usages
from tenants.scoping import tenant_scope
from tests.factories.payments import PaymentFactory
from tests.factories.tenants import MarketFactory

pytestmark = pytest.mark.django_db


def test_a_market_of_a_payment_method_is_not_deleted(payment):
    market = MarketFactory(tenant=payment.tenant, code="NOR")
    payment.method.valid_on_markets.add(market)
    with pytest.raises(InUse, match=f"payment method {payment.method.name}"):
        market.delete()


def test_a_connector_tells_who_uses_it(payment):
    assert usages(payment.connector) == [f"payment method {payment.method.name}", "payments"]


def test_tokens_are_sealed_anew_with_the_newest_key(settings):
    sealed, bare = PaymentFactory(), PaymentFactory()
    sealed.seal_token("pm_card_visa")
    sealed.save()
    settings.CROSSDOCK_ENCRYPTION_KEYS = [("newest", b"n" * 32), *settings.CROSSDOCK_ENCRYPTION_KEYS]
    call_command("rotate_keys")
    with tenant_scope(sealed.tenant):
        found = Payment.objects.get(pk=sealed.pk)
        assert found.token_sealed.startswith("v1:newest:")
        assert found.open_token().reveal() == "pm_card_visa"
    with tenant_scope(bare.tenant):
        assert Payment.objects.get(pk=bare.pk).token_sealed == ""


def test_a_payment_whose_authorisation_was_lost_keeps_the_account(stage):
    """It would be looked for, not found, and reserved once more with the new one."""
    payment = stage.pay("card")
    assert open_payments(payment.connector) == 0
    stage.run("AuthorizePayment", Unknown("no answer"))
    assert open_payments(payment.connector) == 1
    stage.run("AuthorizePayment", Rejected("no money"))
    assert open_payments(payment.connector) == 0
