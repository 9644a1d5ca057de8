"""A vendor that has forgotten the webhook address gets it again; one whose secret changes with that asks for a person."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import registry
from connectors.contracts.base import Category
from connectors.contracts.webhooks import (
    WebhookRegistrar,
    WebhookRegistration,
    WebhookRequest,
    WebhookState,
)
from tests.factories.connectors import publish_connector
from tests.faultserver import Behaviour, FaultServer, Received, answer
from tests.workflows.shopstall import Market
from workflows.models import ScheduledRun


class Bell(WebhookRegistrar):
    slug, label, names = "bell", "Bell", ("Bell",)
    category = Category.ECOMMERCE

    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        self.post("/hooks", {"url": wanted.url})
        return WebhookRegistration(state=WebhookState.ACTIVE)

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        stands = wanted.url in self.get("/hooks")["urls"]
        return WebhookRegistration(state=WebhookState.ACTIVE if stands else WebhookState.MISSING)


class SecretBell(Bell):
    slug, label, webhook_setting = "secret-bell", "Secret Bell", "key"


class BellServer(FaultServer):
    urls: list[str]

    def take(self, request: Received) -> Behaviour:
        self.requests.append(request)
        if request.method == "POST":
            self.urls.append(request.body.decode().partition('"url":')[2].strip(' "}'))
        return answer(200, {"urls": self.urls})


@pytest.mark.parametrize(("kind", "made"), [(Bell, 1), (SecretBell, 0)])
def test_an_address_that_is_gone_is_registered_again(
    market: Market, settings: Any, kind: type[Bell], made: int
) -> None:
    with registry.registered(kind), BellServer() as server:
        server.urls = []
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{server.port}"]
        connector = publish_connector(market.shop.tenant, kind.slug, host=server.url)
        task = market.task("CheckWebhooks", connector)
        run = market.run(task)
        assert server.urls == [connector.public_url] * made
        if made:
            assert run.counts == {"registered": 1}
            assert market.run(task).counts == {"in place": 1}
        else:
            assert run.state == ScheduledRun.State.FAILED
            assert "Register the address again" in run.message
