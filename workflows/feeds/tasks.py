"""The scheduled task that makes a product feed: a page of products a leg, then word to the receiver where it takes one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from connectors import registry
from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.feeds import FeedFile, FeedNews, FeedProvider, FeedReading, FeedState
from connectors.contracts.plain import plain
from tenants.models import Store
from workflows import lookups
from workflows.engine.clock import database_now
from workflows.feeds import building, reading
from workflows.feeds.addresses import address_of
from workflows.models import FeedBuild
from workflows.problems import FieldErrors
from workflows.schedules.types import Leg, Progress, TaskContext, TaskFailed, TaskType, register

#: Products of one leg, which is one part of the file: about half a megabyte of text, and less than half a second of the
#: worker's database thread.
PAGE = 500

#: What a run does, in this order: the file; what the receiver made of the one before; word of the new one; what it makes
#: of that. Whatever the receiver says, the file is made first.
_WRITE, _ASK_BEFORE, _TELL, _ASK = "write", "ask before", "tell", "ask"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run is: the file, what comes next, behind which product, and with which state of the connector."""

    build: int = 0
    stage: str = _WRITE
    after: int = 0
    revision: str = ""

    @classmethod
    def read(cls, cursor: str) -> Place:
        """The beginning for what cannot be read: a file is made anew at no harm."""
        try:
            return cls(**json.loads(cursor))
        except (ValueError, TypeError):
            return cls()

    def __str__(self) -> str:
        return json.dumps(asdict(self))


@register
class GenerateFeeds(TaskType):
    name = "GenerateFeeds"
    label = "Generate feeds"
    description = (
        "Makes the product feed of a connector anew, such as Google's. "
        "The connector says for which market, language and currency."
    )
    capability = FeedProvider

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        if connector is not None and not connector.problem:
            yield from (f"Connector {connector.name}, {text}" for text in wrong_codes(_file(connector)))

    def plan(self, context: TaskContext) -> Leg:
        place = _place(context)
        if place.stage == _WRITE:
            return Leg()
        return Leg(call=_call(context, place, "announce_feed" if place.stage == _TELL else "read_feed_state"))

    def store(self, context: TaskContext, result: Any) -> Progress:
        place = _place(context)
        if place.stage == _WRITE:
            return _written(context, place)
        if place.stage == _TELL:
            building.feed_of(_connector(context)).was_announced(database_now())
            return Progress(cursor=str(Place(place.build, _ASK)), more=True, counts={"announced": 1})
        remarks = _heard(context, result)
        if place.stage == _ASK_BEFORE:
            return Progress(cursor=str(Place(place.build, _TELL)), more=True, remarks=remarks)
        return Progress(cursor="", remarks=remarks)


def wrong_codes(file: FeedFile) -> Iterator[str]:
    """Market and stores that are none, with the cure."""
    for name, codes, look_up in (
        ("Market", [file.market], lookups.market),
        ("Stores", file.stores, lookups.store),
    ):
        errors = FieldErrors()
        for code in codes:
            look_up(code, errors)
        yield from (f"property {name}: {text}" for _, text in errors)


def _place(context: TaskContext) -> Place:
    """Where this run is. What another run has left behind, or what was written with other settings, is begun anew, so that
    no file is of two minds."""
    place = Place.read(context.cursor)
    same = place.stage != _WRITE or place.revision == _connector(context).revision
    is_ours = FeedBuild.objects.filter(pk=place.build, run_id=context.run_id).exists()
    return place if same and is_ours else Place()


def _written(context: TaskContext, place: Place) -> Progress:
    """The next part; after the last product the file is served."""
    connector = _connector(context)
    file = _file(connector)
    build = FeedBuild.objects.filter(pk=place.build).first()
    if build is None:
        build = building.begin(connector, file, context.run_id, database_now())
    rows = reading.products_after(place.after, PAGE)
    items = [file.writer.item(product) for product in reading.as_feed_products(rows, _stores(file))]
    counts = {
        "read": len(rows),
        "in the file": sum(1 for item in items if item.text),
        "left out": sum(1 for item in items if not item.text),
    }
    if rows:
        building.add_items(build, file, rows, items)
    if len(rows) == PAGE:
        further = Place(build.pk, _WRITE, rows[-1].pk, connector.revision)
        return Progress(cursor=str(further), more=True, counts=counts)
    building.finish(build, file, database_now())
    if not _implementation(connector).is_told(connector):
        return Progress(cursor="", counts=counts)
    stage = _ASK_BEFORE if build.feed.announced_at else _TELL
    return Progress(cursor=str(Place(build.pk, stage)), more=True, counts=counts)


def _heard(context: TaskContext, result: FeedReading) -> tuple[str, ...]:
    """Keep what the receiver made of a file, once it has done so; what of it staff should know."""
    if result.state == FeedState.READING:
        return ()
    feed = building.feed_of(_connector(context))
    feed.reading = {**plain(result), "asked_at": database_now().isoformat()}
    feed.save(update_fields=["reading"])
    label = _implementation(_connector(context)).label
    remarks = tuple(f"{label}: {text}" for text in result.remarks)
    if result.state == FeedState.TAKEN:
        return remarks
    return (f"{label} did not take the file that it fetched: {result.state}", *remarks)


def _call(context: TaskContext, place: Place, operation: str) -> CallSpec:
    build = FeedBuild.objects.select_related("feed").get(pk=place.build)
    news = FeedNews(reference=f"feed:{build.pk}", url=address_of(build.feed, build.extension))
    return CallSpec(
        connector=_connector(context),
        operation=operation,
        subject=f"feed:{build.pk}",
        request=news,
        write=operation == "announce_feed",
    )


def _stores(file: FeedFile) -> list[int] | None:
    """Raises TaskFailed for codes that are none, so that nothing is said to be sold out for a slip of the pen."""
    if not file.stores:
        return None
    known = {store.code.lower(): store.pk for store in Store.objects.filter(is_active=True)}
    strangers = [code for code in file.stores if code.lower() not in known]
    if strangers:
        raise TaskFailed(
            f"There is no active store {', '.join(strangers)}; mend the connector's property Stores"
        )
    return [known[code.lower()] for code in file.stores]


def _file(connector: ConnectorConfig) -> FeedFile:
    return _implementation(connector).feed_of(connector)


def _implementation(connector: ConnectorConfig) -> type[FeedProvider]:
    found = registry.get(connector.slug)
    assert issubclass(found, FeedProvider)
    return found


def _connector(context: TaskContext) -> ConnectorConfig:
    """Raises TaskFailed for one that cannot be used."""
    assert context.connector is not None
    if context.connector.problem:
        raise TaskFailed(context.connector.problem)
    return context.connector
