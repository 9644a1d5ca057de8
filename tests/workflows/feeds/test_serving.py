"""The secret address of a feed: only what is new, compressed where asked for, and nothing for those without it."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest
from django.test import Client

from tests.factories.connectors import publish_connector
from tests.workflows.feeds.stage import SETTINGS, Stage
from workflows.feeds.addresses import renew
from workflows.models import ProductFeed


@pytest.fixture
def made(stage: Stage) -> Stage:
    for number in range(3):
        stage.product(f"P{number}")
    stage.run(stage.task())
    return stage


def get(stage: Stage, path: str = "", **headers: str) -> Any:
    return Client().get(path or stage.path, headers=headers)


def test_plain_and_compressed_are_the_same_file(made: Stage) -> None:
    plain, packed = get(made), get(made, **{"Accept-Encoding": "br, gzip;q=0.8"})
    body, coded = plain.getvalue(), packed.getvalue()
    assert gzip.decompress(coded) == body
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert (int(plain["Content-Length"]), int(packed["Content-Length"])) == (len(body), len(coded))
    assert plain["ETag"] != packed["ETag"]
    assert "Content-Encoding" not in get(made, **{"Accept-Encoding": "gzip;q=0"})


def test_whoever_has_it_gets_304_until_it_changes(made: Stage) -> None:
    first = get(made)
    etag, modified = first["ETag"], first["Last-Modified"]
    assert get(made, **{"If-None-Match": etag}).status_code == 304
    assert get(made, **{"If-None-Match": f'"other", {etag}'}).status_code == 304
    assert get(made, **{"If-Modified-Since": modified}).status_code == 304
    task = made.tenant.pk and made.feed.connector.scheduled_tasks.get()
    made.run(task)
    again = get(made, **{"If-None-Match": etag})
    assert (again.status_code, again["ETag"], again["Last-Modified"]) == (304, etag, modified)
    made.product("NEW")
    made.run(task)
    changed = get(made, **{"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_nothing_answers_at_any_other_address(made: Stage) -> None:
    path, token = made.path, made.feed.token
    assert len(token) >= 43
    for other in (
        path.replace(".xml", ".tsv"),
        f"/feeds/{token[:-1]}x.xml",
        "/feeds/x.xml",
        f"/feeds/{token}",
    ):
        assert get(made, other).status_code == 404
    assert Client().post(path).status_code == 405
    renew(made.feed)
    assert get(made, path).status_code == 404
    assert get(made).status_code == 200
    ProductFeed.objects.update(is_served=False)
    assert get(made).status_code == 404


def test_password(stage: Stage) -> None:
    connector = publish_connector(
        stage.tenant, "google-feeds", properties=SETTINGS, username="google", password="s3cret-feed-word"
    )
    stage.run(stage.task(connector))
    coded = base64.b64encode(b"google:s3cret-feed-word").decode()
    wrong = base64.b64encode(b"google:s3cret").decode()
    assert get(stage, authorization=f"Basic {coded}").status_code == 200
    for header in (
        {},
        {"authorization": f"Basic {wrong}"},
        {"authorization": "Basic ~"},
        {"authorization": "x"},
    ):
        refused = get(stage, **header)
        assert (refused.status_code, refused["WWW-Authenticate"][:5]) == (401, "Basic")


def test_a_request_for_the_head_sends_no_file(made: Stage) -> None:
    answer = Client().head(made.path)
    assert (answer.status_code, answer.getvalue()) == (200, b"")
    assert answer["Content-Length"] == get(made)["Content-Length"]
