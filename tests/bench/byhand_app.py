"""(b) What a team would write by hand: a Celery task that makes the four calls and writes one row for each.

Runs in an environment of its own that has celery, redis, requests and psycopg, and knows nothing of Crossdock.
python -m tests.bench.byhand_app RUNS CLIENTS [URL] enqueues and prints runs per second; `celery -A` serves. With the address
of byhand_web the clients ask that instead of putting tasks into the queue themselves.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import requests
from celery import Celery

from tests.bench.client import Wire

CALLS = 4
BODY = {
    "type": "order.export",
    "reference": "B-1",
    "Value": {"number": "B-1", "lines": [{"sku": "TENT-2"}] * 3},
}

app = Celery("byhand", broker=os.environ["BYHAND_REDIS"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=4)
kept = threading.local()


@app.task(name="byhand.run")
def run(number: int) -> None:
    if not hasattr(kept, "session"):
        kept.session = requests.Session()
        kept.session.trust_env = False
        kept.database = psycopg.connect(os.environ["BYHAND_DATABASE"], autocommit=True)
    for step in range(CALLS):
        answer = kept.session.post(f"{os.environ['BYHAND_VENDOR']}/{number}", json=BODY, timeout=30)
        kept.database.execute(
            "INSERT INTO byhand_step (run, step, status, answer) VALUES (%s, %s, %s, %s)",
            (number, step, answer.status_code, answer.text),
        )


def measure(runs: int, clients: int, url: str = "") -> float:
    with psycopg.connect(os.environ["BYHAND_DATABASE"], autocommit=True) as database:
        database.execute("DROP TABLE IF EXISTS byhand_step")
        database.execute(
            "CREATE TABLE byhand_step (id bigserial PRIMARY KEY, run bigint, step int, status int, answer text,"
            " at timestamptz DEFAULT now())"
        )
        database.execute("DROP TABLE IF EXISTS byhand_order")
        database.execute(
            "CREATE TABLE byhand_order (id bigint PRIMARY KEY, status text, moved_at timestamptz)"
        )
        database.execute("INSERT INTO byhand_order SELECT n, 'New' FROM generate_series(0, %s) AS n", [runs])
        began = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            if url:
                list(pool.map(lambda place: _ask(url, range(place, runs, clients)), range(clients)))
            else:
                list(pool.map(run.delay, range(runs)))
        while True:
            row = database.execute("SELECT count(*) FROM byhand_step").fetchone()
            if row is not None and row[0] == runs * CALLS:
                return runs / (time.monotonic() - began)
            time.sleep(0.1)


def _ask(url: str, numbers: Iterable[int]) -> None:
    """Move orders one after the other over one connection."""
    wire = Wire(url)
    for number in numbers:
        status, answer = wire.post(f"/orders/{number}/status/", json.dumps({"status": "Go"}))
        if status != 202:
            raise RuntimeError(f"the view answered {status}: {answer[:500]!r}")


if __name__ == "__main__":
    run.delay(0)
    time.sleep(3)
    print(round(measure(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]), 1))
