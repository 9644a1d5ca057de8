"""A feed is made anew, part by part, and served only when it is whole."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from connectors.publishing import PublishRefused
from tenants.models import Store
from tenants.scoping import platform_scope
from tests.factories.connectors import publish_connector
from tests.workflows.feeds.stage import COMPLETE, SETTINGS, Stage
from workflows.feeds import reading, tasks
from workflows.models import FeedBuild, FeedPart, FeedProblem, ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

State = ScheduledRun.State
_G = "{http://base.google.com/ns/1.0}"


def served(stage: Stage) -> dict[str, dict[str, str]]:
    """The products in the file by id, as the web serves them."""
    answer = Client().get(stage.path)
    assert answer.status_code == 200
    items = ElementTree.fromstring(answer.getvalue()).iterfind("channel/item")
    found = [{child.tag.removeprefix(_G): "".join(child.itertext()) for child in item} for item in items]
    return {item["id"]: item for item in found}


def test_the_file_its_counts_and_what_is_missing(stage: Stage) -> None:
    jumper, socks = stage.product("JUMPER"), stage.product("SOCKS")
    stage.stock(jumper, "OSL", "5", "2")
    stage.stock(socks, "BGO", "1", "1")
    stage.product("BARE", properties={})
    stage.product("NO-NUMBER", properties={**COMPLETE, "EAN": "7038010000097"})
    stage.product("GONE", is_active=False)
    run = stage.run(stage.task())
    assert (run.state, run.counts) == (State.SUCCEEDED, {"read": 4, "in the file": 3, "left out": 1}), (
        run.message
    )
    items = served(stage)
    assert {sku: item["availability"] for sku, item in items.items()} == {
        "JUMPER": "in_stock",
        "SOCKS": "out_of_stock",
        "NO-NUMBER": "out_of_stock",
    }
    build = stage.feed.current
    assert build is not None
    assert (build.products, build.items, build.left_out, build.remarked) == (4, 3, 1, 1)
    assert build.missing == {"gtin": 2, "description": 1, "brand": 1} or build.missing["gtin"] == 2
    left_out = FeedProblem.objects.get(left_out=True)
    assert left_out.product.sku == "BARE"
    assert ["description", "is missing; enter it, or map where it stands"] in left_out.remarks


def test_stock_of_the_named_stores_only(stage: Stage) -> None:
    stage.stock(stage.product("JUMPER"), "OSL", "5")
    stage.stock(stage.product("SOCKS"), "BGO", "5")
    stage.run(stage.task(stage.connector(Stores="osl")))
    states = {sku: item["availability"] for sku, item in served(stage).items()}
    assert states == {"JUMPER": "in_stock", "SOCKS": "out_of_stock"}


def test_a_store_that_was_switched_off_stops_the_task_with_the_cure(stage: Stage) -> None:
    stage.stock(stage.product("JUMPER"), "MOON", "5")
    task = stage.task(stage.connector(Stores="MOON"))
    Store.objects.update(is_active=False)
    run = stage.run(task)
    assert run.state == State.FAILED
    assert "There is no active store MOON; mend the connector's property Stores" in run.message


def test_a_half_written_file_is_never_served(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each leg is cut off after its transaction, as by a worker that is killed; the next one goes on at the cursor."""
    monkeypatch.setattr(tasks, "PAGE", 2)
    task = stage.task()
    stage.product("FIRST")
    stage.run(task)
    whole = set(served(stage))
    for number in range(5):
        stage.product(f"P{number}")
    seen = []
    real = reading.products_after

    def watched(*arguments: Any) -> Any:
        seen.append((set(served(stage)), FeedBuild.objects.filter(finished_at=None).count()))
        return real(*arguments)

    monkeypatch.setattr(reading, "products_after", watched)
    run = stage.run(task)
    assert run.pages == 4
    assert seen == [(whole, 1)] * 4
    assert set(served(stage)) == whole | {f"P{number}" for number in range(5)}
    assert FeedPart.objects.filter(build=stage.feed.current).count() == stage.feed.current.parts


def test_what_an_earlier_run_left_unfinished_is_begun_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PAGE", 1)
    task = stage.task()
    stage.product("A"), stage.product("B")
    real = reading.products_after

    def breaks(key: int, count: int) -> Any:
        if key:
            raise RuntimeError("the disk is full")
        return real(key, count)

    monkeypatch.setattr(reading, "products_after", breaks)
    assert stage.run(task).state == State.FAILED
    assert stage.feed.current is None
    monkeypatch.setattr(reading, "products_after", real)
    stage.product("C")
    assert stage.run(task).state == State.SUCCEEDED
    assert set(served(stage)) == {"A", "B", "C"}
    assert FeedBuild.objects.count() == 1


def test_two_tasks_of_one_feed_do_not_begin_anew_for_each_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PAGE", 1)
    stage.product("A"), stage.product("B"), stage.product("C")
    connector = stage.connector()
    hourly = stage.task(connector)
    ScheduledTask.objects.update(name="Hourly")
    runs = [run_now(hourly), run_now(stage.task(connector))]
    with platform_scope("a slice serves all tenants"):
        Slice().run(2)
    assert set(ScheduledRun.objects.values_list("state", "pages")) == {(State.SUCCEEDED, 4)}, runs
    assert set(served(stage)) == {"A", "B", "C"}


def test_an_empty_catalogue_is_a_file_too(stage: Stage) -> None:
    stage.run(stage.task(stage.connector(Format="TSV")))
    answer = Client().get(stage.path)
    assert answer["Content-Type"].startswith("text/tab-separated-values")
    assert answer.getvalue().decode().startswith("id\ttitle\t")


def test_settings_that_lead_nowhere_are_refused_at_publish(stage: Stage) -> None:
    with pytest.raises(PublishRefused) as refused:
        publish_connector(
            stage.tenant,
            "google-feeds",
            properties={**SETTINGS, "Market": "NRO", "Stores": "MOON"},
            field_mapping={"Texts.Title": "titel", "Code": "ID"},
        )
    told = "\n".join(map(str, refused.value.findings))
    for text in (
        "property Market: There is no market 'NRO'",
        "property Stores: There is no store 'MOON'",
        "titel is no attribute of Google's product data; did you mean title?",
        "Field Mapping Code: the id is always the SKU; remove this row",
    ):
        assert text in told
