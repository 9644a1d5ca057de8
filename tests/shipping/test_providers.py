"""Shipping providers: drafts, publications, and which option an order means."""

import pytest
from django.core.exceptions import ValidationError

from connectors.publishing import PublishRefused, publish, retire
from connectors.references import references
from connectors.runtime import runtime
from connectors.versions import roll_back
from shipping.models import Shipment, ShipmentOption
from shipping.providers import KIND, UnknownShippingOption, default_offers, find_offer
from tenants.models import InUse, usages
from tests.factories.connectors import make_connector
from tests.factories.shipping import (
    ShipmentFactory,
    ShipmentOptionFactory,
    ShippingProviderFactory,
    make_warehouse,
    publish_shipping_provider,
)
from tests.factories.tenants import MarketFactory


def live(tenant):
    return runtime(tenant.pk)


def codes(provider) -> set[str]:
    """What publishing the draft finds."""
    with pytest.raises(PublishRefused) as refused:
        publish(provider)
    return {finding.code for finding in refused.value.findings}


def test_only_what_is_published_runs(tenant):
    provider = publish_shipping_provider(tenant, name="Post", properties={"Alert": "sms"})
    ShipmentOption.objects.update(product="9999")
    (found,) = live(tenant).of(KIND).values()
    assert (found.id, found.name, dict(found.properties)) == (provider.pk, "Post", {"Alert": "sms"})
    (option,) = found.options
    assert (option.name, option.label, option.product, option.package.weight) == (
        "home",
        "home",
        "5600",
        1200,
    )
    publish(provider)
    assert find_offer(live(tenant), "HOME", "NOR").option.product == "9999"


def test_an_option_serves_the_markets_of_its_provider(tenant):
    norway = MarketFactory(tenant=tenant, code="NOR")
    publish_shipping_provider(tenant, name="Post", markets=[norway])
    assert find_offer(live(tenant), "home", "nor").provider.name == "Post"
    with pytest.raises(UnknownShippingOption, match="does not serve market SWE; available there: none"):
        find_offer(live(tenant), "home", "SWE")


def test_an_option_whose_connector_is_retired_is_not_offered(tenant):
    provider = publish_shipping_provider(tenant, options=[{"name": "home", "is_default": True}])
    assert default_offers(live(tenant), "NOR")
    retire(provider.connector)
    assert default_offers(live(tenant), "NOR") == []
    with pytest.raises(UnknownShippingOption):
        find_offer(live(tenant), "home", "NOR")


def test_a_retired_provider_takes_no_new_orders_and_ends_what_it_began(tenant):
    provider = publish_shipping_provider(tenant)
    retire(provider)
    with pytest.raises(UnknownShippingOption):
        find_offer(live(tenant), "home", "NOR")
    assert provider.pk in live(tenant).of(KIND, retired=True)


class TestChecks:
    def test_its_connector_is_a_published_carrier(self, tenant):
        wrong = ShippingProviderFactory(tenant=tenant, connector=make_connector(tenant, "webhook"))
        assert "provider" in codes(wrong)
        assert "connector" in codes(ShippingProviderFactory(tenant=tenant, options=[{"name": "home"}]))

    def test_there_are_options_and_a_market(self, tenant):
        provider = publish_shipping_provider(tenant)
        ShipmentOption.objects.all().delete()
        provider.valid_on_markets.add(MarketFactory(tenant=tenant, is_active=False))
        assert codes(provider) == {"options", "markets"}

    def test_a_market_has_each_name_once(self, tenant):
        norway, sweden = (MarketFactory(tenant=tenant, code=code) for code in ("NOR", "SWE"))
        publish_shipping_provider(tenant, name="Post", markets=[norway], options=[{"name": "Home"}])
        publish_shipping_provider(tenant, name="Bud", markets=[sweden])
        third = publish_shipping_provider(tenant, name="Van", markets=[sweden], options=[{"name": "van"}])
        ShipmentOption.objects.filter(provider=third).update(name="HOME")
        with pytest.raises(
            PublishRefused, match="Bud has an option home on a market of this one: rename one"
        ):
            publish(third)
        third.valid_on_markets.clear()
        with pytest.raises(PublishRefused, match=r"Bud has .*Post has an option Home"):
            publish(third)

    def test_a_market_has_one_default(self, tenant):
        default = {"name": "home", "is_default": True}
        publish_shipping_provider(tenant, name="Post", options=[default])
        second = publish_shipping_provider(tenant, name="Bud", options=[{"name": "bud"}, {"name": "night"}])
        ShipmentOption.objects.filter(provider=second, name="bud").update(is_default=True)
        with pytest.raises(PublishRefused, match="on the same market: bud, home of Post"):
            publish(second)
        ShipmentOption.objects.filter(name="home").update(is_default=False)
        publish(ShipmentOption.objects.get(name="home").provider)
        ShipmentOption.objects.filter(provider=second).update(is_default=True)
        assert codes(second) == {"defaults"}

    def test_the_default_needs_nothing_that_an_order_would_have_to_tell(self, tenant):
        provider = publish_shipping_provider(tenant)
        ShipmentOption.objects.update(is_default=True, service_point_required=True, weight=0)
        assert codes(provider) == {"default_point", "default_weight"}

    def test_a_store_that_is_switched_off_is_a_warning(self, tenant):
        store = make_warehouse(tenant)
        provider = publish_shipping_provider(tenant, options=[{"name": "home", "store": store}])
        store.is_active = False
        store.save()
        provider.name = "Other"
        provider.save()
        with pytest.raises(PublishRefused, match="OSL is switched off"):
            publish(provider, confirmed=())
        assert publish(provider, confirmed=["store"]).number == 2

    def test_another_account_is_not_published_while_shipments_of_the_old_one_are_open(self, tenant):
        provider = publish_shipping_provider(tenant, name="Post")
        connector = provider.connector
        shipment = ShipmentFactory(tenant=tenant, provider=provider, state="booked", consignment="7")
        connector.authentication.merchant_id = "another"
        connector.authentication.save()
        with pytest.raises(
            PublishRefused, match="Merchant ID changed while 1 shipments of the old account are open"
        ):
            publish(connector)
        Shipment.objects.filter(pk=shipment.pk).update(tracking_state="delivered")
        assert publish(connector).number == 2


class TestRollBack:
    def test_it_restores_the_draft_with_its_options_and_markets(self, tenant):
        norway, sweden = (MarketFactory(tenant=tenant, code=code) for code in ("NOR", "SWE"))
        store = make_warehouse(tenant)
        options = [{"name": "home", "services": ["A", "B"], "store": store}, {"name": "mailbox"}]
        provider = publish_shipping_provider(tenant, name="Post", markets=[norway], options=options)
        before = provider.live.document
        home = ShipmentOption.objects.get(name="home")
        provider.name = "Bud"
        provider.save()
        provider.valid_on_markets.set([sweden])
        ShipmentOption.objects.filter(name="home").update(services=[], store=None, product="1")
        ShipmentOption.objects.get(name="mailbox").delete()
        ShipmentOptionFactory(provider=provider, name="night")

        roll_back(provider, 1)
        provider.refresh_from_db()
        assert publish(provider).number == 1
        assert (provider.name, list(provider.valid_on_markets.all())) == ("Post", [norway])
        restored = ShipmentOption.objects.get(name="home")
        assert (restored.pk, restored.services, restored.store) == (home.pk, ["A", "B"], store)
        assert before == provider.live.document
        assert [row.name for row in home.history.all()][:2] == ["home", "home"]

    def test_it_refuses_what_is_gone(self, tenant):
        provider = publish_shipping_provider(
            tenant, options=[{"name": "home", "store": make_warehouse(tenant)}]
        )
        ShipmentOption.objects.update(store=None)
        type(make_warehouse(tenant, "B")).objects.filter(code="OSL").update(code="GONE")
        with pytest.raises(ValidationError, match="There is no store OSL any more"):
            roll_back(provider, 1)


class TestUse:
    def test_connectors_know_the_providers_that_use_them(self, tenant):
        provider = publish_shipping_provider(tenant, name="Post")
        found = references(live(tenant))
        assert [(item.where, item.object_id) for item in found if item.object_id] == [
            ("Shipping provider Post", provider.connector_id)
        ]
        assert "shipping provider Post" in usages(provider.connector)
        ShipmentFactory(tenant=tenant, provider=provider)
        assert "shipments" in usages(provider.connector)

    def test_markets_and_stores_are_kept_while_a_draft_or_a_publication_names_them(self, tenant):
        market, store = MarketFactory(tenant=tenant, code="NOR"), make_warehouse(tenant)
        provider = publish_shipping_provider(
            tenant, name="Post", markets=[market], options=[{"name": "home", "store": store}]
        )
        assert usages(market) == [
            "shipping provider Post (Valid On Markets)",
            "shipping provider Post, published (Valid On Markets)",
        ]
        provider.valid_on_markets.clear()
        ShipmentOption.objects.update(store=None)
        for row, words in ((market, "published"), (store, "option home of Post, published")):
            with pytest.raises(InUse, match=words):
                row.delete()

    def test_a_store_that_sent_something_is_kept(self, tenant):
        store = make_warehouse(tenant)
        ShipmentFactory(tenant=tenant, store=store)
        with pytest.raises(InUse, match="shipments"):
            store.delete()
