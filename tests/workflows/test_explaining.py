"""Explain: the page and the API tell what the engine would choose, and why not the others."""

from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from connectors.explaining import explain
from connectors.resolution import ResolutionError
from connectors.runtime import forget
from tenants.models import ApiKey, MarketGroup, Role
from tenants.scoping import tenant_scope
from tests.connectors_config.test_resolution import GROUPS, MARKETS, connector, find
from tests.factories.connectors import publish_connector
from tests.factories.tenants import MarketFactory, MembershipFactory, StoreFactory
from tests.factories.workflows import OrderFactory, make_shop

STEPS = [{"name": "ExportOrder", "connector": "Webhook"}, {"name": "CapturePayments"}]
API = "/api/v1/resolution/"


def some(random, items):
    return frozenset(item for item in items if random.random() < 0.3)


def candidate(random, number):
    return connector(
        number,
        name=random.choice(["Stripe", "Stripe", "Klarna"]),
        connector_id=random.choice(["", "a", f"c{number}"]),
        enabled_markets=some(random, MARKETS),
        disabled_markets=some(random, MARKETS),
        enabled_market_groups=some(random, GROUPS),
        store=random.choice(["", "", "osl"]),
        retired=random.random() < 0.1,
    )


def test_it_tells_what_resolve_chooses_and_a_reason_for_every_other():
    random = Random(7)
    for _ in range(1_000):
        candidates = [candidate(random, number) for number in range(random.randint(0, 5))]
        asked = {
            "connector_id": random.choice(["", "", "a"]),
            "market_groups": some(random, GROUPS),
            "store": random.choice(["", "OSL"]),
        }
        told = explain(candidates, name="Stripe", market="NOR", **asked)
        try:
            found = find(candidates, **asked)
        except ResolutionError as error:
            assert told.resolution is None and told.error == str(error)
            assert not any(item.chosen for item in told.candidates)
        else:
            assert told.resolution == found
            assert [item.connector for item in told.candidates if item.chosen] == [found.connector]
        assert len(told.candidates) == len(candidates) and all(item.reason for item in told.candidates)


@pytest.fixture
def shop(db):
    shop = make_shop(statuses={"New": {}, "Ship": {"steps": STEPS}})
    group = MarketGroup.objects.create(tenant=shop.tenant, code="NORDIC", name="Nordic")
    shop.market.groups.add(group)
    MarketFactory(tenant=shop.tenant, code="SWE")
    forget(shop.tenant.pk)
    publish_connector(shop.tenant, connector_id="world")
    publish_connector(shop.tenant, connector_id="north", enabled_market_groups=["NORDIC"])
    publish_connector(shop.tenant, connector_id="sweden", enabled_markets=["SWE"])
    return shop


def page(shop, role=Role.VIEWER, **asked):
    client = Client()
    client.force_login(MembershipFactory(tenant=shop.tenant, role=role).user)
    return client.get(reverse("admin:workflows-resolution"), asked)


def test_the_page_answers_for_a_step_and_an_order(shop):
    order = OrderFactory(tenant=shop.tenant, market=shop.market, number="N-7")
    answer = page(shop, step="Online/Ship/1", order="N-7")
    told = answer.context["told"]
    assert (told.resolution.connector.connector_id, told.resolution.rule) == ("north", "market_group")
    reasons = {
        row["candidate"].connector.connector_id: row["candidate"].reason for row in answer.context["rows"]
    }
    assert "comes before" in reasons["world"] and reasons["sweden"] == "is enabled for swe only"
    shown = answer.content.decode()
    assert "is enabled for market group nordic" in shown and f"order {order.number}" in shown


def test_a_step_of_payments_is_said_to_resolve_nothing(shop):
    assert (
        "each payment of the order was made with"
        in page(shop, step="Online/Ship/2", market="NOR").content.decode()
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"order": "N-404", "name": "Webhook"}, "There is no order"),
        ({"market": "NOR"}, "Choose a step, a Connector or a ConnectorId"),
        ({"name": "Webhook"}, "Choose a market, or an order"),
        ({"name": "Nobody", "market": "NOR"}, "no published connector is called nobody"),
    ],
)
def test_what_cannot_be_answered_is_told_at_its_field(shop, asked, words):
    assert words in page(shop, **asked).content.decode()


def test_only_members_ask(shop):
    outsider = make_shop().tenant
    with tenant_scope(outsider):
        OrderFactory(tenant=outsider, number="X-1")
    assert "There is no order" in page(shop, name="Webhook", order="X-1").content.decode()


def test_the_api_answers_the_same(shop):
    store = StoreFactory(tenant=shop.tenant, code="OSL")
    _, plain = ApiKey.issue(shop.tenant, "erp", ["orders:read"])
    client = Client(headers={"Authorization": f"Bearer {plain}"})
    found = client.get(API, {"name": "webhook", "market": "nor", "store": store.code}).json()
    assert (found["chosen"]["connector_id"], found["rule"]) == ("north", "market_group")
    assert found["market_groups"] == ["nordic"] and len(found["candidates"]) == 3
    assert client.get(API, {"step": "Online/Ship/9", "market": "NOR"}).json()["errors"][0]["field"] == "step"
    assert client.get(API, {"nmae": "x"}).status_code == 400
    assert client.get(API, {"step": "Online/Ship/2", "market": "NOR"}).json()["chosen"] is None
