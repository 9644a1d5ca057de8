"""python -m tests.bench.catalog [--products 100000]

A shop's whole catalogue taken over, compared and sent on PostgreSQL by the scheduled tasks themselves, over a real socket:
seconds, products a second, statements a page, and how much more memory the process needs than before the first page.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stand.launch import load_django, with_postgres

_MODULE = "tests.bench.catalog"
_PAGE = 250


def main() -> int:
    options = _options()
    with_postgres(_MODULE, CROSSDOCK_PG_BENCH="1")
    load_django(CROSSDOCK_LOG_LEVEL="WARNING")
    from rich.console import Console

    from tests.bench.numbers import table

    figures = _measured(options.products)
    Console(width=120).print(table(figures, f"{options.products:,} products in pages of {_PAGE}"))
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _measured(products: int) -> dict[str, dict[str, Any]]:
    from django.conf import settings
    from django.core.management import call_command

    from connectors import registry
    from tenants.scoping import tenant_scope
    from tests.factories.connectors import publish_connector
    from tests.factories.tenants import TenantFactory
    from tests.workflows.syncing.conftest import Mall

    call_command("migrate", verbosity=0)
    Mall.most_products = _PAGE
    tenant = TenantFactory()
    with registry.registered(Mall), _server(products) as server, tenant_scope(tenant):
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{server.port}"]
        connector = publish_connector(tenant, "mall", host=server.url)
        runs = {
            "first import": _task(connector, "ImportProducts", "First"),
            "full compare": _task(connector, "ImportProducts", "Compare", Full=True),
            "first export": _task(connector, "ExportProducts", "Send"),
            "export, nothing new": _task(connector, "ExportProducts", "Again", Full=True),
        }
        return {name: _run(task, products) for name, task in runs.items()}


def _task(connector: Any, kind: str, name: str, **properties: Any) -> Any:
    from workflows.models import ScheduledTask

    return ScheduledTask.objects.create(
        type=kind, name=name, cron="0 3 * * *", active=False, connector_id=connector.id, properties=properties
    )


def _run(task: Any, products: int) -> dict[str, Any]:
    from django.db import connection

    from workflows.models import Product
    from workflows.schedules.slice import work_off
    from workflows.schedules.ticker import run_now

    if task.type == "ExportProducts":
        _settle(Product)
    before, statements, begun = _peak_mb(), [0], time.monotonic()

    def count(execute: Any, *asked: Any) -> Any:
        statements[0] += 1
        return execute(*asked)

    run = run_now(task)
    with connection.execute_wrapper(count):
        while run.state in run.OPEN:
            work_off(20)
            run.refresh_from_db()
    seconds = time.monotonic() - begun
    if run.state != run.State.SUCCEEDED:
        raise SystemExit(f"{task.name}: {run.message}")
    return {
        "seconds": round(seconds, 1),
        "products_per_s": round(products / seconds),
        "pages": run.pages,
        "statements_per_page": round(statements[0] / max(run.pages, 1), 1),
        "peak_mb": round(_peak_mb()),
        "peak_mb_more": round(_peak_mb() - before, 1),
    }


def _settle(model: Any) -> None:
    from datetime import timedelta

    from django.db.models import F

    model.objects.update(modified_at=F("modified_at") - timedelta(minutes=1))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _server(products: int) -> Any:
    """Makes each page when it is asked for, so that the shop itself needs no memory."""
    from tests.faultserver import FaultServer, answer

    class Server(FaultServer):
        def take(self, request: Any) -> Any:
            where = urlsplit(request.path)
            if request.method == "POST":
                keys = [item["sku"] for item in json.loads(request.body)["items"]]
                return answer(200, {"answers": [{"key": key, "state": "done"} for key in keys]})
            start = int(parse_qs(where.query).get("cursor", ["0"])[0] or 0)
            end = min(start + _PAGE, products)
            items = [_item(number) for number in range(start, end)]
            body = {"items": items, "cursor": str(end), "more": end < products, "total": products}
            return answer(200, body)

    return Server()


def _item(number: int) -> dict[str, Any]:
    return {
        "sku": f"SKU-{number:06d}",
        "external_id": str(number),
        "name": f"Article {number}",
        "description": "Knitted in Norway of new wool. " * 10,
        "brand": "Nordstrikk",
        "gtin": f"7090000{number:06d}",
        "price": "499.00",
        "weight_g": "450",
        "images": [f"https://shop.example/{number}.jpg"],
        "fields": {"vendor": "Nordstrikk", "product_type": "Jumpers"},
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=_MODULE, description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
