"""The levels that an order's lines move, locked, with what the order has moved before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import Now

from connectors.contracts.common import Line, OrderDocument
from workflows.models import InventoryLevel, InventoryMovement, MovementKind
from workflows.scopes import places_of
from workflows.steps.base import StepContext
from workflows.steps.verdict import Verdict

#: Movements of the order so far: line number, kind and level to quantity.
Past = dict[tuple[int, str, int], Decimal]


@dataclass(slots=True)
class Stock:
    """`levels` are by primary key, `chosen` by SKU: where lines are taken from; `warehouse` is its code, "" for any."""

    context: StepContext
    warehouse: str
    levels: Mapping[int, InventoryLevel]
    chosen: Mapping[str, InventoryLevel]
    past: Past
    made: list[InventoryMovement] = field(default_factory=list)

    def level(self, line: Line) -> InventoryLevel | None:
        return self.chosen.get(line.sku)

    def nowhere(self, line: Line) -> str:
        if self.warehouse:
            return f"{self.warehouse} has no inventory of {line.sku}"
        return f"{line.sku}: no warehouse is known; set WarehouseCode, or the order's store"

    def total(self, line: Line, kind: str) -> Decimal:
        found = (
            amount for (number, what, _), amount in self.past.items() if (number, what) == (line.number, kind)
        )
        return sum(found, Decimal(0))

    def reserved(self, line: Line) -> Decimal:
        """What the order holds of the line now."""
        return self.total(line, MovementKind.RESERVE) - self.total(line, MovementKind.RELEASE)

    def move(
        self,
        line: Line,
        level: InventoryLevel,
        kind: MovementKind,
        quantity: Decimal,
        *,
        on_hand: Decimal = Decimal(0),
        reserved: Decimal = Decimal(0),
    ) -> None:
        level.on_hand += on_hand
        level.reserved += reserved
        self.past[line.number, kind, level.pk] += quantity
        self.made.append(
            InventoryMovement(
                tenant_id=level.tenant_id,
                order_id=self.context.order.id,
                line_number=line.number,
                level=level,
                kind=kind,
                step_run_id=self.context.step_run_id,
                quantity=quantity,
                on_hand=on_hand,
                reserved=reserved,
            )
        )

    def release(self, line: Line, verdict: Verdict) -> Decimal:
        """Give back what the order holds of the line, where it was reserved; how much that was."""
        released = Decimal(0)
        for pk, level in self.levels.items():
            held = (
                self.past[line.number, MovementKind.RESERVE, pk]
                - self.past[line.number, MovementKind.RELEASE, pk]
            )
            if held > 0:
                self.take_back(line, level, held, verdict, quiet=True)
                released += held
        return released

    def take_back(
        self, line: Line, level: InventoryLevel, amount: Decimal, verdict: Verdict, *, quiet: bool = False
    ) -> None:
        """Lower what is reserved, at most to zero, which is told."""
        real = min(amount, level.reserved)
        self.move(line, level, MovementKind.RELEASE, amount, reserved=-real)
        told = f"{real.normalize():f} x {line.sku} at {level.store.code}"
        if real < amount:
            verdict.warning(f"Released only {told}: no more was reserved of {amount.normalize():f}")
        elif not quiet:
            verdict.success(f"Released {told}")

    def save(self) -> None:
        changed = {movement.level_id: movement.level for movement in self.made}
        for level in changed.values():
            level.modified_at = Now()
        InventoryLevel.objects.bulk_update(changed.values(), ["on_hand", "reserved", "modified_at"])
        InventoryMovement.objects.bulk_create(self.made)


def open_stock(context: StepContext, warehouse: str) -> Stock:
    """Lock what the step may move, always in the same order; the property names the warehouse, else the order does."""
    place = warehouse or _place(context.order)
    past = _past(context.order.id)
    skus = {line.sku for line in context.order.lines}
    mine = Q(pk__in={level for _, _, level in past})
    rows = InventoryLevel.objects.select_for_update(of=("self",)).filter(mine | Q(product__sku__in=skus))
    levels = list(rows.select_related("product", "store").order_by("pk"))
    return Stock(
        context=context,
        warehouse=place,
        levels={level.pk: level for level in levels},
        chosen=_chosen(levels, place),
        past=past,
    )


def _place(order: OrderDocument) -> str:
    warehouses = places_of(order)["warehouses"]
    return warehouses[0] if len(warehouses) == 1 else order.store


def _past(order_id: int) -> Past:
    found: Past = defaultdict(Decimal)
    rows = InventoryMovement.objects.filter(order_id=order_id).order_by()
    for number, kind, level, amount in rows.values_list("line_number", "kind", "level").annotate(
        Sum("quantity")
    ):
        found[number, kind, level] = amount
    return found


def _chosen(levels: Sequence[InventoryLevel], place: str) -> dict[str, InventoryLevel]:
    by_sku: dict[str, list[InventoryLevel]] = defaultdict(list)
    for level in levels:
        if not place or level.store.code.lower() == place.lower():
            by_sku[level.product.sku].append(level)
    return {sku: found[0] for sku, found in by_sku.items() if len(found) == 1}
