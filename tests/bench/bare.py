"""(a) The same HTTP calls and nothing else: `requests`, kept connections, no database."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

#: The least that a run does: so many calls, one after the other.
CALLS = 4

BODY = {
    "type": "order.export",
    "reference": "B-1",
    "Value": {"number": "B-1", "lines": [{"sku": "TENT-2"}] * 3},
}


def runs_per_second(url: str, runs: int, threads: int) -> float:
    kept = threading.local()

    def run(number: int) -> None:
        if not hasattr(kept, "session"):
            kept.session = requests.Session()
            kept.session.trust_env = False
        for _ in range(CALLS):
            kept.session.post(f"{url}/{number}", json=BODY, timeout=30).raise_for_status()

    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(runs)))
    return runs / (time.monotonic() - began)
