"""The scheduled import of what arrived: pieces by line, as the warehouse counted them. Levels of stock are not touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectors.contracts import warehouse
from connectors.contracts.catalog import CatalogPage
from workflows.models import InboundDelivery, InboundLine, InboundState
from workflows.schedules.pages import Reading, read_call, went_on
from workflows.schedules.types import Leg, Progress, TaskContext, register

_FINEST = Decimal("0.001")


@register
class ImportInboundDeliveries(Reading):
    name = "ImportInboundDeliveries"
    label = "Import inbound deliveries"
    description = "Takes over what a warehouse has received of goods that were announced; stock is read by ImportInventory."
    capability = warehouse.WmsProvider
    operation = "import_inbound"

    def plan(self, context: TaskContext) -> Leg:
        return Leg(call=read_call(context, self.operation))

    def store(self, context: TaskContext, result: Any) -> Progress:
        page: CatalogPage[warehouse.InboundDelivery] = result
        waymark = went_on(context, page.cursor, page.more)
        counts, remarks = _take(context, page.items)
        cursor = page.cursor or context.cursor
        counts["read"] = len(page.items)
        return Progress(cursor=cursor, more=page.more, counts=counts, remarks=tuple(remarks), waymark=waymark)


def _take(context: TaskContext, items: Sequence[warehouse.InboundDelivery]) -> tuple[Counter[str], list[str]]:
    """What is told of one delivery twice counts once, the last word last."""
    assert context.connector is not None
    source = context.connector.connector_id or context.connector.name
    numbers = {item.reference for item in items}
    rows = InboundDelivery.objects.filter(number__in=numbers).order_by("pk").select_for_update()
    known = {row.number: row for row in rows.prefetch_related("lines__product")}
    counts: Counter[str] = Counter()
    remarks: list[str] = []
    for item in items:
        row = known.get(item.reference)
        if row is None or not _is_ours(row, item, source):
            counts["unknown"] += 1
            continue
        told = list(_strange(row, item))
        remarks += told
        if told:
            counts["failed"] += 1
        counts["updated" if _received(row, item, source) else "unchanged"] += 1
    return counts, remarks


def _is_ours(row: InboundDelivery, item: warehouse.InboundDelivery, source: str) -> bool:
    """Several warehouses may use one number; what was announced to one is told by that one only."""
    there = row.external_ids.get(source)
    return there == item.external_id if there else not row.external_ids


def _strange(row: InboundDelivery, item: warehouse.InboundDelivery) -> Iterator[str]:
    ours = {line.number: line for line in _lines(row)}
    for line in item.lines:
        own = ours.get(line.number)
        if own is None:
            yield f"{row.number}: the warehouse has a line {line.number} ({line.sku}), which was not announced"
        elif own.product.sku != line.sku:
            yield (
                f"{row.number}: line {line.number} is {own.product.sku} here and {line.sku} at the warehouse; ask there"
            )


def _received(row: InboundDelivery, item: warehouse.InboundDelivery, source: str) -> bool:
    """Take over pieces, state and word; whether anything of it is new."""
    before = (row.state, row.warehouse_word, dict(row.external_ids))
    told = {line.number: line for line in item.lines if line.received is not None}
    changed = [line for line in _lines(row) if _counts_anew(line, told)]
    if changed:
        InboundLine.objects.bulk_update(changed, ["received"])
        row.received_at = timezone.now()
    row.state = _state(row, item)
    row.warehouse_word = item.word[:200]
    row.external_ids = {**row.external_ids, source: item.external_id}
    if changed or before != (row.state, row.warehouse_word, row.external_ids):
        row.save()
        return True
    return False


def _counts_anew(line: InboundLine, told: Mapping[int, warehouse.InboundLine]) -> bool:
    """Sets what has come. Another article's pieces are not this line's."""
    there = told.get(line.number)
    if there is None or there.received is None or there.sku != line.product.sku:
        return False
    new = max(there.received, Decimal(0)).quantize(_FINEST)
    if new == line.received:
        return False
    line.received = new
    return True


def _state(row: InboundDelivery, item: warehouse.InboundDelivery) -> str:
    lines = _lines(row)
    if not any(line.missing for line in lines):
        return str(InboundState.RECEIVED)
    if item.closed or row.state == InboundState.CLOSED:
        return str(InboundState.CLOSED)
    if any(line.received for line in lines):
        return str(InboundState.PARTLY_RECEIVED)
    return str(InboundState.ANNOUNCED if row.state == InboundState.REFUSED else row.state)


def _lines(row: InboundDelivery) -> list[InboundLine]:
    """Those that were read together with the delivery."""
    return list(row.lines.all())
