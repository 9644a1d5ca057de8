"""Builds a feed's file part by part, beside the one that is served, and puts it in its place at the end.

Every function works in the caller's transaction: a part is stored together with the cursor after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from connectors.compiled import ConnectorConfig
from connectors.contracts.feeds import FeedFile, FeedItem
from tenants.scoping import current_tenant
from workflows.feeds import packing
from workflows.models import FeedBuild, FeedPart, FeedProblem, Product, ProductFeed, ScheduledRun


def feed_of(config: ConnectorConfig) -> ProductFeed:
    feed, _ = ProductFeed.objects.get_or_create(connector_id=config.id)
    return feed


def begin(config: ConnectorConfig, file: FeedFile, run_id: int, now: datetime) -> FeedBuild:
    """A new file, its head written. What earlier runs have left unfinished goes, but not what another one writes now: two
    that begin anew for each other would never end."""
    feed = feed_of(config)
    written = ScheduledRun.objects.filter(state__in=ScheduledRun.OPEN).exclude(pk=run_id)
    feed.builds.filter(finished_at=None).exclude(run_id__in=written.values("pk")).delete()
    build = FeedBuild.objects.create(
        feed=feed, run_id=run_id, extension=file.extension, content_type=file.content_type, started_at=now
    )
    _add(build, file.writer.head())
    build.save()
    return build


def add_items(build: FeedBuild, file: FeedFile, rows: Sequence[Product], items: Sequence[FeedItem]) -> None:
    """The next products as one part, and what is wrong with them."""
    text = "".join(item.text for item in items)
    if text:
        _add(build, text)
    build.products += len(items)
    build.items += sum(1 for item in items if item.text)
    build.left_out += sum(1 for item in items if not item.text)
    build.remarked += sum(1 for item in items if item.text and item.remarks)
    build.missing = _counted(build.missing, items)
    build.save()
    FeedProblem.objects.bulk_create(
        _problem(build, row, item) for row, item in zip(rows, items, strict=True) if item.remarks
    )


def finish(build: FeedBuild, file: FeedFile, now: datetime) -> None:
    """Write the tail and serve the file from now on. The one before is kept for those who are fetching it."""
    tail = file.writer.tail()
    if tail:
        _add(build, tail)
    feed = ProductFeed.objects.select_for_update().get(pk=build.feed_id)
    before = feed.current
    build.finished_at = build.modified_at = now
    if before is not None and before.digest == build.digest:
        build.modified_at = before.modified_at
    build.save()
    feed.current = build
    feed.save(update_fields=["current"])
    kept = {build.pk, before.pk if before else 0}
    feed.builds.exclude(pk__in=kept).exclude(finished_at=None).delete()


def _add(build: FeedBuild, text: str) -> None:
    data = text.encode()
    part = packing.pack(data)
    FeedPart.objects.create(build=build, number=build.parts, data=part)
    build.parts += 1
    build.size += len(data)
    build.packed_size += len(part)
    build.crc = packing.next_crc(build.crc, data)
    build.digest = packing.next_digest(build.digest, data)


def _counted(known: dict[str, int], items: Iterable[FeedItem]) -> dict[str, int]:
    """How many products have a remark about each attribute."""
    counts = Counter(known)
    for item in items:
        counts.update({remark.attribute for remark in item.remarks})
    return dict(counts.most_common())


def _problem(build: FeedBuild, row: Product, item: FeedItem) -> FeedProblem:
    remarks = [[remark.attribute, remark.message] for remark in item.remarks]
    return FeedProblem(
        tenant=current_tenant(), build=build, product=row, left_out=not item.text, remarks=remarks
    )
