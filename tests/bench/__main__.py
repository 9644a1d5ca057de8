"""python -m tests.bench [--orders 1000] [--clients 16] [--latency 0,50,250] [--backlog 1000,100000]
    [--history 10000,1000000] [--silent] [--without-celery] [--json FILE]
python -m tests.bench --api [--orders 1000] [--clients 16] [--json FILE]

Crossdock against (a) a bare loop of the same calls, one thread and 64, and (b) a Celery task on Redis, on a PostgreSQL with
its usual durability, all on this machine: https://docs.celeryq.dev/, https://redis.io.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.stand.launch import free_port, load_django, with_postgres

_MODULE = "tests.bench"


def main() -> int:
    options = _options()
    with_postgres(_MODULE, CROSSDOCK_PG_BENCH="1")
    vendor = load_django(CROSSDOCK_LOG_LEVEL="WARNING")
    from rich.console import Console

    from tests.bench.numbers import table
    from tests.stand.processes import Failed

    directory = Path(tempfile.mkdtemp(prefix="crossdock-bench-"))
    try:
        rows = _api(directory, vendor, options) if options.api else _measure(directory, vendor, options)
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    what = "the API alone" if options.api else "four calls a run"
    title = f"{options.orders} orders, {options.clients} clients, {what}"
    Console().print(table(rows, title))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 0


def _measure(directory: Path, vendor: str, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    from django.core.management import call_command

    from tenants.scoping import platform_scope
    from tests.bench import tenant
    from tests.bench.growth import driven
    from tests.bench.hub import Hub, count_statements

    call_command("migrate", verbosity=0)
    count_statements()
    key = tenant.make(vendor)
    rows: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        stack.enter_context(platform_scope("the benchmark looks at all tenants"))
        byhand = _byhand(directory, options, stack)
        for latency in options.latency:
            with _stub(directory, vendor, latency):
                row = _others(vendor, byhand, options)
                with Hub(directory, f"http://127.0.0.1:{free_port()}", key) as hub:
                    row |= hub.burst(options.orders, options.clients, f"b{latency}")
                    row |= hub.idle(20, f"i{latency}")
                row["driving_runs_per_s"] = driven(directory, options.orders, options.orders)
            rows[f"{latency} ms"] = row
            sys.stderr.write(f"{latency} ms: {json.dumps(row)}\n")
        with _stub(directory, vendor, 0):
            rows |= _growth(directory, options)
    return rows


def _api(directory: Path, vendor: str, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    from django.core.management import call_command

    from tenants.scoping import platform_scope
    from tests.bench import tenant
    from tests.bench.api import Api, lay

    call_command("migrate", verbosity=0)
    key = tenant.make(vendor)
    with platform_scope("the benchmark looks at all tenants"):
        webhooks = lay()
        with Api(directory, f"http://127.0.0.1:{free_port()}", key) as api:
            row = api.orders(options.orders, options.clients)
            row |= api.inventory(100, 4)
            row |= api.webhooks(webhooks, rate=100, seconds=20)
    sys.stderr.write(f"API: {json.dumps(row)}\n")
    return {"API": row}


def _growth(directory: Path, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    from tests.bench.beside import beside_others
    from tests.bench.growth import with_backlog, with_history

    row = with_backlog(directory, options.backlog, options.orders) if options.backlog else {}
    row |= with_history(directory, options.history, options.orders) if options.history else {}
    row |= beside_others(directory, options.orders) if options.silent else {}
    return {"growth": row} if row else {}


def _others(vendor: str, byhand: Any, options: argparse.Namespace) -> dict[str, Any]:
    from tests.bench.bare import runs_per_second

    few = max(20, options.orders // 20)
    row = {
        "bare_1_thread_runs_per_s": round(runs_per_second(vendor, few, 1), 1),
        "bare_64_threads_runs_per_s": round(runs_per_second(vendor, options.orders, 64), 1),
    }
    if byhand is not None:
        row["celery_runs_per_s"] = byhand.runs_per_second(vendor, options.orders, options.clients)
        row["celery_with_web_runs_per_s"] = byhand.runs_per_second(
            vendor, options.orders, options.clients, with_web=True
        )
    return row


def _byhand(directory: Path, options: argparse.Namespace, stack: ExitStack) -> Any:
    from tests.bench.byhand import ByHand, NotHere

    if options.without_celery:
        return None
    try:
        return stack.enter_context(ByHand(directory))
    except NotHere as missing:
        sys.stderr.write(f"Celery is left out: {missing}\n")
        return None


def _stub(directory: Path, vendor: str, latency: int) -> Any:
    from tests.bench.hub import running
    from tests.stand.processes import Process

    port = vendor.rsplit(":", 1)[1]
    return running(Process("stub", directory, "-m", "tests.bench.stub", port, str(latency)), vendor)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {_MODULE}", description=__doc__)
    parser.add_argument("--orders", type=int, default=1000, help="status changes in one burst")
    parser.add_argument("--clients", type=int, default=16, help="clients that ask for them at once")
    parser.add_argument(
        "--latency", type=_numbers, default=[0, 50, 250], help="of the vendor, in ms, as 0,50,250"
    )
    parser.add_argument("--backlog", type=_numbers, default=[], help="runs that wait, as 1000,100000")
    parser.add_argument(
        "--history", type=_numbers, default=[], help="events that there are, as 10000,1000000"
    )
    parser.add_argument(
        "--silent", action="store_true", help="also beside vendors that are slow or never answer"
    )
    parser.add_argument("--api", action="store_true", help="measure the API only: orders, stock and webhooks")
    parser.add_argument("--without-celery", action="store_true", help="leave (b) out")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(item) for item in text.split(",") if item]


if __name__ == "__main__":
    sys.exit(main())
