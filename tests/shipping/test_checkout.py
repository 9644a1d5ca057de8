"""Options at checkout: live, cached, failed; the merchant's prices; accounts; delivery checkouts."""

from decimal import Decimal

import pytest

from connectors.calls import CallContext
from connectors.gateways.publication import publish_with_connector
from connectors.publishing import publish
from connectors.runtime import runtime
from eventlog.models import Event
from shipping.api.visits import read_visit
from shipping.checkout import asking, memory
from shipping.checkout.asking import Source, ask
from shipping.checkout.questions import questions_of
from shipping.models import Shipment, ShippingAccount
from shipping.prices import PriceRules, read_prices, read_thresholds
from tenants.money import Money
from tests.api.conftest import Api, fields
from tests.factories.connectors import make_connector
from tests.factories.shipping import CONNECTOR, publish_shipping_provider
from tests.faultserver import answer, hang

BERGEN = {"postal_code": "5014", "city": "Bergen", "country": "no"}
PARCEL = {"name": "home", "get_price_from_provider": True, "tax_rate": "25", "get_service_points": True}


@pytest.fixture(autouse=True)
def nothing_remembered(db):
    memory.forget()
    yield
    asking.settle()
    memory.forget()


def asked(house, **values):
    body = {"market": house.made.market.code, "recipient": BERGEN, "store": "OSL", **values}
    reply = Api(house.tenant, "checkout:read").send("checkout/shipping-options/", body)
    assert reply.status_code == 200, reply.content
    return {item["shipping_option"]: item for item in reply.json()["options"]}


def test_one_answer_from_live_configured_and_dead_carriers(house, settings):
    settings.CROSSDOCK_EGRESS_ALLOW = [*settings.CROSSDOCK_EGRESS_ALLOW, "127.0.0.1/32:1"]
    house.carrier("caravan", "Caravan", options=[{**PARCEL, "profit_percent": "10"}])
    dead = [
        {"name": "dead", "get_price_from_provider": True, "prices": [{"currency": "NOK", "price": "79.00"}]}
    ]
    gone = make_connector(
        house.tenant, "caravan", **{**CONNECTOR, "host": "http://127.0.0.1:1", "connector_id": "gone"}
    )
    house.carrier("handcart", "Handcart", options=[{"name": "own van", "free_from": {"NOK": "500.00"}}])
    publish_shipping_provider(house.tenant, name="Gone", connector=gone, options=dead)
    house.depot.rates = [{"product": "5600", "price": "100.00"}]

    found = asked(house, cart={"id": "c", "total": "499.00"})

    home = found["home"]
    assert (home["source"], home["price"], home["tax"], home["delivery"]) == (
        "live",
        "137.50",
        "27.50",
        "2026-11-30",
    )
    assert home["pickup_points"][0]["name"] == "Kiosk in Bergen"
    assert (found["dead"]["source"], found["dead"]["price"]) == ("failed", "79.00")
    assert found["dead"]["reason"]
    assert (found["own van"]["source"], found["own van"]["available"]) == ("configured", False)
    assert Event.objects.filter(operation="options").count() >= 2


def test_what_a_carrier_said_stands_in_while_it_is_away_and_only_there(house):
    house.carrier("caravan", "Caravan", options=[PARCEL])
    house.depot.rates = [{"product": "5600", "price": "100.00"}]
    assert asked(house)["home"]["source"] == "live"
    house.depot.rate_faults = [answer(500)]
    memory.FRESH_FOR, before = -1.0, memory.FRESH_FOR
    try:
        again, heavier = asked(house)["home"], asked(house, packages=[{"weight": 9000}])["home"]
    finally:
        memory.FRESH_FOR = before
    assert (again["source"], again["price"]) == ("cached", "125.00")
    assert again["reason"]
    assert (heavier["source"], heavier["available"]) == ("failed", False)


def test_nobody_waits_beyond_the_deadline(house):
    house.carrier("caravan", "Caravan", options=[PARCEL])
    house.depot.rate_faults = [hang(effect=False)]
    visit = read_visit({"market": house.made.market.code, "recipient": BERGEN})
    calls = questions_of(runtime(house.tenant.pk), visit).calls
    replies = ask(calls, CallContext(), deadline_s=0.05)
    assert {reply.source for key, reply in replies.items() if key.startswith("rates")} == {Source.FAILED}


def test_a_product_that_the_carrier_does_not_bring_there_is_not_offered(house):
    house.carrier("caravan", "Caravan", options=[PARCEL])
    assert asked(house) == {}


def test_what_is_wrong_is_told_by_field(house):
    body = {"market": "ATLANTIS", "recipient": {"country": "XX"}, "currency": "ABC"}
    told = fields(Api(house.tenant).send("checkout/shipping-options/", body))
    assert set(told) == {"market", "recipient.country", "currency"}
    assert Api(house.tenant, "orders:read").send("checkout/shipping-options/", body).status_code == 403


def test_a_delivery_checkout_is_offered_and_its_choice_decides_who_books(house):
    bazaar = make_connector(house.tenant, "bazaar", host=house.url)
    house.carrier(options=[{"name": "door", "checkout_codes": ["bz-home"], "product": "5600"}])
    publish_shipping_provider(house.tenant, name="Bazaar", connector=bazaar, options=[{"name": "checkout"}])
    session = asked(house, shipping_options=["checkout"])["checkout"]["session"]
    assert session["widget"] == "<div id=bazaar></div>"
    order = house.order(shipments=[{"shipping_option": "checkout", "session": session["id"]}])
    assert "door books it" in house.ships(order, "Chosen")
    shipment = Shipment.objects.get()
    assert (shipment.option_name, shipment.connector.type) == ("door", "trolley")
    assert shipment.choice["order_id"] == "tos-1"
    assert "widget" not in str(shipment.choice)
    assert not Event.objects.filter(message__contains="id=bazaar").exists()
    assert house.ships(order).startswith("success")


def test_a_store_has_an_account_of_its_own_which_the_shipment_keeps(house):
    provider = house.carrier()
    market, store = house.made.market, house.warehouse
    of_market, of_store = (
        make_connector(house.tenant, "trolley", **{**CONNECTOR, "host": house.url, "connector_id": name})
        for name in ("for-market", "for-store")
    )
    for connector in (of_market, of_store):
        publish(connector)
    ShippingAccount.objects.create(provider=provider, market=market, connector=of_market)
    row = ShippingAccount.objects.create(provider=provider, store=store, connector=of_store)
    publish_with_connector(provider)
    first = house.order("A-1", shipments=[{"shipping_option": "home"}])
    row.delete()
    publish_with_connector(provider)
    house.order("A-2", shipments=[{"shipping_option": "home"}])
    house.ships(first)
    kept = dict(Shipment.objects.values_list("order__number", "connector__connector_id"))
    assert kept == {"A-1": "for-store", "A-2": "for-market"}
    assert Shipment.objects.get(order=first).account == "store OSL"


def test_prices_by_weight_free_shipping_and_tax():
    rules = PriceRules(
        prices=read_prices(
            [
                {"currency": "NOK", "price": "149.00"},
                {"currency": "NOK", "price": "99.00", "up_to": 5000},
                {"currency": "NOK", "price": "49.00", "up_to": 1000},
            ]
        ),
        free_from=read_thresholds({"NOK": "1000.00"}),
        tax_rate=Decimal(25),
    )
    nok = lambda amount: Money.of(amount, "NOK")  # noqa: E731
    assert [rules.configured("NOK", grams) for grams in (1000, 1001, 5001)] == [
        nok("49"),
        nok("99"),
        nok("149"),
    ]
    assert rules.configured("SEK", 1) is None
    assert [rules.is_free(nok(amount)) for amount in ("999.99", "1000")] == [False, True]
    assert not rules.is_free(Money.of("5000", "SEK"))
    assert rules.tax_in(nok("99.99")) == nok("20.00")
    assert rules.of_carrier(nok("80"), tax_included=True) == nok("80")
    assert rules.of_carrier(nok("80"), tax_included=False) == nok("100")
