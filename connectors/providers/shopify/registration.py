"""Webhook subscriptions of a shop: one for each topic. They are signed with the app's own secret, so that none is told.

Shopify deletes a subscription after eight failed deliveries, which is why somebody has to look whether they still stand.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contracts.base import reading
from connectors.contracts.webhooks import (
    WebhookRegistrar,
    WebhookRegistration,
    WebhookRequest,
    WebhookState,
    state_of,
)
from connectors.errors import RetryLater, Unknown
from connectors.providers.shopify import catalog_queries as queries
from connectors.providers.shopify.graphql import Json, ShopifyApi
from connectors.providers.shopify.payments import number_of
from connectors.providers.shopify.webhooks import SUBSCRIBED


class Registration(ShopifyApi, WebhookRegistrar):
    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        """Subscribe to what is missing; what is there stays."""
        there = self._there(wanted)
        for topic in SUBSCRIBED:
            if topic not in there:
                there[topic] = self._subscribe(topic, wanted.url)
        return WebhookRegistration(state=WebhookState.ACTIVE, external_id=",".join(there.values()))

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        there = self._there(wanted)
        if not there:
            return WebhookRegistration(state=WebhookState.MISSING)
        missing = tuple(topic for topic in SUBSCRIBED if topic not in there)
        return WebhookRegistration(
            state=state_of(missing), external_id=",".join(there.values()), missing=missing
        )

    def _subscribe(self, topic: str, url: str) -> str:
        asked = {"topic": _enum(topic), "webhookSubscription": {"uri": url, "format": "JSON"}}
        made = self.tell(queries.SUBSCRIBE, keyed=False, **asked)["webhookSubscriptionCreate"]
        with reading("Shopify's webhook subscription", Unknown):
            return number_of(made["webhookSubscription"]["id"])

    def _there(self, wanted: WebhookRequest) -> dict[str, str]:
        """Numbers of this address's subscriptions by topic."""
        named = {_enum(topic): topic for topic in SUBSCRIBED}
        with reading("Shopify's webhook subscriptions", RetryLater):
            mine = [item for item in self._subscriptions() if item["uri"] == wanted.url]
            return {named[item["topic"]]: number_of(item["id"]) for item in mine if item["topic"] in named}

    def _subscriptions(self) -> Iterator[Json]:
        after = None
        while True:
            page = self.ask(queries.WEBHOOKS, after=after)["webhookSubscriptions"]
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def _enum(topic: str) -> str:
    return topic.replace("/", "_").upper()
