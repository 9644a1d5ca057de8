"""python -m tests.bench.events [--rows 10000,1000000] [--rounds 15]

How long the Event Log takes on PostgreSQL, filtered in every way, as it grows: the server's time for a page in milliseconds,
the web process's and the database's, the best of some rounds, and by which index the page found its rows. Every page but
those of single things shows a hundred rows at each size.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from typing import Any

from tests.stand.launch import load_django, with_postgres

_MODULE = "tests.bench.events"
_FAIR = 1.5
_FILL = """
INSERT INTO eventlog_event (tenant_id, category, outcome, message, at, connector_id, connector_name,
    connector_category, provider, operation, order_id, order_number, run_id, step_run_id, step, duration_ms, actor,
    market, store, method, url, status_code, request_id)
SELECT %(tenant)s, CASE WHEN n %% 90 = 0 THEN 'Error' WHEN n %% 10 < 7 THEN 'Connector' WHEN n %% 10 = 7
        THEN 'Created' ELSE 'WorkflowStep' END,
    CASE WHEN n %% 95 = 0 THEN 'error' WHEN n %% 97 = 0 THEN 'unknown' ELSE 'success' END,
    'POST api.vendor.example/v1/things/' || n || ' → HTTP 200', now() - (%(rows)s - n) * interval '3 seconds',
    CASE WHEN n %% 10 < 7 THEN (%(connectors)s::bigint[])[1 + n %% 7] END, 'Vendor', 'Payment', 'stripe', 'capture',
    n / 20, 'N-' || n / 20, n / 5, n / 4, 'CapturePayments', n %% 900, '', 'NOR', '', 'POST',
    'https://api.vendor.example/v1/things/' || n, 200, 'req_' || n
FROM generate_series(%(start)s, %(rows)s) n
"""


def main() -> int:
    options = _options()
    with_postgres(_MODULE, CROSSDOCK_PG_BENCH="1")
    load_django(CROSSDOCK_LOG_LEVEL="WARNING")
    from rich.console import Console

    from tests.bench.numbers import table

    columns: dict[str, dict[str, Any]] = {}
    client, tenant, connectors = _stage()
    filled = 0
    for rows in options.rows:
        _fill(tenant, connectors, filled + 1, rows)
        filled = rows
        columns[f"{rows:,} rows"] = {
            name: _measure(client, url, options.rounds) for name, url in _pages(connectors, rows)
        }
    first, *_, last = columns.values()
    columns["growth"] = {name: round(last[name] / first[name], 2) for name in last}
    columns["found by"] = {name: _index(client, url) for name, url in _pages(connectors, filled)}
    Console(width=120).print(table(columns, "The Event Log, server's milliseconds a page"))
    slow = [name for name, ratio in columns["growth"].items() if ratio > _FAIR]
    sys.stdout.write(f"Grew more than {_FAIR} times: {', '.join(slow) or 'no page'}.\n")
    return 0


def _stage() -> tuple[Any, int, list[int]]:
    from django.core.management import call_command
    from django.test import Client

    from tests.factories.connectors import make_connector
    from tests.factories.tenants import MembershipFactory, TenantFactory

    call_command("migrate", verbosity=0)
    tenant = TenantFactory()
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant).user)
    kinds = ("stripe", "bring", "webhook", "sendgrid", "klarna", "vipps", "adyen")
    return client, tenant.pk, [make_connector(tenant, kind, connector_id=kind).pk for kind in kinds]


def _fill(tenant: int, connectors: list[int], start: int, rows: int) -> None:
    from django.db import connection

    values = {"tenant": tenant, "connectors": connectors, "start": start, "rows": rows}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("UPDATE eventlog_event SET at = at - %s * interval '3 seconds'", [rows - start + 1])
        cursor.execute(_FILL, values)
        cursor.execute("VACUUM ANALYZE eventlog_event")


def _pages(connectors: list[int], rows: int) -> list[tuple[str, str]]:
    middle = int((time.time() - rows * 1.5) * 1_000_000)
    return [
        ("all", "?"),
        ("in the middle", f"?before={middle}.{rows // 2}"),
        ("category, frequent", "?category__exact=Connector"),
        ("category, rare", "?category__exact=Error"),
        ("category, none", "?category__exact=Deleted"),
        ("outcome", "?outcome__exact=error"),
        ("outcome, rare", "?outcome__exact=unknown"),
        ("connector", f"?connector_id={connectors[0]}"),
        ("provider", "?provider=bring"),
        ("connector category", "?connector_category=Payment"),
        ("connector and outcome", f"?connector_id={connectors[1]}&outcome__exact=error"),
        ("last hour", "?hours=1"),
        ("last hour, category", "?hours=1&category__exact=Error"),
        ("order number", f"?q=N-{rows // 40}"),
        ("request id", f"?q=req_{rows // 2}"),
        ("event id", f"?q={rows // 2}"),
        ("nothing fits", "?q=nothing"),
    ]


def _measure(client: Any, query: str, rounds: int) -> float:
    """What the web process works for the page, and the database for its statement; waiting for a busy machine is neither."""
    web = min(_work(client, query) for _ in range(rounds))
    statement = _statement(client, query)
    database = min(_time_of(statement) for _ in range(rounds))
    return round(web + database, 1)


def _work(client: Any, query: str) -> float:
    started = time.process_time()
    answer = client.get(f"/admin/eventlog/event/{query}")
    assert answer.status_code == 200, answer.status_code
    return (time.process_time() - started) * 1000


def _statement(client: Any, query: str) -> str:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        _work(client, query)
    return str(next(item["sql"] for item in seen if 'FROM "eventlog_event"' in item["sql"]))


def _plan(statement: str, options: str = "") -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {options} {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


def _time_of(statement: str) -> float:
    found = re.findall(r"(?:Planning|Execution) Time: ([\d.]+) ms", _plan(statement, "(ANALYZE, TIMING OFF)"))
    return sum(map(float, found))


def _index(client: Any, query: str) -> str:
    """The indexes that the page's own statement uses, or that it reads everything."""
    plan = _plan(_statement(client, query))
    found = re.findall(r"(?:using|on) (event_\w+|eventlog_event_pkey)", plan)
    return ", ".join(dict.fromkeys(found)) or plan.splitlines()[-1].strip()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {_MODULE}", description=__doc__)
    parser.add_argument(
        "--rows", type=lambda text: [int(item) for item in text.split(",")], default=[10_000, 1_000_000]
    )
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
