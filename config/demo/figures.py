"""The demo's figures, and the simulated vendors' side of it: faults before, ledger after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import requests

from config.demo.play import Ended
from config.demo.scenario import Story
from config.demo.seed import SIGNING_SECRETS

_TIMEOUT_S = 10.0


def set_vendors(sandbox: str, plot: Sequence[Story]) -> None:
    """Tell the simulated vendors which signatures to demand and what shall go wrong."""
    for name, secret in SIGNING_SECRETS.items():
        _ask("POST", f"{sandbox}/_/webhook/secrets", json={"name": name, "secrets": [secret]})
    for story in plot:
        if story.fault:
            _ask("POST", f"{sandbox}/_/faults", json=story.fault)


def figures(ended: Sequence[Ended], sandbox: str, seconds: float) -> dict[str, Any]:
    """`unexpected` are orders that did not end as their story foresees; `double_effects` what vendors executed twice."""
    runs = [run for item in ended for run in item.runs]
    return {
        "orders": len(ended),
        "completed": sum(item.status == "Completed" for item in ended),
        "stopped": sum(bool(item.runs) and item.runs[0]["state"] == "stopped" for item in ended),
        "unexpected": sum(bool(item.differences) for item in ended),
        "runs": len(runs),
        "steps": sum(len(run["steps"]) for run in runs),
        "calls": len(_ask("GET", f"{sandbox}/_/calls")["calls"]),
        "effects": len(_ask("GET", f"{sandbox}/_/ledger")["entries"]),
        "double_effects": len(_ask("GET", f"{sandbox}/_/ledger/doubles")["doubles"]),
        "seconds": round(seconds, 1),
    }


def _ask(method: str, url: str, **options: Any) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, url, timeout=_TIMEOUT_S, **options)
        answer.raise_for_status()
        return answer.json()
