"""Google fetches a feed over the network when it is told of it, and says what it made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.factories.connectors import publish_connector
from tests.shop import running_vendors, vendors
from tests.workflows.feeds.stage import SETTINGS, Stage
from workflows.models import ScheduledRun

__all__ = ["running_vendors", "vendors"]
pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]


def key_file(url: str) -> str:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps(
        {"client_email": "feeds@nordstore.example", "private_key": pem, "token_uri": f"{url}/token"}
    )


@pytest.mark.parametrize("form", ["XML", "TSV"])
def test_told_fetched_and_judged(
    transactional_db: None, stage: Stage, vendors: Any, live_server: Any, settings: Any, form: str
) -> None:
    settings.CROSSDOCK_PUBLIC_URL = live_server.url
    google = f"{vendors.url}/google-feeds"
    told = {"DataSourceId": "101", "ServiceAccountKey": key_file(google), "Format": form}
    connector = publish_connector(
        stage.tenant,
        "google-feeds",
        host=google,
        merchant_id="5001",
        username="google",
        password="s3cret-feed-word",
        properties={**SETTINGS, **told},
    )
    for number in range(3):
        stage.product(f"P{number}")
    task = stage.task(connector)
    lost = stage.run(task)
    assert lost.state == ScheduledRun.State.FAILED
    assert "was not found" in lost.message
    source = {"account": "5001", "number": "101", "language": "no", "url": f"{live_server.url}{stage.path}"}
    vendors.control(
        "POST", "google-feeds/data-source", {**source, "username": "google", "password": "s3cret-feed-word"}
    )
    assert stage.run(task).state == ScheduledRun.State.SUCCEEDED
    vendors.control("POST", "google-feeds/fetch/5001/101")
    known = vendors.control("GET", "google-feeds/catalogue/5001/101")
    assert set(known["items"]) == {"P0", "P1", "P2"}
    assert [item["status"] for item in known["fetches"]] == [200, 304]
    stage.product("NEW")
    assert stage.run(task).state == ScheduledRun.State.SUCCEEDED
    assert stage.feed.reading["state"] == "taken"
    assert stage.feed.reading["items"] in {3, 4}
    assert "Mozilla" in stage.feed.fetched_by
