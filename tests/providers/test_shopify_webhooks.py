"""Shopify's webhooks beyond what every vendor's have to show: headers of both kinds, and whose shop it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Rejected
from connectors.providers.shopify import Shopify
from tenants.secret_value import SecretValue
from tests.providers.shopify_shapes import delivered, hook, rest

SECRET = [SecretValue("shpss_2hTz0Yb9nordstore")]


def signed(inbound: Inbound) -> Inbound:
    headers = Shopify.webhook.sign(inbound.body, SECRET, now=0)
    return replace(
        inbound, headers={**inbound.headers, **{name.lower(): value for name, value in headers.items()}}
    )


def renamed(inbound: Inbound) -> Inbound:
    """With the headers of newer subscriptions."""
    return replace(
        inbound, headers={name.removeprefix("x-"): value for name, value in inbound.headers.items()}
    )


def test_headers_with_and_without_their_x() -> None:
    inbound = signed(delivered(rest(), "orders/updated"))
    for given in (inbound, renamed(inbound)):
        Shopify.webhook.verify(given, SECRET, 0)
        [event] = hook(given)
        assert (event.id, event.type, event.data["order"].number) == ("w-1", "orders/updated", "1001")


@pytest.mark.parametrize("missing", ["topic", "shop-domain", "api-version", "webhook-id", "hmac-sha256"])
def test_a_delivery_without_one_of_its_headers_is_refused(missing: str) -> None:
    for inbound in (signed(delivered(rest())), renamed(signed(delivered(rest())))):
        headers = {name: value for name, value in inbound.headers.items() if not name.endswith(missing)}
        with pytest.raises(BadSignature, match="is missing"):
            Shopify.webhook.verify(replace(inbound, headers=headers), SECRET, 0)


def test_an_empty_body_is_refused_although_it_is_signed() -> None:
    with pytest.raises(BadSignature, match="empty"):
        Shopify.webhook.verify(signed(delivered(b"")), SECRET, 0)


@pytest.mark.parametrize("domain", ["other.myshopify.com", "nordstore.myshopify.com.evil.example"])
def test_another_shop_is_not_listened_to(domain: str) -> None:
    """One app may serve several shops, and then signs for all of them with one secret."""
    with pytest.raises(Rejected, match=r"not from nordstore\.myshopify\.com"):
        hook(delivered(rest(), Shop_Domain=domain))
    assert hook(delivered(rest(), Shop_Domain="NordStore.myshopify.com"))


@pytest.mark.parametrize(
    "topic", ["orders/create", "orders/updated", "orders/cancelled", "orders/paid", "orders/fulfilled"]
)
def test_topics_whose_body_is_the_order(topic: str) -> None:
    [event] = hook(delivered(rest(), topic))
    assert event.data["order"].external_id == event.provider_id == "9001"
    assert event.occurred_at == event.data["order"].modified_at


@pytest.mark.parametrize("topic", ["orders/edited", "orders/delete", "refunds/create", "app/uninstalled"])
def test_other_topics_are_known_and_change_nothing(topic: str) -> None:
    [event] = hook(delivered({"id": 9001}, topic))
    assert (event.type, event.provider_id, event.data) == (topic, "9001", {})


def test_the_connectors_field_mapping_holds_for_webhooks_too() -> None:
    [event] = hook(delivered(rest()), field_mapping=(("Brand", "vendor"),))
    assert event.data["order"].lines[0].properties == {"Brand": "Nordstrikk"}


def test_the_shops_customer_is_kept_under_the_connectors_id() -> None:
    [event] = hook(delivered(rest()), connector_id="shop-no")
    assert event.data["order"].customer.external_ids == {"shop-no": "6001"}
