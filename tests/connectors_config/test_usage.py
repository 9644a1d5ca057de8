import pytest
from django.db import models, transaction

from connectors.models import Connector
from connectors.publishing import publish
from connectors.usage import refuse_deletion
from tenants.models import InUse, Market, MarketGroup, Store
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector
from tests.factories.tenants import MarketFactory, MarketGroupFactory, StoreFactory, TenantFactory


@pytest.fixture
def connector(tenant):
    MarketFactory(tenant=tenant, code="NOR")
    MarketFactory(tenant=tenant, code="SWE")
    MarketGroupFactory(tenant=tenant, code="NORDIC")
    StoreFactory(tenant=tenant, code="Oslo")
    connector = make_connector(
        tenant,
        "acme",
        bearer_token=TOKEN,
        connector_id="A",
        enabled_markets=["NOR"],
        disabled_market_groups=["NORDIC"],
    )
    connector.properties.create(key="OrderPrimaryStore", value_type="Store", value="oslo")
    return connector


@pytest.mark.parametrize(
    ("model", "code", "place"),
    [
        (Market, "NOR", "connector Acme (A) (Enabled For Markets)"),
        (MarketGroup, "NORDIC", "connector Acme (A) (Disabled For Market Groups)"),
        (Store, "Oslo", "connector Acme (A) (property OrderPrimaryStore)"),
    ],
)
def test_what_a_draft_uses_is_not_deleted_and_the_refusal_says_where(connector, model, code, place):
    row = model.objects.get(code=code)
    for delete in (row.delete, model.objects.filter(code=code).delete):
        with pytest.raises(InUse) as caught, transaction.atomic():
            delete()
        assert place in caught.value.messages[0]
    assert model.objects.filter(code=code).exists()


def test_what_only_the_published_version_uses_is_not_deleted_either(connector):
    publish(connector)
    connector.markets.enabled_markets.clear()
    connector.properties.all().delete()
    for model, code in ((Market, "NOR"), (Store, "Oslo")):
        with pytest.raises(InUse, match="published"):
            model.objects.get(code=code).delete()


def test_what_nobody_uses_is_deleted(connector):
    Market.objects.get(code="SWE").delete()
    assert not Market.objects.filter(code="SWE").exists()


def test_another_tenants_use_of_the_same_code_does_not_matter(connector):
    other = TenantFactory()
    with tenant_scope(other):
        MarketFactory(tenant=other, code="NOR").delete()


def test_a_draft_that_was_never_published_is_deleted(connector):
    connector.delete()
    assert not Connector.objects.exists()


def test_a_connector_that_was_published_is_retired_instead(connector):
    publish(connector)
    for delete in (Connector.objects.get().delete, Connector.objects.all().delete):
        with pytest.raises(InUse, match="Retire it"), transaction.atomic():
            delete()


def test_every_guarded_model_is_guarded():
    guarded = {
        sender
        for sender in (Market, MarketGroup, Store, Connector)
        if any(
            receiver is refuse_deletion for receiver in models.signals.pre_delete._live_receivers(sender)[0]
        )
    }
    assert guarded == {Market, MarketGroup, Store, Connector}
