"""The demo's figures: how many orders of which kind, and what the vendors say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from config.demo.play import Ended
from config.demo.vendors import Vendors


def figures(
    ended: Sequence[Ended],
    complaints: Mapping[str, Sequence[str]],
    vendors: Vendors,
    stock: Sequence[dict[str, Any]],
    seconds: float,
) -> dict[str, Any]:
    """`unexpected` are orders and `flows` that did not end as foreseen; `double_effects` what vendors executed twice.

    `imported_stock` is what Business Central told of the tent in Oslo.
    """
    runs = [run for item in ended for run in item.runs]
    return {
        "orders": len(ended),
        "completed": sum(item.status == "Completed" for item in ended),
        "stopped": sum(bool(item.runs) and item.runs[0]["state"] == "stopped" for item in ended),
        "flows": len(complaints),
        "unexpected": sum(bool(item.differences) for item in ended) + sum(map(bool, complaints.values())),
        "runs": len(runs),
        "steps": sum(len(run["steps"]) for run in runs),
        **vendors.figures(),
        "imported_stock": next((str(row["on_hand"]) for row in stock if row["store"] == "OSL"), ""),
        "seconds": round(seconds, 1),
    }
