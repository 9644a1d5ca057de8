"""Steps that move inventory: IncreaseReservedInventory, ReduceReservedInventory, ReduceInventory.

Each movement is written down with the level that it changed. What an order has reserved and taken is the sum of its
movements, so that a repetition, or a second run, reserves and takes only what is still missing.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.contracts.common import Line
from connectors.schema import Boolean, Settings, Text
from workflows.models import InventoryLevel, MovementKind
from workflows.order_steps.stock import Stock, open_stock
from workflows.steps.base import Plan, Result, Step, StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


class InventorySettings(Settings):
    warehouse = Text(
        "WarehouseCode",
        key="WarehouseCode",
        required=False,
        help="Empty takes the warehouse of the order's shipments, else its store, else the only one that has the product.",
    )


class InventoryStep(Step):
    """One movement for each line of the order."""

    properties = InventorySettings

    def move(self, stock: Stock, line: Line, verdict: Verdict) -> None:
        raise NotImplementedError

    def plan(self, context: StepContext) -> Plan:
        if not context.order.lines:
            return Plan.done(Result.warning("The order has no lines"))
        stock, verdict = open_stock(context, context.properties.warehouse or ""), Verdict()
        for line in context.order.lines:
            self.move(stock, line, verdict)
        stock.save()
        return Plan.done(verdict.result())


@register
class IncreaseReservedInventory(InventoryStep):
    """Promises what is ordered, and not promised yet, to the order."""

    name = "IncreaseReservedInventory"
    label = "Increase reserved inventory"

    def move(self, stock: Stock, line: Line, verdict: Verdict) -> None:
        missing = line.quantity - stock.reserved(line) - stock.total(line, MovementKind.REDUCE)
        level = stock.level(line)
        if missing <= 0:
            verdict.success(f"{line.sku} was reserved before")
        elif level is None:
            verdict.warning(stock.nowhere(line))
        else:
            stock.move(line, level, MovementKind.RESERVE, missing, reserved=missing)
            _promised(level, line, missing, verdict)


@register
class ReduceReservedInventory(InventoryStep):
    """Gives back what the order has reserved, such as when it is canceled; never more than is reserved."""

    name = "ReduceReservedInventory"
    label = "Reduce reserved inventory"

    def move(self, stock: Stock, line: Line, verdict: Verdict) -> None:
        if stock.total(line, MovementKind.RESERVE):
            released = stock.release(line, verdict)
            verdict.success(f"Released {_pieces(line, released)}" if released else f"{line.sku} is released")
            return
        level, amount = stock.level(line), line.quantity - stock.total(line, MovementKind.RELEASE)
        if amount <= 0:
            verdict.success(f"{line.sku} was released before")
        elif level is None:
            verdict.warning(stock.nowhere(line))
        else:
            stock.take_back(line, level, amount, verdict)


@register
class ReduceInventory(InventoryStep):
    """Takes what is ordered off the shelf, and the order's reservation with it."""

    name = "ReduceInventory"
    label = "Reduce inventory"

    class properties(InventorySettings):
        release = Boolean(
            "ReleaseReservation",
            key="ReleaseReservation",
            default=True,
            required=False,
            help="Also give back what the order has reserved.",
        )

    def move(self, stock: Stock, line: Line, verdict: Verdict) -> None:
        missing = line.quantity - stock.total(line, MovementKind.REDUCE)
        level = stock.level(line)
        if missing <= 0:
            verdict.success(f"{line.sku} was taken before")
        elif level is None:
            verdict.warning(stock.nowhere(line))
        else:
            stock.move(line, level, MovementKind.REDUCE, missing, on_hand=-missing)
            if stock.context.properties.release:
                stock.release(line, verdict)
            _taken(level, line, missing, verdict)


def _promised(level: InventoryLevel, line: Line, amount: Decimal, verdict: Verdict) -> None:
    if level.available < 0:
        short = f"{-level.available.normalize():f}"
        verdict.warning(f"Reserved {_pieces(line, amount)}, {short} more than {level.store.code} has")
    else:
        verdict.success(f"Reserved {_pieces(line, amount)} at {level.store.code}")


def _taken(level: InventoryLevel, line: Line, amount: Decimal, verdict: Verdict) -> None:
    if level.on_hand < 0:
        below = f"{level.on_hand.normalize():f}"
        verdict.warning(f"Took {_pieces(line, amount)}: {level.store.code} is at {below} now; count it")
    else:
        verdict.success(f"Took {_pieces(line, amount)} from {level.store.code}")


def _pieces(line: Line, amount: Decimal) -> str:
    return f"{amount.normalize():f} x {line.sku}"
